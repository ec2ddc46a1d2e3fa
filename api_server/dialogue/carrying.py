"""Questions of their own that refer to what came before: "when did it bottom?", "which one is best?"."""

import re

from api_server.dialogue.context import Turn
from api_server.dialogue.fragments import Fragment, Span
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import as_sentence, join
from api_server.dialogue.subjects import is_plural, subject_text, symbols_of
from api_server.dialogue.times import phrase_of
from api_server.dialogue.topics import keeps_period

LEADING_CUE = re.compile(
    r"^(?:(?:and|so|ok|okay|but|then|hm+|well|now|also|what about|how about)\b[ ,]*)+", re.IGNORECASE
)
POSSESSIVE = frozenset(["its", "their", "theirs"])
TURNING_POINTS = frozenset(["bottom", "peak", "recovery"])
ASKING = re.compile(
    r"^(?:and |so |but |ok |then )*"
    r"(?:when|where|why|how|is|are|was|were|did|does|do|has|have|had|will|can)\b"
)
MEASURED = frozenset(["series", "now", "company"])
ORDINAL_NAMES = ("first", "second", "third", "fourth", "fifth")
AFFORD = re.compile(
    r"\bhow many (?:shares |coins |units )?(?:of (?:it|them|those|that) )?(?:can|could) i (?:buy|get|afford)"
)


def carry_into(fragment: Fragment, base: Cut, turn: Turn) -> str | None:
    """`fragment` with names in the place of its references; None when it only changes the base."""
    if fragment.has_cue("add") and fragment.cut.of(PartKind.SYMBOL) and not fragment.topics:
        return None
    if any(part.family == "time" for part in fragment.directions) and not (
        fragment.topics or fragment.strange
    ):
        return None
    says_more = bool(fragment.topics or fragment.strange or fragment.directions)
    if fragment.which and (ranked := _ranked(fragment, base, turn)):
        return ranked
    if fragment.which and says_more:
        return _with_period(_replaced(fragment, fragment.which, _which(base, turn)), fragment, base)
    if fragment.ordinal and says_more:
        return _with_period(
            _replaced(fragment, fragment.ordinal, _place(fragment.ordinal, base, turn)), fragment, base
        )
    if fragment.ordinal:
        return None
    if fragment.pronouns and (fragment.strange or _is_sentence(fragment)) and not is_order(fragment):
        return _with_pronouns(fragment, base)
    return None


def is_order(fragment: Fragment) -> bool:
    """As in "Annualize it": the pronoun stands for the answer before."""
    first = fragment.text.split()[0].strip(",.?!")
    return (
        any(part.words.lower() == first for part in fragment.strange)
        and bool(fragment.pronouns)
        and first not in fragment.terms.sets["asking"]
    )


def _is_sentence(fragment: Fragment) -> bool:
    """Whether a verb stands before the reference: "is it overbought", "when did it bottom"."""
    return bool(fragment.topics or fragment.directions) and bool(ASKING.match(fragment.text))


def _with_pronouns(fragment: Fragment, base: Cut) -> str | None:
    subject = subject_text(base)
    is_turning = any(part.value in TURNING_POINTS for part in fragment.topics)
    drawdown = next((part for part in base.of(PartKind.TOPIC) if part.value == "drawdown"), None)
    if is_turning and drawdown and subject:
        period = _period_of(base)
        text = _replaced(
            fragment, fragment.pronouns[0], f"the {drawdown.words.lower()} of {subject} {period}".strip()
        )
        return as_sentence(LEADING_CUE.sub("", text))
    if not subject:
        return None
    text = fragment.cut.text
    for number, pronoun in enumerate(reversed(fragment.pronouns)):
        is_first = number == len(fragment.pronouns) - 1
        owner = subject + ("'" if subject.endswith("s") else "'s") if pronoun.words in POSSESSIVE else subject
        text = text[: pronoun.start] + (owner if is_first else pronoun.words) + text[pronoun.end :]
    return _with_period(text, fragment, base)


def with_names(fragment: Fragment, base: Cut) -> str | None:
    """`fragment` with the base's subject for its pronoun, whatever else it says."""
    return _with_pronouns(fragment, base) if fragment.pronouns else None


def _replaced(fragment: Fragment, span: Span, words: str) -> str:
    return fragment.cut.text[: span.start] + words + fragment.cut.text[span.end :]


def _which(base: Cut, turn: Turn) -> str:
    symbols = symbols_of(base.parts)
    names = (
        join(symbols) if len(symbols) > 1 else subject_text(base) if is_plural(base, turn.entities) else ""
    )
    return f"which of {names or join(turn.entities) or subject_text(base)} "


def _ranked(fragment: Fragment, base: Cut, turn: Turn) -> str | None:
    """As in "Which is the lowest?": of what the base asks for, which it does not say again."""
    theirs = base.of(PartKind.TOPIC)
    topics = [fragment.terms.topics[part.value].noun for part in theirs if part.family in MEASURED]
    ends = [part for part in fragment.directions if part.family in ("extreme", "comparison")]
    if len(ends) != 1 or len(theirs) != 1 or not topics or fragment.topics or fragment.strange:
        return None
    period = _period_of(base)
    windows = [part.words for part in base.of(PartKind.NUMBER) if part.family == "window"]
    measured = " ".join([*windows, topics[0]])
    return as_sentence(f"{_which(base, turn)}has the {ends[0].words.lower()} {measured} {period}?")


def named_place(ordinal: Span, base: Cut, turn: Turn) -> str:
    """The symbol at a place; empty when no list of symbols is known."""
    return _place(ordinal, base, turn) if turn.entities or symbols_of(base.parts) else ""


def _place(ordinal: Span, base: Cut, turn: Turn) -> str:
    """The symbol at a place of the last result, or of the last question; else a description of it."""
    named = list(turn.entities) or symbols_of(base.parts)
    if ordinal.value == "other":
        return named[-1] if named else subject_text(base)
    place = int(ordinal.value)
    if named and -len(named) <= place < len(named):
        return named[place]
    return f"the {'last' if place < 0 else ORDINAL_NAMES[place]} of {subject_text(base)}"


def _with_period(text: str, fragment: Fragment, base: Cut) -> str:
    """`text` with the period of the base, where its topic is worked out over one and names none."""
    plain = LEADING_CUE.sub("", text)
    theirs = base.of(PartKind.TOPIC)
    is_today = any(part.value == "named:today" for part in base.of(PartKind.PERIOD)) and not fragment.topics
    goes_on = is_today or (fragment.topics and theirs and keeps_period(fragment, theirs))
    period = _period_of(base) if goes_on and not fragment.cut.of(PartKind.PERIOD) else ""
    period = "" if period in plain else period
    mark = "." if plain.rstrip().endswith(".") else "?"
    return as_sentence(f"{plain.rstrip(' ?.!')} {period}{mark}")


def _period_of(base: Cut) -> str:
    return " ".join(phrase_of(part.value, part.words) for part in base.of(PartKind.PERIOD))


def afford(fragment: Fragment, base: Cut) -> str | None:
    """As in "How many can I buy": with the amount that was named, at the latest price."""
    subject = subject_text(base)
    if not AFFORD.search(fragment.text) or not subject or fragment.cut.of(PartKind.SYMBOL):
        return None
    amounts = [
        part for cut in (fragment.cut, base) for part in cut.of(PartKind.NUMBER) if part.family == "amount"
    ]
    money = f" with {amounts[0].words}" if amounts else ""
    return f"How many shares of {subject} can I buy{money} at the latest price?"
