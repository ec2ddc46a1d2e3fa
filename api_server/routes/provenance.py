"""The source of every number: `GET /executions/{execution_id}/provenance`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import TheCaller, TheTrust, limited
from schemas.provenance import ProvenanceResponse
from service.hanging_up import until_hang_up

router = APIRouter(prefix="/executions")


@router.get("/{execution_id}/provenance", dependencies=[limited("provenance")])
async def provenance(
    execution_id: str, request: Request, caller: TheCaller, trust: TheTrust
) -> ProvenanceResponse:
    """For each value the tool calls it depends on. The first request runs the script some times."""
    work = trust.archive.find_sources(caller.user_id, execution_id)
    return ProvenanceResponse(data=await until_hang_up(request, work))
