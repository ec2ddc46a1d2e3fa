"""A question that was held back goes on as its person chose."""

from api_server.dialogue.understanding import Dialogue
from api_server.errors import BadConfirmation
from schemas.reuse import ConfirmRequest
from schemas.understanding import Understanding


def chosen_question(request: ConfirmRequest, understood: Understanding, dialogue: Dialogue) -> str:
    """The question to answer. Raises `BadConfirmation` for an edit without a text."""
    if request.choice == "expanded":
        return dialogue.expanded(understood)
    if request.choice == "edited":
        text = " ".join((request.text or "").split())
        if not text:
            raise BadConfirmation("an edited question needs its `text`", suggestions=("Send `text`.",))
        return text
    return understood.resolved_question
