"""Replays: `POST /executions/{execution_id}/replay`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import TheCaller, TheTrust, limited
from schemas.replay import ReplayResponse
from service.hanging_up import until_hang_up

router = APIRouter(prefix="/executions")


@router.post("/{execution_id}/replay", dependencies=[limited("replay")])
async def replay(execution_id: str, request: Request, caller: TheCaller, trust: TheTrust) -> ReplayResponse:
    """Run an execution again on its recording: the same bytes, or where it left it."""
    work = trust.archive.replay(caller.user_id, execution_id)
    return ReplayResponse(data=await until_hang_up(request, work))
