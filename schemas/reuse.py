"""Earlier questions like one that is being asked, and questions to begin with."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.wire import Wire


class EarlierQuestion(Wire):
    """A question that was answered before."""

    execution_id: str
    session_id: str
    question: str
    relation: Literal["same", "other_parameters", "similar"]
    """`same` and `other_parameters` are equal in structure; `similar` is only a proposal."""
    similarity_score: float
    """Cosine of the vectors of the masked questions."""
    asked_at: datetime
    age_seconds: float


class EarlierQuestionsResponse(Wire):
    """The answer of `GET /questions/similar`, best first."""

    success: Literal[True] = True
    questions: list[EarlierQuestion] = Field(default_factory=list)


class ExampleQuestion(Wire):
    """A question to begin with. `kind` is one of a few words such as `risk`."""

    kind: str
    question: str


class ExampleQuestionsResponse(Wire):
    """The answer of `GET /questions/examples`."""

    success: Literal[True] = True
    questions: list[ExampleQuestion]
    is_offline: bool
    """No model is configured: the recipes alone answer."""
    is_simulated: bool
    """Answers may be of a market that does not exist."""


class ConfirmRequest(Wire):
    """The body of `POST /conversation/confirm`: how a question that was held back goes on."""

    session_id: str | None = Field(default=None, max_length=128)
    """Not needed: the execution knows its session."""
    execution_id: str = Field(max_length=128)
    """The execution that waits."""
    choice: Literal["expanded", "original", "edited", "cancel"]
    text: str | None = Field(default=None, max_length=1000)
    """The question as the person put it; for `edited`."""
    execute: bool = True
    model: str | None = None


class HeldBackResponse(Wire):
    """The reply to `cancel`: the question is not answered."""

    success: Literal[True] = True
    status: Literal["cancelled"] = "cancelled"
    session_id: str
    question: str
