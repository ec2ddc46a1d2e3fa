"""Stopping what is under way: `POST /executions/{id}/cancel`."""

from fastapi import APIRouter

from api_server.routes.dependencies import TheCaller, TheLive, TheStorage

router = APIRouter()


@router.post("/executions/{execution_id}/cancel", status_code=202)
async def cancel(execution_id: str, caller: TheCaller, live: TheLive, storage: TheStorage) -> dict[str, bool]:
    """Stop it wherever it runs; the outcome comes with its last event. What is over stays as it is."""
    await storage.executions.find(caller.user_id, execution_id)
    await live.events.stops.stop(execution_id)
    return {"success": True}
