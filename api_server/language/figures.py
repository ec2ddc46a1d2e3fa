"""Numbers with a meaning of their own: days of an average, counts, rates, weights, amounts of money."""

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
INDICATOR = (
    r"(?:rsi|relative strength index|atr|average true range|ema|exponential (?:moving )?averages?|adx|"
    r"stochastic|mfi|money flow index|cci|commodity channel index|williams %r|roc|rate of change|bollinger)\b"
)
LOOK_BACK = rf"{NUMBER}[ -]?(?:trading[ -])?(?:days?|d|periods?|sessions?)"
INDICATOR_WINDOWS = (
    rf"{LOOK_BACK}[ -]?(?={INDICATOR})",
    rf"{NUMBER}[ -](?={INDICATOR})",
    rf"{INDICATOR}(?P<taken> ?\(? ?{NUMBER}\)?)(?![\w/%])(?! (?:trading )?(?:days?|weeks?|months?|years?)\b)",
    rf"rolling (?P<taken>{LOOK_BACK})\b",
    rf"{LOOK_BACK}[ -](?=rolling\b)",
)
PAIRS_OF_WINDOWS = (
    rf"(?P<first>\d{{1,4}})(?:[ -]?days?)? ?(?:/|and|vs|over) ?(?:the |its )?(?P<second>\d{{1,4}})"
    rf"(?:[ -]?days?)?[ -]?(?:{AVERAGE}|(?=(?:golden |death )?cross))",
)
CONFIDENCES = (
    r"(?:var|value at risk|cvar|expected shortfall)\b[ \w,&.*^$'-]{0,60}?"
    rf"(?P<taken>\bat {PERCENT})(?!\w| confidence)",
    rf"{PERCENT} (?=(?:daily |1-day |one-day |historical )?"
    r"(?:var|cvar|value at risk|conditional|expected shortfall)\b)",
    rf"(?:at|with) (?:a |the )?{PERCENT} confidence(?: level)?\b",
)
GROUPED = r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,9})"
AMOUNTS = (
    rf"\$ ?{GROUPED}(?: (?:us )?dollars)?(?![\w.]|,\d)",
    rf"{GROUPED} (?:us )?(?:dollars|usd|bucks)\b",
)
SHARES = (rf"{PERCENT} (?:in |of |into )?(?=\*)",)
SPLIT_IN_TWO = re.compile(r"(?<![\w./])(?P<first>\d{1,2}) ?/ ?(?P<second>\d{1,2})(?![\w/%])")


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


def find_indicator_windows(text: str) -> list[Figure]:
    """The bars that an indicator or a rolling figure looks back; the name of it stays in the text."""
    return _find(INDICATOR_WINDOWS, text)


def find_window_pairs(text: str) -> list[tuple[int, int, Figure]]:
    """The short and the long window of two averages that cross, and the place of both."""
    found = []
    for pattern in PAIRS_OF_WINDOWS:
        for match in re.finditer(rf"(?<![\w.]){pattern}", text):
            first, second = int(match["first"]), int(match["second"])
            found.append((min(first, second), max(first, second), Figure(first, *match.span())))
    return found


def find_confidences(text: str) -> list[Figure]:
    """Confidences of a value at risk, as fractions."""
    return [figure._replace(value=figure.value / 100) for figure in _find(CONFIDENCES, text)]


def find_amounts(text: str) -> list[Figure]:
    """Amounts of money, in dollars."""
    return _find(AMOUNTS, text)


def find_weights(text: str) -> list[Figure]:
    """Weights as fractions, from a text in which symbols are written as `*`: "60% * 40% *" or "60/40 * *"."""
    found = [figure._replace(value=figure.value / 100) for figure in _find(SHARES, text)]
    split = SPLIT_IN_TWO.search(text)
    if not found and split and text.count("*") == 2:
        middle = split.start("second")
        found = [
            Figure(int(split["first"]) / 100, split.start(), middle),
            Figure(int(split["second"]) / 100, middle, split.end()),
        ]
    return found


def _find(patterns: tuple[str, ...], text: str) -> list[Figure]:
    found: list[Figure] = []
    for pattern in patterns:
        for match in re.finditer(rf"(?<![\w.]){pattern}", text):
            start, end = match.span("taken" if "taken" in match.groupdict() else 0)
            if all(end <= other.start or start >= other.end for other in found):
                number = match["number"].replace(",", "")
                value = float(number) if "." in number else read_number(number)
                found.append(Figure(value, start, end))
    return found
