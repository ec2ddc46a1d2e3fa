"""Questions: `POST /analyze`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import HeaderSessionId, TheCaller, TheOrigin, ThePipeline, limited
from schemas.analysis import AnalyzeRequest, AnalyzeResponse
from service.hanging_up import until_hang_up

router = APIRouter()


@router.post("/analyze", response_model_by_alias=True, dependencies=[limited("analyze")])
async def analyze(  # noqa: PLR0913, PLR0917 - FastAPI makes each from the request
    body: AnalyzeRequest,
    request: Request,
    pipeline: ThePipeline,
    caller: TheCaller,
    origin: TheOrigin,
    header_session_id: HeaderSessionId,
) -> AnalyzeResponse:
    """Answer a question with a script, and with its result unless `execute` is false.

    The session may also be named by `X-Session-ID`; the body wins. Who sends a `request_id` can come back for
    the answer; who does not and hangs up stops the question.
    """
    session_id = body.session_id or header_session_id
    asked = body.model_copy(update={"session_id": session_id})
    work = pipeline.answer(asked, caller, origin)
    return await (work if body.request_id else until_hang_up(request, work))
