"""The one label on all data of an answer, and where its parts disagree."""

from typing import Literal

from pydantic import Field

from schemas.wire import Wire

LabelField = Literal[
    "source", "feed", "delay", "adjustment", "currency", "as_of", "market_state", "simulated"
]


class Disagreement(Wire):
    """Tool calls of one answer whose labels differ: each value, and the tools that carry it."""

    field: LabelField
    tools: dict[str, list[str]]


class DataLabel(Wire):
    """What the labels of an answer's tool calls say together. More than one value is a disagreement."""

    providers: list[str] = Field(default_factory=list)
    feeds: list[str] = Field(default_factory=list)
    delays_seconds: list[int] = Field(default_factory=list)
    adjustments: list[str] = Field(default_factory=list)
    currencies: list[str] = Field(default_factory=list)
    as_of_first: str | None = None
    """The oldest `as_of` among the calls, an ISO date or date and time."""
    as_of_last: str | None = None
    market_states: list[str] = Field(default_factory=list)
    simulated: Literal["yes", "no", "mixed"] | None = None
    """None when no call says."""
    disagreements: list[Disagreement] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    """The disagreements as sentences."""
