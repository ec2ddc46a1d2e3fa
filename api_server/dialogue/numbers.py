"""Numbers of a question with their roles: how many rows, which window, what amount, which percentage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from api_server.language.periods import NUMBERS

DIGITS = r"\d[\d,]*(?:\.\d+)?"
WORDS = "|".join(NUMBERS)
VALUE = rf"(?P<value>{DIGITS}|{WORDS})"
SCALES = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
SCALE = rf"(?: ?(?P<scale>{'|'.join(sorted(SCALES, key=len, reverse=True))})\b)?"
INDICATOR = (
    r"(?:simple |exponential |weighted )?(?:moving|rolling|trailing|sma|ema|wma|dma|ma\b|rsi|atr|adx|mfi|cci|"
    r"obv|stoch|bollinger|macd|momentum|crossover|cross\b|donchian)"
)
BAR = r"(?:day|d|week|w|month|period|bar|session|hour|minute)"
RANKED = (
    r"(?:most|least|largest|biggest|highest|lowest|smallest|top|best|worst|stock|symbol|compan|name|row|result|"
    r"gainer|loser|mover|holding|position|etf|ticker)"
)


@dataclass(frozen=True)
class Number:
    """A number and the part of the text that says it. `value` is decimal, its unit after a space."""

    role: str
    value: str
    start: int
    end: int


PATTERNS: tuple[tuple[str, str], ...] = (
    ("pair", r"(?P<value>\d{1,4}(?: ?[/x] ?\d{1,4}){1,3})(?![\d/.%])(?! ?(?:split|for))"),
    ("window", rf"(?P<value>\d{{1,4}})[ -]?(?P<unit>{BAR})?s?[ -]?(?={INDICATOR})"),
    ("window", r"(?<=rsi|sma|ema|atr|adx|mfi|cci|dma) ?\(?(?P<value>\d{1,4})\)?(?![\d.%])"),
    ("amount", rf"(?P<unit>[$€£]) ?{VALUE}{SCALE}"),
    ("amount", rf"{VALUE}{SCALE} ?(?P<unit>dollars?|usd|bucks|euros?|eur|pounds?|gbp|yen)\b"),
    ("percent", rf"{VALUE} ?(?:%|percent\b|per cent\b|pct\b)"),
    ("basis_points", rf"{VALUE} ?(?:bps?\b|basis points?\b)"),
    ("times", rf"{VALUE}x\b"),
    ("limit", rf"(?:top|bottom|first|last|best|worst)[ -]{VALUE}\b"),
    ("limit", rf"{VALUE} (?={RANKED})"),
    ("number", rf"{VALUE}{SCALE}"),
)  # fmt: skip
CURRENCIES = {
    "$": "usd",
    "€": "eur",
    "£": "gbp",
    "dollar": "usd",
    "buck": "usd",
    "euro": "eur",
    "pound": "gbp",
}
WORD_ONLY = re.compile(rf"^(?:{WORDS})$")
LIMIT_WORD = re.compile(r"^(top|bottom|first|last|best|worst)")


def find_numbers(text: str) -> list[Number]:
    """Every number in `text`, which is plain and in lower case; each character belongs to at most one."""
    found: list[Number] = []
    for role, pattern in PATTERNS:
        for match in re.finditer(
            rf"(?<![\w.\0]){pattern}" if not pattern.startswith("(?<=") else pattern, text
        ):
            is_free = all(match.end() <= other.start or match.start() >= other.end for other in found)
            is_idle_word = role == "number" and WORD_ONLY.match(match["value"]) is not None
            if is_free and not is_idle_word:
                found.append(_number(role, match))
    return sorted(found, key=lambda number: number.start)


def read_value(text: str, scale: str | None = None) -> str:
    """`text` as a plain decimal: `1,000` and `1k` are both `1000`."""
    number = Decimal(NUMBERS.get(text, 0) or text.replace(",", ""))
    scaled = number * SCALES.get(scale or "", 1)
    return f"{scaled.normalize():f}"


def _number(role: str, match: re.Match[str]) -> Number:
    groups = match.groupdict()
    if role == "pair":
        return Number("window", "/".join(re.findall(r"\d+", match["value"])), *match.span())
    unit = groups.get("unit") or ""
    value = read_value(match["value"], groups.get("scale"))
    start = match.start("value") if role == "limit" else match.start()
    return Number(role, " ".join(_units(role, value, unit)), start, match.end())


def _units(role: str, value: str, unit: str) -> Iterator[str]:
    yield value
    if role == "amount":
        yield CURRENCIES.get(unit.rstrip("s"), unit.rstrip("s"))
    elif unit:
        yield {"d": "day", "w": "week"}.get(unit, unit)
