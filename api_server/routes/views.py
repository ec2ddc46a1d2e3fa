"""Records of the storage in the form of the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from api_server.storage.records import Attempt, ChatMessage, ChatSession, Execution, ExecutionSummary
from schemas.analysis import Parameters
from schemas.conversation import MessageView, SessionItem
from schemas.history import AttemptView, ExecutionItem, ExecutionView


def view_session(session: ChatSession) -> SessionItem:
    """A session without its user, who is the caller."""
    return SessionItem(
        session_id=session.id,
        title=session.title,
        is_pinned=session.is_pinned,
        created_at=session.created_at,
        updated_at=session.updated_at,
    )


def view_message(message: ChatMessage) -> MessageView:
    """A message without its session."""
    return MessageView(
        message_id=message.id,
        role=message.role,
        content=message.content,
        execution_id=message.execution_id,
        metadata=message.metadata,
        created_at=message.created_at,
    )


def view_item(execution: Execution | ExecutionSummary) -> ExecutionItem:
    """One line of a list."""
    known = vars(execution)
    same = {name: known[name] for name in ExecutionItem.model_fields if name != "execution_id"}
    return ExecutionItem(execution_id=execution.id, **same)


def view_attempt(attempt: Attempt) -> AttemptView:
    """An attempt without the execution it belongs to."""
    known = vars(attempt)
    return AttemptView.model_validate({name: known[name] for name in AttemptView.model_fields})


def view_execution(
    execution: Execution, attempts: Sequence[Attempt], failure: Mapping[str, Any] | None = None
) -> ExecutionView:
    """An execution with everything that is known of it; `failure` has the facts of its event `failed`."""
    told = failure or {}
    made = {
        "execution_id": execution.id,
        "python_code": execution.generated_script or "",
        "parameters": Parameters(json_schema=execution.parameter_schema, values=execution.parameters),
        "attempts": [view_attempt(attempt) for attempt in attempts],
        "execution": execution.report,
        "error_details": told.get("details") or {},
        "recovery_suggestions": told.get("recovery_suggestions") or [],
    }
    known = vars(execution)
    same = {name: known[name] for name in ExecutionView.model_fields if name not in made}
    return ExecutionView(**made, **same)
