"""Questions that were held back: `POST /conversation/confirm`."""

from fastapi import APIRouter, Request

from api_server.reuse.confirming import chosen_question
from api_server.routes.dependencies import TheCaller, TheOrigin, ThePipeline, TheReusing
from schemas.analysis import AnalyzeRequest, AnalyzeResponse
from schemas.reuse import ConfirmRequest, HeldBackResponse
from service.hanging_up import until_hang_up

router = APIRouter()


@router.post("/conversation/confirm", response_model_by_alias=True)
async def confirm(  # noqa: PLR0913, PLR0917 - FastAPI makes each from the request
    body: ConfirmRequest,
    request: Request,
    pipeline: ThePipeline,
    reusing: TheReusing,
    caller: TheCaller,
    origin: TheOrigin,
) -> AnalyzeResponse | HeldBackResponse:
    """Answer the question as expanded, as it was asked, or as edited; `cancel` answers nothing."""
    held = await pipeline.storage.executions.find(caller.user_id, body.execution_id)
    if body.choice == "cancel":
        await pipeline.drop(held, origin)
        return HeldBackResponse(session_id=held.session_id, question=held.question)
    understood = await reusing.understand(held, held.question, auto_expand=False)
    confirmed = AnalyzeRequest(
        question=chosen_question(body, understood, reusing.dialogue),
        session_id=held.session_id,
        execute=body.execute,
        model=body.model,
    )
    return await until_hang_up(request, pipeline.answer_confirmed(held, confirmed, origin))
