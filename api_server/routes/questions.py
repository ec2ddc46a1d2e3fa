"""Questions: `POST /analyze`."""

from fastapi import APIRouter

from api_server.routes.dependencies import HeaderSessionId, ThePipeline
from schemas.analysis import AnalyzeRequest, AnalyzeResponse

router = APIRouter()


@router.post("/analyze", response_model_by_alias=True)
async def analyze(
    body: AnalyzeRequest, pipeline: ThePipeline, header_session_id: HeaderSessionId
) -> AnalyzeResponse:
    """Answer a question with a script, and with its result unless `execute` is false.

    The session may also be named by `X-Session-ID`; the body wins.
    """
    session_id = body.session_id or header_session_id
    return await pipeline.answer(body.model_copy(update={"session_id": session_id}))
