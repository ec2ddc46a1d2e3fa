"""Follow-ups about several that were named one after another: "both since 2010", "compare them"."""

import re

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.cutting import Cutter
from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import Rewriter, as_sentence, join
from api_server.dialogue.subjects import put_names, symbols_of
from api_server.dialogue.times import phrase_of

COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5}
THEM = r"(?:them|those|these)"
TOGETHER = re.compile(
    rf"\b(?:(?P<both>both)|(?:all|the) (?P<count>two|three|four|five))(?: of {THEM})?\b(?: together)?"
    rf"|\b(?:all (?:of )?{THEM}|{THEM} all|all together)\b"
)
COMPARE = re.compile(r"\b(?:compare|comparison of) (?:(?:them|those|these|the two|both)(?: of them)?)\b")
NAMED_MAX = 10


def put_together(fragment: Fragment, base: Cut, context: DialogueContext, cutter: Cutter) -> Fragment | None:
    """`fragment` with the names that its "both" stands for; None when it stands for nothing or says its own.

    Of a comparison it is the whole question: "Compare the volatility of KO and PEP over the last year".
    """
    compared = COMPARE.search(fragment.text)
    reference = compared or TOGETHER.search(fragment.text)
    count = _wanted(fragment)
    if reference is None or fragment.subjects:
        return None
    theirs = symbols_of(base.parts)
    names = theirs if len(theirs) >= (count or 2) else _named_before(count, context, cutter)
    if len(names) < 2:
        return None
    if compared:
        return Fragment(cutter.cut(_comparison(names, fragment, base)), fragment.terms)
    text = fragment.cut.text
    named = f"{text[: reference.start()]}for {join(names)}{text[reference.end() :]}"
    return Fragment(cutter.cut(named), fragment.terms)


def widened(base: Cut, context: DialogueContext, cutter: Cutter) -> Cut:
    """`base` about all that were named one after another, when it names one: "which is the lowest?"."""
    if len(symbols_of(base.parts)) != 1 or base.of(PartKind.UNIVERSE):
        return base
    names = _named_before(None, context, cutter)
    rewriter = Rewriter(base)
    put_names(rewriter, join(names))
    return cutter.cut(rewriter.finish()) if len(names) > 1 else base


def _wanted(fragment: Fragment) -> int | None:
    """How many are meant; None for as many as there were."""
    match = TOGETHER.search(fragment.text)
    return COUNTS.get(match["both"] or match["count"] or "") if match else None


def _named_before(count: int | None, context: DialogueContext, cutter: Cutter) -> list[str]:
    """The last `count` symbols of the session in the order in which they came; empty when there are fewer."""
    found: list[str] = []
    for turn in reversed(context.turns):
        if found and count is not None and len(found) >= count:
            break
        earlier = symbols_of(cutter.cut(turn.question).parts)
        found = [*(symbol for symbol in earlier if symbol not in found), *found]
    if count is None:
        return found[-NAMED_MAX:]
    return found if len(found) == count else []


def _comparison(names: list[str], fragment: Fragment, base: Cut) -> str:
    topics = [fragment.terms.topics[part.value].noun for part in base.of(PartKind.TOPIC)]
    times = fragment.cut.of(PartKind.PERIOD) or base.of(PartKind.PERIOD)
    period = " ".join(phrase_of(part.value, part.words) for part in times)
    what = f"the {join(list(dict.fromkeys(topics)))} of " if topics else ""
    return as_sentence(f"Compare {what}{join(names)} {period}")
