"""Which tool calls each value of an answer depends on, found by moving one call's data at a time."""

from typing import Any, Literal

from pydantic import Field

from schemas.execution import ToolCall
from schemas.wire import Wire

Direction = Literal["up", "down"]
Movement = Literal["value", "text", "place", "presence"]


class Influence(Wire):
    """That a value moves when the answer of one tool call does."""

    call: int
    """Its place in `calls`."""
    moves: list[Movement] = Field(default_factory=list)
    """`place`: its rank among the rows; `presence`: whether it is there at all."""
    direction: Direction | None = None
    """Of a number, when all numbers of the call grow together; None when it then stands still."""
    elasticity: float | None = None
    """d ln value / d ln data, when all numbers of the call grow alike: 1 for a price, 0 for a return."""
    through: list[int] = Field(default_factory=list)
    """Calls whose arguments this call moves, when it acts through them alone."""


class ValueSource(Wire):
    """One value of the answer: a figure by its row id, the sentence, or a chart."""

    id: str
    kind: Literal["row", "description", "chart"]
    key: str
    value: Any = None
    influences: list[Influence] = Field(default_factory=list)
    is_from_data: bool
    """False: no tool call moves it. It is written in the script, or is a parameter."""


class CallSource(ToolCall):
    """A tool call with how its data arrived; its label is in `metadata`."""

    cache_age_seconds: float | None = None
    """How old a kept answer was when the script got it, by its own time stamp; None when it was fresh."""
    is_used: bool
    """Whether any value of the answer depends on it."""
    tested: Literal["yes", "failed_call", "no_values", "script_fails", "out_of_budget"]
    """Whether its data could be moved; `script_fails`: the script accepts no data but this."""


class Provenance(Wire):
    """The source of every value. Complete unless calls are `out_of_budget` or `script_fails`."""

    execution_id: str
    values: list[ValueSource]
    calls: list[CallSource]
    is_complete: bool
    runs: int
    """How often the script was run for it."""
    duration_ms: float


class ProvenanceResponse(Wire):
    """The answer of `GET /executions/{id}/provenance`."""

    success: Literal[True] = True
    data: Provenance
