"""Scripts that a person has changed: `POST /execute` and `POST /validate`."""

from fastapi import APIRouter, Request

from api_server.routes.dependencies import TheCaller, TheOrigin, ThePipeline, limited
from schemas.analysis import AnalyzeResponse, EditedScript
from schemas.execution import ValidateRequest
from schemas.validation import ValidationReport
from service.hanging_up import until_hang_up

router = APIRouter()


@router.post("/execute", response_model_by_alias=True, dependencies=[limited("execute")])
async def execute(
    body: EditedScript, request: Request, pipeline: ThePipeline, caller: TheCaller, origin: TheOrigin
) -> AnalyzeResponse:
    """Check and run a changed script. What must not run is 422 `SCRIPT_REJECTED` with every finding."""
    work = pipeline.answer_edited(body, caller, origin)
    return await (work if body.request_id else until_hang_up(request, work))


@router.post("/validate")
async def validate(body: ValidateRequest, pipeline: ThePipeline) -> ValidationReport:
    """Check a script without running it: what a person sees while they change it."""
    return await pipeline.executor.validate(body.script)
