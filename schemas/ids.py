"""Ids of what is kept: sessions, executions, messages."""

from uuid import UUID, uuid4


def execution_id_of(request_id: UUID | None) -> str:
    """The execution that a request starts: the same for the same `request_id`, a new one without."""
    return f"exec_{(request_id or uuid4()).hex}"


def new_session_id() -> str:
    """A session that did not exist."""
    return f"sess_{uuid4().hex}"
