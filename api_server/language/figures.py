"""Numbers with a meaning of their own: the days of a moving average, a count of rows, a risk-free rate."""

import re
from typing import NamedTuple

from api_server.language.periods import NUMBER, read_number

AVERAGE = r"(?:simple )?(?:moving[ -]averages?|sma|dma|ma)\b"
PERCENT = r"(?P<number>\d+(?:\.\d+)?) ?(?:%|percent\b)"
RANKED = r"(?:most|least|largest|biggest|highest|lowest|smallest|top|best|worst)\b"

WINDOWS = (
    rf"{NUMBER}[ -]?(?:trading[ -])?(?:days?|d|sessions?)?[ -]?{AVERAGE}",
    r"(?:sma|dma|ma) ?\(?(?P<number>\d{1,4})\)?",
    rf"{AVERAGE} (?:of|over) (?:the )?(?:last |past )?{NUMBER} (?:trading )?(?:days|sessions)\b",
)
RISK_FREE = (
    rf"(?:a |an )?(?:annual |yearly )?risk[ -]free(?: rate)?(?: of| at| is)? {PERCENT}",
    rf"(?:a |an )?{PERCENT} (?:annual |yearly )?risk[ -]free(?: rate)?\b",
)
COUNTS = (rf"top[ -]?{NUMBER}\b(?! ?%)", rf"{NUMBER} (?={RANKED})")


class Figure(NamedTuple):
    """A number and the part of the text that says it."""

    value: float
    start: int
    end: int


def find_windows(text: str) -> list[Figure]:
    """The days of each moving average in `text`, which is in lower case."""
    return _find(WINDOWS, text)


def find_counts(text: str) -> list[Figure]:
    """How many rows are wanted."""
    return _find(COUNTS, text)


def find_risk_free_rates(text: str) -> list[Figure]:
    """Yearly rates as fractions."""
    return [figure._replace(value=figure.value / 100) for figure in _find(RISK_FREE, text)]


def _find(patterns: tuple[str, ...], text: str) -> list[Figure]:
    found: list[Figure] = []
    for pattern in patterns:
        for match in re.finditer(rf"(?<![\w.]){pattern}", text):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                number = match["number"]
                value = float(number) if "." in number else read_number(number)
                found.append(Figure(value, *match.span()))
    return found
