"""Re-runs: `POST /executions/{execution_id}/rerun`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import TheCaller, TheOrigin, TheTrust, limited
from schemas.replay import RerunRequest, RerunResponse
from service.hanging_up import until_hang_up

router = APIRouter(prefix="/executions")


@router.post("/{execution_id}/rerun", dependencies=[limited("rerun")])
async def rerun(  # noqa: PLR0913, PLR0917 - FastAPI makes each from the request
    execution_id: str,
    body: RerunRequest,
    request: Request,
    caller: TheCaller,
    trust: TheTrust,
    origin: TheOrigin,
) -> RerunResponse:
    """Run the script with other parameters; no model is asked. Wrong ones are 422 with `details.fields`."""
    work = trust.reruns.rerun(caller.user_id, execution_id, body, origin)
    return await (work if body.request_id else until_hang_up(request, work))
