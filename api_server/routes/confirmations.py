"""Questions that were held back: `POST /conversation/confirm`."""

from fastapi import APIRouter, Request

from api_server.reuse.confirming import chosen_question, held_question
from api_server.routes.dependencies import TheCaller, ThePipeline, TheReusing
from api_server.routes.hanging_up import until_hang_up
from schemas.analysis import AnalyzeRequest, AnalyzeResponse
from schemas.reuse import ConfirmRequest, HeldBackResponse

router = APIRouter()


@router.post("/conversation/confirm", response_model_by_alias=True)
async def confirm(
    body: ConfirmRequest, request: Request, pipeline: ThePipeline, reusing: TheReusing, caller: TheCaller
) -> AnalyzeResponse | HeldBackResponse:
    """Answer the question as expanded, as it was asked, or as edited; `cancel` answers nothing."""
    if body.execution_id is not None:
        held = (await reusing.storage.executions.find(caller.user_id, body.execution_id)).question
    else:
        held = held_question(body)
    if body.choice == "cancel":
        return HeldBackResponse(session_id=body.session_id, question=held)
    understood = await reusing.understand(caller.user_id, body.session_id, held, auto_expand=False)
    confirmed = AnalyzeRequest(
        question=chosen_question(body, understood, reusing.dialogue),
        session_id=body.session_id,
        execute=body.execute,
        model=body.model,
    )
    return await until_hang_up(request, pipeline.answer(confirmed))
