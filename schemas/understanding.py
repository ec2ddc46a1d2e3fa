"""What a question was understood to mean, as it is shown, stored and compared."""

import hashlib
from enum import StrEnum
from typing import Any, Literal

import orjson
from pydantic import Field

from schemas.wire import Wire


class MeantNumber(Wire):
    """A number with what it is for: `limit`, `window`, `amount`, `percent`, `times`, `number`, …"""

    role: str
    value: str


class Meaning(Wire):
    """A question as structure. Two questions are the same when their meanings are equal, `words` included."""

    topics: tuple[str, ...] = ()
    """What is asked for: `volatility`, `pe`, `gainers`."""
    symbols: tuple[str, ...] = ()
    universe: tuple[str, ...] = ()
    """Whom it is about when no symbol is named: `my holdings`, `sector ETFs`."""
    asset_classes: tuple[str, ...] = ()
    """Of the symbols: `stock` (funds included), `index`, `crypto`, …"""
    periods: tuple[str, ...] = ()
    """`months:12`, `2020-01-01..2020-12-31`, `since:2021-01-01`, `to_date:year`, `named:today`."""
    frequency: str | None = None
    numbers: tuple[MeantNumber, ...] = ()
    directions: tuple[str, ...] = ()
    """Ends of scales: `level:above`, `trade:buy`, `extreme:highest`."""
    output: str | None = None
    words: tuple[str, ...] = ()
    """Words that nothing else accounts for."""
    arrangement: tuple[str, ...] = ()
    """All parts in the order of the question, where the order may matter; else empty."""

    @property
    def key(self) -> str:
        """A digest that is equal exactly for equal meanings."""
        return _digest(self.model_dump(mode="json"))

    @property
    def masked_key(self) -> str:
        """A digest without the symbols, periods and numbers themselves, but with how many and what for."""
        return _digest(self.masked())

    def masked(self) -> dict[str, Any]:
        """The meaning with its entities masked."""
        shown = self.model_dump(mode="json")
        return {
            **shown,
            "symbols": "several" if len(self.symbols) > 1 else len(self.symbols),
            "periods": len(self.periods),
            "numbers": sorted(number.role for number in self.numbers),
            "arrangement": [_mask(token) for token in self.arrangement],
        }


def _mask(token: str) -> str:
    """A part of the arrangement without its value when it is an entity."""
    kind, _, value = token.partition("=")
    if kind in ("symbol", "period"):
        return kind
    return f"number={value.partition(' ')[0]}" if kind == "number" else token


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Change(StrEnum):
    """What a follow-up changes in the question before."""

    SYMBOLS = "symbols"
    PERIOD = "period"
    FREQUENCY = "frequency"
    NUMBER = "number"
    TOPIC = "topic"
    DIRECTION = "direction"
    OUTPUT = "output"
    UNIVERSE = "universe"
    ABOUT = "about"
    """It asks something of its own about what came before."""


Aspect = Literal["assumptions", "data", "method", "script", "trust"]
"""What of an answer's record is asked for."""


class Alternative(Wire):
    """Another reading of an ambiguous question, as a question that can be asked."""

    question: str
    reason: str = ""


class Understanding(Wire):
    """What a question means in its conversation; what gets answered is `expanded_question`."""

    question: str
    resolved_question: str
    """The question with what it takes from the conversation put in."""
    expanded_question: str
    """The resolved question with its assumptions spelled out; equal to it when there are none."""
    meaning: Meaning
    """Of the resolved question."""
    follow_up_of: str | None = None
    """The execution whose question is continued."""
    changed: tuple[Change, ...] = ()
    asks_about: Literal["question", "previous_answer"] = "question"
    """`previous_answer`: how it came about is asked, not something new."""
    aspect: Aspect | None = None
    """What of the answer before is asked for, where its record says that."""
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)
    needs_confirmation: bool = False
    parameters: dict[str, Any] | None = None
    """Values with which the script of `follow_up_of` answers this, where its parameters cover the change."""
