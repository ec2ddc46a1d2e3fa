"""Questions about the answer before: its assumptions, its data, its script, or when its market opens."""

import re
from dataclasses import dataclass

from api_server.dialogue.context import Turn
from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.terms import Terms
from schemas.understanding import Aspect

OPENS = re.compile(
    r"\bwhen (?:does|do|will|is) (?:it|they|the market|that) (?:next |re)?"
    r"(?P<what>open|close|closing|opening)"
)
SHORT = 14


@dataclass(frozen=True)
class FullQuestion:
    """A question put in full. `aspect` as in `schemas.understanding.Understanding`."""

    text: str
    is_about_answer: bool
    aspect: Aspect | None = None


def about_answer(fragment: Fragment, base: Cut, turn: Turn) -> FullQuestion | None:
    """The question in full, when it is about the answer before or when its market opens; else None."""
    opens = OPENS.search(fragment.text)
    is_market = any(part.value.startswith("market_") or part.value == "the market" for part in base.parts)
    if opens and is_market:
        what = "open" if opens["what"].startswith("open") else "close"
        return FullQuestion(f"When does the market {what} next?", is_about_answer=False)
    has_subject = bool(fragment.cut.of(PartKind.SYMBOL, PartKind.UNIVERSE))
    if has_subject or len(fragment.text.split()) > SHORT:
        return None
    for about in fragment.terms.about:
        if about.pattern.search(fragment.text):
            text = about.says.format(turn.question.rstrip())
            return FullQuestion(text, is_about_answer=True, aspect=about.aspect)
    return None


def is_put_in_full(question: str, terms: Terms) -> bool:
    """Whether `question` is one that `about_answer` made: it asks for nothing that can be carried on."""
    return any(question.startswith(about.says.partition("{}")[0]) for about in terms.about)
