"""Two executions side by side: why is this number different from yesterday's?"""

from typing import Any, Literal

from pydantic import Field

from schemas.wire import Wire

Fate = Literal["changed", "added", "removed"]


class Change(Wire):
    """One value that differs. `path` is empty when the whole differs."""

    path: str
    fate: Fate
    old: Any = None
    new: Any = None


class DiffLine(Wire):
    """One line of a line difference. Numbers count from 1; a line has the numbers of the sides it is on."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str = ""
    old_number: int | None = None
    new_number: int | None = None


class CallChange(Wire):
    """A tool call that only one of the two made, or that got another answer."""

    tool: str
    arguments: dict[str, Any]
    occurrence: int
    fate: Fate
    fields: list[Change] = Field(default_factory=list)
    """The first values of the answer that moved."""
    fields_changed: int = 0
    """How many moved in all, the label's own times not counted."""
    label: list[Change] = Field(default_factory=list)
    """What differs in the label on the data: source, feed, as_of, …"""


class RowChange(Wire):
    """A figure that differs, matched by its id. `difference` and `ratio` are None for what is no number."""

    id: str
    key: str
    fate: Fate
    old: Any = None
    new: Any = None
    difference: float | None = None
    """new - old."""
    ratio: float | None = None
    """(new - old) / |old|; None when old is 0."""
    format: str | None = None
    unit: str | None = None


class Comparison(Wire):
    """Everything in which `new_id` differs from `old_id`."""

    old_id: str
    new_id: str
    is_same_result: bool
    parameters: list[Change] = Field(default_factory=list)
    script: list[DiffLine] = Field(default_factory=list)
    """Empty when the scripts are the same."""
    calls: list[CallChange] = Field(default_factory=list)
    calls_same: int = 0
    rows: list[RowChange] = Field(default_factory=list)
    rows_same: int = 0
    charts_changed: list[str] = Field(default_factory=list)
    """Titles or places of charts with other data."""
    outcome: Change | None = None
    label: list[Change] = Field(default_factory=list)
    versions: list[Change] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    """The same in plain sentences, the likeliest cause first."""


class ComparisonResponse(Wire):
    """The answer of `GET /executions/{id}/compare/{other}`; the named execution is the old one."""

    success: Literal[True] = True
    data: Comparison
