"""Requests as executions that begin: ids, the conversation they belong to, and what makes two the same."""

from api_server.access.caller import Caller
from api_server.errors import EmptyQuestion
from api_server.storage.executions import NewExecution
from api_server.storage.records import Execution
from api_server.trust.canonical import sha256_of
from schemas.analysis import AnalyzeRequest, EditedScript
from schemas.ids import execution_id_of, new_session_id


def begin_question(request: AnalyzeRequest, caller: Caller) -> NewExecution:
    """The execution that a question is. Raises `EmptyQuestion`."""
    if not request.question.strip():
        raise EmptyQuestion(
            "the question is empty", suggestions=("Ask about prices, returns or risk of a symbol.",)
        )
    return NewExecution(
        id=execution_id_of(request.request_id),
        user_id=caller.user_id,
        session_id=request.session_id or new_session_id(),
        question=request.question,
        request_digest=sha256_of(request.model_dump(mode="json", exclude={"request_id"})),
    )


def begin_edited(request: EditedScript, caller: Caller, parent: Execution | None) -> NewExecution:
    """The execution of a changed script, which asks what its parent asked."""
    known_session = parent.session_id if parent else None
    return NewExecution(
        id=execution_id_of(request.request_id),
        user_id=caller.user_id,
        session_id=request.session_id or known_session or new_session_id(),
        question=parent.question if parent else "A script of my own",
        request_digest=sha256_of(request.model_dump(mode="json", exclude={"request_id"})),
        kind="edited",
        parent_id=parent.id if parent else None,
    )
