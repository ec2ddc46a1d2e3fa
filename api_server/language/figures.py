"""Numbers with a meaning of their own: counts, rates, weights, amounts of money."""

import re
from typing import NamedTuple

from api_server.language.periods import NUMBER, read_number

PERCENT = r"(?P<number>\d+(?:\.\d+)?) ?(?:%|percent\b)"
RANKED = r"(?:most|least|largest|biggest|highest|lowest|smallest|top|best|worst)\b"

RISK_FREE = (
    rf"(?:a |an )?(?:annual |yearly )?risk[ -]free(?: rate)?(?: of| at| is)? {PERCENT}",
    rf"(?:a |an )?{PERCENT} (?:annual |yearly )?risk[ -]free(?: rate)?\b",
)
COUNTS = (rf"top[ -]?{NUMBER}\b(?! ?%)", rf"{NUMBER} (?={RANKED})")
CONFIDENCES = (
    r"(?:var|value at risk|cvar|expected shortfall)\b[ \w,&.*^$'-]{0,60}?"
    rf"(?P<taken>\bat {PERCENT})(?!\w| confidence)",
    rf"{PERCENT} (?=(?:daily |1-day |one-day |historical )?"
    r"(?:var|cvar|value at risk|conditional|expected shortfall)\b)",
    rf"(?:at|with) (?:a |the )?{PERCENT} confidence(?: level)?\b",
)
TARGET_VOLATILITIES = (
    rf"(?:a |an )?{PERCENT} (?:annual |yearly |annualized |annualised |target )?vol(?:atility)?\b",
    rf"vol(?:atility)? of {PERCENT}(?! *(?:\w|\*))",
)
GROUPED = r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,9})"
BARE_SUM = (
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d{3,9})"
    r"(?![\w.%]|,\d|-| ?(?:shares|stocks|bars|trading|days?|sessions)\b)"
)
AMOUNTS = (
    rf"(?:i've|i have|i|we've|we have)(?: got)? {BARE_SUM}(?: to (?:invest|allocate|split|spread))?",
    rf"(?:split|divide|allocate|spread|distribute|invest(?:ed|ing)?|put) (?P<taken>{BARE_SUM})",
    rf"\$ ?{GROUPED}(?: (?:us )?dollars)?(?![\w.]|,\d)",
    rf"{GROUPED} (?:us )?(?:dollars|usd|bucks)\b",
)
IN_THOUSANDS = (
    r"(?:\$ ?|(?:i've got|i've|i have|i got) )?(?P<number>\d{1,4}(?:\.\d+)?) ?k\b"
    r"(?: to (?:invest|split))?",
)
SHARES = (rf"{PERCENT} (?:in |of |into )?(?=\*)",)
WHOLE = 100
SPLIT = re.compile(r"(?<![\w./])\d{1,2}(?: ?/ ?\d{1,2})+(?![\w/%])")


class Figure(NamedTuple):
    """A number and the part of the text that says it."""

    value: float
    start: int
    end: int


def find_counts(text: str) -> list[Figure]:
    """How many rows are wanted."""
    return find_figures(COUNTS, text)


def find_risk_free_rates(text: str) -> list[Figure]:
    """Yearly rates as fractions."""
    return [figure._replace(value=figure.value / 100) for figure in find_figures(RISK_FREE, text)]


def find_confidences(text: str) -> list[Figure]:
    """Confidences of a value at risk, as fractions."""
    return [figure._replace(value=figure.value / 100) for figure in find_figures(CONFIDENCES, text)]


def find_target_volatilities(text: str) -> list[Figure]:
    """Volatilities a year that weights are to have, as fractions."""
    return [figure._replace(value=figure.value / 100) for figure in find_figures(TARGET_VOLATILITIES, text)]


def find_amounts(text: str) -> list[Figure]:
    """Amounts of money, in dollars."""
    thousands = find_figures(IN_THOUSANDS, text)
    return [figure._replace(value=figure.value * 1000) for figure in thousands] or find_figures(AMOUNTS, text)


def find_weights(text: str) -> list[Figure]:
    """Weights as fractions, from a text in which symbols are written as `*`: "60% * 40% *" or "60/40 * *"."""
    found = [figure._replace(value=figure.value / 100) for figure in find_figures(SHARES, text)]
    split = SPLIT.search(text)
    if not found and split:
        parts = list(re.finditer(r"\d+", split.group()))
        is_whole = len(parts) == 2 or sum(int(part.group()) for part in parts) == WHOLE
        if is_whole and len(parts) == text.count("*"):
            ends = [*(part.start() for part in parts[1:]), len(split.group())]
            found = [
                Figure(int(part.group()) / WHOLE, split.start() + part.start(), split.start() + end)
                for part, end in zip(parts, ends, strict=True)
            ]
    return found


def find_figures(patterns: tuple[str, ...], text: str) -> list[Figure]:
    """What matches any of `patterns`, the earlier ones first, without those inside others."""
    found: list[Figure] = []
    for pattern in patterns:
        for match in re.finditer(rf"(?<![\w.]){pattern}", text):
            start, end = match.span("taken" if "taken" in match.groupdict() else 0)
            if all(end <= other.start or start >= other.end for other in found):
                number = match["number"].replace(",", "")
                value = float(number) if "." in number else read_number(number)
                found.append(Figure(value, start, end))
    return found
