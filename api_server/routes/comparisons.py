"""Comparisons: `GET /executions/{execution_id}/compare/{other_id}`."""

from fastapi import APIRouter

from api_server.routes.dependencies import TheCaller, TheTrust
from schemas.comparison import ComparisonResponse

router = APIRouter(prefix="/executions")


@router.get("/{execution_id}/compare/{other_id}")
async def compare(execution_id: str, other_id: str, caller: TheCaller, trust: TheTrust) -> ComparisonResponse:
    """What the second execution has otherwise than the first, in figures and in words."""
    return ComparisonResponse(data=await trust.archive.compare(caller.user_id, execution_id, other_id))
