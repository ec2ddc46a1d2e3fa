"""Questions to begin with, and earlier ones like a given one: `GET /questions/…`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_server.reuse.examples import choose_examples
from api_server.routes.dependencies import TheCaller, ThePipeline, TheReusing
from schemas.analysis import QUESTION_LENGTH_MAX
from schemas.reuse import EarlierQuestionsResponse, ExampleQuestionsResponse

router = APIRouter(prefix="/questions")
OFFLINE = "offline"


@router.get("/similar")
async def similar(
    q: Annotated[str, Query(min_length=1, max_length=QUESTION_LENGTH_MAX)],
    reusing: TheReusing,
    caller: TheCaller,
) -> EarlierQuestionsResponse:
    """Up to three earlier questions of the caller, best first; none while the index starts."""
    return EarlierQuestionsResponse(questions=await reusing.memory.find(caller.user_id, q))


@router.get("/examples")
async def examples(pipeline: ThePipeline, reusing: TheReusing) -> ExampleQuestionsResponse:
    """Up to six questions, one of each kind, that can be answered with the tools that are there now."""
    models = await pipeline.provider.models()
    has_model = any(model.provider != OFFLINE for model in models)
    catalogue = await pipeline.catalog.current()
    return ExampleQuestionsResponse(
        questions=choose_examples(reusing.library, catalogue, has_model=has_model),
        is_offline=pipeline.provider.name == OFFLINE,
        is_simulated=any(tool.simulated for tool in catalogue.tools),
    )
