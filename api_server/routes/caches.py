"""Forgetting what was to be given again: `DELETE /cache`."""

from fastapi import APIRouter

from api_server.routes.dependencies import TheAdministrator, TheLive, ThePipeline
from api_server.tool_catalog import SCHEMAS_PREFIX
from schemas.cache import Forgotten

router = APIRouter()


@router.delete("/cache")
async def forget(_caller: TheAdministrator, live: TheLive, pipeline: ThePipeline) -> Forgotten:
    """Drop results, tools' answers and tools' schemas, everybody's. For an administrator.

    Raises `Forbidden`, `DatabaseUnavailable` or `ExecutorUnavailable`.
    """
    results = await live.results.forget_all()
    schemas = await live.cache.forget_all(SCHEMAS_PREFIX)
    behind = await pipeline.executor.forget_answers()
    return Forgotten(forgotten={"results": results, "tool_schemas": schemas, **behind.forgotten})
