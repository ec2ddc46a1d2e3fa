"""Questions: `POST /analyze`."""

from fastapi import APIRouter

from api_server.routes.dependencies import ThePipeline
from schemas.analysis import AnalyzeRequest, AnalyzeResponse

router = APIRouter()


@router.post("/analyze", response_model_by_alias=True)
async def analyze(body: AnalyzeRequest, pipeline: ThePipeline) -> AnalyzeResponse:
    """Answer a question with a script, and with its result unless `execute` is false."""
    return await pipeline.answer(body)
