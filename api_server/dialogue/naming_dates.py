"""Periods that today's date names: "last year" is a year of the calendar, and is said as such."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.rewriting import Rewriter
from schemas.understanding import Alternative

POSSESSIVE = "'s"


@dataclass(frozen=True)
class Dated:
    """`question` equals the one that was asked when it names no such period."""

    question: str
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The words for a period's dates, and for the other thing that may be meant."""

    dates: Callable[[date], str]
    other: str


def put_dates(cut: Cut, today: date) -> Dated:
    """The question with the dates of "last year", "last quarter", "last month" and "last week"."""
    part = next((part for part in cut.of(PartKind.PERIOD) if part.value in READINGS), None)
    if part is None or cut.text.startswith(POSSESSIVE, part.end) or part.words.endswith(POSSESSIVE):
        return Dated(cut.text)
    reading = READINGS[part.value]
    dates = reading.dates(today)
    named = part.value.removeprefix("named:")
    return Dated(
        _with(cut, part, dates),
        (f"“{named}” was read as {dates.removeprefix('in ')}",),
        (Alternative(question=_with(cut, part, reading.other), reason=f"“{named}” counted back from today"),),
    )


def _with(cut: Cut, part: Part, words: str) -> str:
    rewriter = Rewriter(cut)
    rewriter.replace_part(part, words)
    return rewriter.finish()


def _last_quarter(today: date) -> str:
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = first - timedelta(days=1)
    return f"from {date(last.year, last.month - 2, 1)} to {last}"


def _last_month(today: date) -> str:
    return f"in {today.replace(day=1) - timedelta(days=1):%B %Y}"


def _last_week(today: date) -> str:
    monday = today - timedelta(days=today.weekday() + 7)
    return f"from {monday} to {monday + timedelta(days=6)}"


READINGS = {
    "named:last year": Reading(lambda today: f"in {today.year - 1}", "over the last year"),
    "named:last quarter": Reading(_last_quarter, "over the last 3 months"),
    "named:last month": Reading(_last_month, "over the last month"),
    "named:last week": Reading(_last_week, "over the last week"),
}
