"""Questions: `POST /analyze`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import ThePipeline
from api_server.routes.hanging_up import until_hang_up
from schemas.analysis import AnalyzeRequest, AnalyzeResponse

router = APIRouter()


@router.post("/analyze", response_model_by_alias=True)
async def analyze(body: AnalyzeRequest, request: Request, pipeline: ThePipeline) -> AnalyzeResponse:
    """Answer a question with a script, and with its result unless `execute` is false.

    Who sends a `request_id` can come back for the answer; who does not and hangs up stops the question.
    """
    work = pipeline.answer(body)
    return await (work if body.request_id else until_hang_up(request, work))
