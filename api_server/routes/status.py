"""How the server and its parts are: `GET /health` and `GET /models`."""

from typing import Any

from fastapi import APIRouter

from api_server.errors import DatabaseUnavailable, ExecutorUnavailable
from api_server.routes.dependencies import ThePipeline, TheStorage
from schemas.analysis import ModelsResponse
from schemas.health import Health, PartHealth, worst_status
from service.version import package_version

router = APIRouter()
"""Open to all: a load balancer asks without a token."""

models_router = APIRouter()


@router.get("/health")
async def health(pipeline: ThePipeline, storage: TheStorage) -> Health:
    """Every part, asked now: the model, the database, the execution server, the tool servers behind it."""
    models = await pipeline.provider.models()
    writer = PartHealth(
        name="llm",
        status="up" if models else "down",
        detail="" if models else "no model can be reached",
        facts={"provider": pipeline.provider.name, "models": [model.id for model in models]},
    )
    parts = [writer, await _database_part(storage), *await _execution_parts(pipeline)]
    return Health(service="api_server", status=worst_status(parts), version=package_version(), parts=parts)


async def _database_part(storage: TheStorage) -> PartHealth:
    facts: dict[str, Any] = {"backend": storage.database.backend}
    try:
        facts["latency_ms"] = round(await storage.database.measure_latency_ms(), 3)
    except DatabaseUnavailable as error:
        return PartHealth(name="database", status="down", detail=error.message, facts=facts)
    return PartHealth(name="database", status="up", facts=facts)


async def _execution_parts(pipeline: ThePipeline) -> list[PartHealth]:
    try:
        behind = await pipeline.executor.health()
    except ExecutorUnavailable as error:
        return [PartHealth(name="executor", status="down", detail=error.message)]
    executor = PartHealth(name="executor", status=behind.status, facts={"version": behind.version})
    return [executor, *behind.parts]


@models_router.get("/models")
async def models(pipeline: ThePipeline) -> ModelsResponse:
    """The models that can write scripts now, the default marked."""
    return ModelsResponse(models=await pipeline.provider.models())
