"""The rules of a strategy in words: below which RSI it buys, above which it sells, which averages cross."""

import re
from typing import Literal, NamedTuple

TESTED = frozenset(["backtest", "strategy", "mean_reversion", "buy_and_hold", "hypothetical"])
"""Concepts beside which a rule is one to test. Beside anything else it is an order to trade."""

ENTER = (
    r"(?:(?:that|which) )?(?:i )?(?:had )?(?:buy(?:s|ing)?|bought|enter(?:s|ing)?|go(?:es|ing)? long)"
    r"(?: (?:\*|it|shares|the stock))?"
)
LEAVE = r"(?:sell(?:s|ing)?|sold|exit(?:s|ing)?)(?: (?:it|shares|the stock))?"
WHEN = r"(?:when|once|if|whenever|every time|each time|as soon as)"
MOVES = r"(?:is|was|falls|fell|drops|dropped|dips|dipped|goes|went|gets|got|rises|rose|climbs|climbed|moves)"
ITS_RSI = rf"(?:{WHEN} )?(?:(?:it|its rsi|the rsi|rsi) )?(?:{MOVES} )?(?:back )?"
OVERSOLD = rf"{ENTER} {ITS_RSI}(?:under|below|at)(?: an rsi of)? (?P<limit>\d{{1,2}})"
OVERBOUGHT = rf"{LEAVE} {ITS_RSI}(?:over|above|at)(?: an rsi of)? (?P<limit>\d{{1,2}})"
OVERSOLD_FIRST = r"(?:under|below) (?P<limit>\d{1,2}) (?:buy|enter)"
OVERBOUGHT_FIRST = r"(?:over|above) (?P<limit>\d{1,2}) (?:sell|exit)"
BOTH_LIMITS = r"(?:rsi|limits of) (?P<oversold>[1-4]\d) ?/ ?(?P<overbought>[5-9]\d)"
ENTER_AT_CROSS = rf"{ENTER} {WHEN}(?: (?:the|its)\b)?"
LEAVE_AT_CROSS = (
    rf"{LEAVE} {WHEN} (?:it |they )?(?:crosses|cross|falls|drops)(?: back)? (?:below|under)(?: it)?"
)
SIDE = r"(?P<side>above|over|under|below|(?:greater|more|higher|less|lower) than)"
LEVEL = (
    r"(?:rsi|relative strength index)(?: ?\(?\d{1,3}\)?)?(?: of(?: \*)(?:,? (?:and|or)? ?\*)*)?"
    rf" (?P<taken>(?:(?:that )?is |of |at |was )?{SIDE} (?P<level>\d{{1,2}}))"
)
END = r"(?![\w%/]|\.\d|,\d)"


class Limits(NamedTuple):
    """Of an RSI; None where the question names none. `places` are the parts of the text that say them."""

    oversold: int | None
    overbought: int | None
    places: tuple[tuple[int, int], ...]


def find_limits(text: str) -> Limits | None:
    """The limits of an RSI at which `text`, in lower case, buys and sells."""
    both = _search(rf"{BOTH_LIMITS}{END}", text)
    if both:
        limits = int(both["oversold"]), int(both["overbought"])
        return Limits(*limits, ((both.start("oversold"), both.end()),))
    enter = _search(OVERSOLD + END, text) or _search(OVERSOLD_FIRST, text)
    leave = _search(OVERBOUGHT + END, text) or _search(OVERBOUGHT_FIRST, text)
    if enter is None and leave is None:
        return None
    return Limits(
        int(enter["limit"]) if enter else None,
        int(leave["limit"]) if leave else None,
        tuple(match.span() for match in (enter, leave) if match),
    )


class Level(NamedTuple):
    """What an RSI has to be above or below. `place` is the part of the text that says it."""

    side: Literal["above", "below"]
    value: int
    place: tuple[int, int]


def find_level(text: str) -> Level | None:
    """The level that the RSI is compared with in `text`, which is in lower case."""
    match = _search(LEVEL + END, text)
    if match is None:
        return None
    side: Literal["above", "below"] = (
        "above" if match["side"].startswith(("above", "over", "g", "m", "h")) else "below"
    )
    return Level(side, int(match["level"]), match.span("taken"))


def find_crossing_rules(text: str) -> list[tuple[int, int]]:
    """The parts of `text` that buy and sell where averages cross; the averages stay."""
    matches = (_search(rule, text) for rule in (ENTER_AT_CROSS, LEAVE_AT_CROSS))
    return [match.span() for match in matches if match]


def _search(pattern: str, text: str) -> re.Match[str] | None:
    """Blanks may be many, where something was taken out."""
    return re.search(r"(?<![\w.])" + re.sub(r" (?!\?)", " +", pattern), text)
