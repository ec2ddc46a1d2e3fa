"""What was asked before: `/executions` and `/executions/{execution_id}`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from api_server.routes.dependencies import TheCaller, TheOrigin, TheStorage
from api_server.routes.views import view_execution, view_item
from api_server.storage.audit import Deed
from api_server.storage.executions import ExecutionFilter
from api_server.storage.records import Execution, Trust
from api_server.storage.sessions import UNDO_SECONDS
from schemas.analysis import SESSION_ID_PATTERN
from schemas.history import (
    ChangeRequest,
    Deletion,
    DeletionResponse,
    ExecutionList,
    ExecutionListResponse,
    ExecutionResponse,
    FeedbackRequest,
)

router = APIRouter(prefix="/executions")

ExecutionId = Annotated[str, Path(max_length=128, pattern=SESSION_ID_PATTERN)]


@router.get("")
async def list_executions(  # noqa: PLR0913, PLR0917 - FastAPI makes a query parameter of each
    caller: TheCaller,
    storage: TheStorage,
    session_id: Annotated[str | None, Query(max_length=128)] = None,
    root_id: Annotated[str | None, Query(max_length=128)] = None,
    kind: Literal["question", "rerun", "edited", "replay"] | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Words that must all be in it.")] = None,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> ExecutionListResponse:
    """The caller's executions, latest first, 50 at a time: of a session, of a question, or with words."""
    wanted = ExecutionFilter(session_id=session_id, root_id=root_id, kind=kind, text=q)
    page = await storage.executions.list_page(caller.user_id, wanted, cursor)
    items = [view_item(item) for item in page.items]
    return ExecutionListResponse(data=ExecutionList(executions=items, next_cursor=page.next_cursor))


@router.get("/{execution_id}", response_model_by_alias=True)
async def read_execution(
    execution_id: ExecutionId, caller: TheCaller, storage: TheStorage
) -> ExecutionResponse:
    """Everything that is known of an execution, also while it is under way."""
    return await _answer(storage, await storage.executions.find(caller.user_id, execution_id))


@router.post("/{execution_id}/feedback", response_model_by_alias=True)
async def judge_execution(
    execution_id: ExecutionId,
    body: FeedbackRequest,
    caller: TheCaller,
    storage: TheStorage,
    origin: TheOrigin,
) -> ExecutionResponse:
    """Say whether an answer is right: only then may its script answer other questions."""
    trust = Trust.CONFIRMED if body.correct else Trust.WITHDRAWN
    execution = await storage.executions.set_trust(caller.user_id, execution_id, trust, body.text)
    deed = Deed("feedback", "execution", execution_id, {"trust": trust})
    await storage.audit.add(caller.user_id, deed, origin)
    return await _answer(storage, execution)


@router.patch("/{execution_id}", response_model_by_alias=True)
async def change_execution(
    execution_id: ExecutionId, body: ChangeRequest, caller: TheCaller, storage: TheStorage
) -> ExecutionResponse:
    """Rename a question, pin it, or both."""
    execution = await storage.executions.change(
        caller.user_id, execution_id, title=body.title, is_pinned=body.is_pinned
    )
    return await _answer(storage, execution)


@router.delete("/{execution_id}")
async def delete_execution(
    execution_id: ExecutionId, caller: TheCaller, storage: TheStorage, origin: TheOrigin
) -> DeletionResponse:
    """Delete an execution, a question with all its runs; it can be restored for a few seconds."""
    await storage.executions.delete(caller.user_id, execution_id)
    await storage.audit.add(caller.user_id, Deed("execution_deleted", "execution", execution_id), origin)
    return DeletionResponse(data=Deletion(id=execution_id, undo_seconds=UNDO_SECONDS))


@router.post("/{execution_id}/restore", response_model_by_alias=True)
async def restore_execution(
    execution_id: ExecutionId, caller: TheCaller, storage: TheStorage, origin: TheOrigin
) -> ExecutionResponse:
    """Take a deletion back while that is possible."""
    execution = await storage.executions.restore(caller.user_id, execution_id)
    await storage.audit.add(caller.user_id, Deed("execution_restored", "execution", execution_id), origin)
    return await _answer(storage, execution)


async def _answer(storage: TheStorage, execution: Execution) -> ExecutionResponse:
    attempts = await storage.attempts.list_all(execution.user_id, execution.id)
    failure = None
    if execution.error_code is not None and execution.report is None:
        failure = await storage.events.find_failure(execution.user_id, execution.id)
    return ExecutionResponse(data=view_execution(execution, attempts, failure))
