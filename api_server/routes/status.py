"""How the server and its parts are: `GET /health`, `GET /metrics` and `GET /models`."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from api_server.errors import ExecutorUnavailable
from api_server.routes.dependencies import TheLive, ThePipeline, TheStorage, TheVectors
from api_server.vectors.index import VectorIndex
from schemas.analysis import ModelsResponse
from schemas.health import Health, PartHealth, worst_status
from service.version import package_version

router = APIRouter()
"""Open to all: a load balancer asks without a token."""

models_router = APIRouter()


@router.get("/health")
async def health(pipeline: ThePipeline, storage: TheStorage, vectors: TheVectors, live: TheLive) -> Health:
    """Every part, asked now: model, database, vectors, execution server and the tool servers behind it."""
    models = await pipeline.provider.models()
    writer = PartHealth(
        name="llm",
        status="up" if models else "down",
        detail="" if models else "no model can be reached",
        facts={"provider": pipeline.provider.name, "models": [model.id for model in models]},
    )
    own = [writer, await storage.database.check(), _vectors_part(vectors), *await live.check()]
    parts = [*own, *await _execution_parts(pipeline)]
    return Health(service="api_server", status=worst_status(parts), version=package_version(), parts=parts)


def _vectors_part(vectors: VectorIndex) -> PartHealth:
    readiness = vectors.readiness
    status: Literal["up", "degraded"] = "degraded" if readiness.state == "unavailable" else "up"
    return PartHealth(
        name="vectors", status=status, detail=readiness.detail, facts={"state": readiness.state}
    )


async def _execution_parts(pipeline: ThePipeline) -> list[PartHealth]:
    try:
        behind = await pipeline.executor.health()
    except ExecutorUnavailable as error:
        return [PartHealth(name="executor", status="down", detail=error.message)]
    executor = PartHealth(name="executor", status=behind.status, facts={"version": behind.version})
    return [executor, *behind.parts]


@router.get("/metrics")
async def metrics(live: TheLive) -> Response:
    """Counts and durations for Prometheus."""
    return Response(live.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@models_router.get("/models")
async def models(pipeline: ThePipeline) -> ModelsResponse:
    """The models that can write scripts now, the default marked."""
    return ModelsResponse(models=await pipeline.provider.models())
