"""Questions about the answer before: its assumptions, its data, its script, or when its market opens."""

import re

from api_server.dialogue.context import Turn
from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, PartKind

OPENS = re.compile(
    r"\bwhen (?:does|do|will|is) (?:it|they|the market|that) (?:next |re)?"
    r"(?P<what>open|close|closing|opening)"
)
SHORT = 14


def about_answer(fragment: Fragment, base: Cut, turn: Turn) -> tuple[str, bool] | None:
    """The question in full, and whether the answer before is what it is about; None when neither."""
    opens = OPENS.search(fragment.text)
    is_market = any(part.value.startswith("market_") or part.value == "the market" for part in base.parts)
    if opens and is_market:
        what = "open" if opens["what"].startswith("open") else "close"
        return f"When does the market {what} next?", False
    has_subject = bool(fragment.cut.of(PartKind.SYMBOL, PartKind.UNIVERSE))
    if has_subject or len(fragment.text.split()) > SHORT:
        return None
    for pattern, sentence in fragment.terms.about:
        if pattern.search(fragment.text):
            return sentence.format(turn.question.rstrip()), True
    return None
