"""A question with its entities masked, "volatility of SYMBOL over PERIOD": what its vector is made of."""

from api_server.dialogue.cutting import Cutter
from api_server.dialogue.parts import Part, PartKind

MASKS = {PartKind.SYMBOL: "SYMBOL", PartKind.PERIOD: "PERIOD", PartKind.NUMBER: "NUMBER"}


def masked_text(question: str, cutter: Cutter) -> str:
    """The words of `question` that say something, in lower case, with masks in capitals."""
    words: list[str] = []
    for part in cutter.cut(question).parts:
        word = _shown(part)
        is_repeated = word in MASKS.values() and words[-1:] == [word]
        if word and not is_repeated:
            words.append(word)
    return " ".join(words)


def _shown(part: Part) -> str:
    if part.kind is PartKind.FILLER:
        return ""
    return MASKS.get(part.kind, part.words.lower())
