"""A question that was held back goes on as its person chose."""

import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.understanding import create_dialogue
from api_server.errors import BadConfirmation
from api_server.reuse.confirming import chosen_question
from schemas.reuse import ConfirmRequest

DIALOGUE = create_dialogue()
HELD = DIALOGUE.understand("nike", DialogueContext(), auto_expand=False)


@pytest.mark.parametrize(
    ("choice", "question"),
    [
        ("expanded", "What are the latest price, today's change and the 1-month return of NKE?"),
        ("original", "nike"),
        ("edited", "news on nike"),
    ],
)
def test_each_choice_has_its_question(choice: str, question: str) -> None:
    request = ConfirmRequest.model_validate(
        {"execution_id": "exec_1", "choice": choice, "text": " news  on nike "}
    )
    assert chosen_question(request, HELD, DIALOGUE) == question


def test_an_edit_without_a_text_is_refused() -> None:
    request = ConfirmRequest(execution_id="exec_1", choice="edited")
    with pytest.raises(BadConfirmation, match="needs its `text`"):
        chosen_question(request, HELD, DIALOGUE)
