"""Questions with one word changed so that they ask something else, and pairs that ask the same."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
QUESTIONS: list[str] = TABLE["questions"]
SAME: list[list[str]] = TABLE["same"]
TICKERS = re.compile(r"\b[A-Z]{2,5}(?:\.[AB])?\b")
NOT_TICKERS = frozenset(["RSI", "ETFS", "USD", "SOL"])
NUMBERS = re.compile(r"\d+(?:,\d{3})*")
YES_OR_NO = re.compile(r"^(Is|Did|Has|Are|Do) (?=.)")
INDEX_NUMBER = "500"


def near_misses(question: str) -> Iterator[str]:
    """`question` with one thing changed that changes what is asked."""
    yield from _swapped(question)
    yield from _about_others(question)
    for match in NUMBERS.finditer(question):
        if match.group() != INDEX_NUMBER or "$" in question:
            yield _put(question, match, str(int(match.group().replace(",", "")) + 1))
    yield (
        YES_OR_NO.sub(r"\1 not ", question)
        if YES_OR_NO.match(question)
        else _with(question, "not on Mondays")
    )
    for tail in TABLE["tails"]:
        yield _with(question, tail)


def _about_others(question: str) -> Iterator[str]:
    for match in TICKERS.finditer(question):
        if match.group() not in NOT_TICKERS:
            yield _put(question, match, "CAT" if match.group() != "CAT" else "DE")
            yield _put(question, match, "Zyxora")
    for name in TABLE["names"]:
        if name in question:
            yield question.replace(name, "Caterpillar")
            yield question.replace(name, "Zyxora Holdings")


def _swapped(question: str) -> Iterator[str]:
    for one, other in TABLE["swaps"]:
        for old, new in ((one, other), (other, one)):
            match = re.search(rf"\b{re.escape(old)}\b", question)
            # A choice among A, B and C is the same as one among A, B or C.
            if match and not (one == "and" and question.startswith("Which of")):
                yield _put(question, match, new)


def _with(question: str, tail: str) -> str:
    mark = "?" if question.endswith("?") else ""
    return f"{question.rstrip('?.')} {tail}{mark}"


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]
