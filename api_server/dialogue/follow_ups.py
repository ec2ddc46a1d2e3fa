"""Follow-ups: what "and for MSFT?" asks, as a sentence that stands alone."""

import re
from dataclasses import dataclass

from api_server.dialogue.about_answers import about_answer, is_put_in_full
from api_server.dialogue.carrying import afford, carry_into, named_place, with_names
from api_server.dialogue.changes import change_period, change_values, set_output
from api_server.dialogue.context import DialogueContext, Turn
from api_server.dialogue.cutting import Cutter
from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import Rewriter, as_sentence
from api_server.dialogue.subjects import change_subject, put_names, symbols_of
from api_server.dialogue.together import put_together, widened
from api_server.dialogue.topics import change_topic
from schemas.understanding import Aspect, Change

SURE, LIKELY, GUESS = 0.95, 0.85, 0.55
ELLIPTIC_WORDS_MAX = 7
SUBJECTLESS = frozenset(["market", "account"])
STARTS_BESIDE = re.compile(
    r"^(?:(?:and|but|or) )?(?:sort|rank|order|group|filter|convert|annuali[sz]e|normali[sz]e|rebase|"
    r"round|smooth|break|show (?:only|just)|"
    r"in|on|with|without|by|per|before|after|excluding|including|except)\b"
)
IF_IT_WERE = re.compile(r"^(?:and )?what if (?:it|that|this) (?:was|were|is|had been) ", re.IGNORECASE)
NAME_AFTER_CUE = re.compile(
    r"^(?:(?:and|what|how|ok|no|now|but|or|so|hm+|same|then|,) ?(?:about )?)*"
    r"(?:for |with |of |i meant |to )*(?!(?:in|on|by|at|per|as)\b)[a-z0-9.&-]+(?: [a-z]+)?\??$"
)
REQUEST = re.compile(r"^(?:show|list|display|give|get|what|how|tell|print)\b")
BESIDE_WITHOUT_COMMA = re.compile(
    r"^(?:in|on|with|without|by|per|before|after|excluding|including|except|for)\b", re.IGNORECASE
)
NEEDS_BASE = (PartKind.SYMBOL, PartKind.UNIVERSE, PartKind.TOPIC, PartKind.PERIOD)


@dataclass(frozen=True)
class Resolution:
    """A follow-up put into a sentence. `turn` is the question it continues."""

    turn: Turn
    question: str
    changed: tuple[Change, ...]
    confidence: float
    is_about_answer: bool = False
    aspect: Aspect | None = None


def resolve(question: Cut, context: DialogueContext, cutter: Cutter) -> Resolution | None:
    """`question` with what it takes from the session, or None when it stands alone."""
    fragment = Fragment(cutter.cut(IF_IT_WERE.sub("what about ", question.text)), cutter.terms)
    turn = _base(context, cutter)
    if turn is None:
        return None
    base = cutter.cut(turn.question)
    about = about_answer(fragment, base, turn)
    if about:
        changed = (Change.ABOUT,)
        return Resolution(turn, about.text, changed, SURE, about.is_about_answer, about.aspect)
    counted = afford(fragment, base)
    if counted:
        return Resolution(turn, counted, (Change.ABOUT,), LIKELY)
    if fragment.which:
        base = widened(base, context, cutter)
    named = put_together(fragment, base, context, cutter)
    if named and named.topics:
        return Resolution(turn, named.cut.text, (Change.SYMBOLS,), LIKELY)
    fragment = named or fragment
    if not named and not continues(fragment, base):
        return None
    listing = _listing(base, turn, context)
    carried = carry_into(fragment, base, listing)
    if carried:
        return Resolution(turn, carried, (Change.ABOUT,), LIKELY)
    names = named_place(fragment.ordinal, base, listing) if fragment.ordinal else ""
    return _edited(fragment, base, turn, names)


def continues(fragment: Fragment, base: Cut) -> bool:
    """Whether a question cannot stand alone, so that it must continue the one before."""
    refers = bool(fragment.which or fragment.ordinal or fragment.pronouns)
    own_subject, topics = bool(fragment.subjects), fragment.topics
    is_short = len(fragment.text.split()) <= ELLIPTIC_WORDS_MAX
    if fragment.has_cue("add", "remove", "only", "instead") and not (own_subject and topics):
        return True
    if refers and not (own_subject and (topics or fragment.unplaced)):
        return not _is_idle_it(fragment)
    if own_subject and (topics or fragment.unplaced or _is_request(fragment)):
        return False
    starts_beside = STARTS_BESIDE.match(fragment.text) and not own_subject and is_short
    if starts_beside or _changes_pole(fragment, base):
        return True
    if any(topic.family in SUBJECTLESS for topic in topics):
        return False
    if fragment.has_cue("same"):
        return not fragment.unplaced or _starts_with_cue(fragment)
    if fragment.is_bare:
        return bool(question_parts(fragment))
    return is_short and bool(topics) and not own_subject and not fragment.unplaced


def _is_request(fragment: Fragment) -> bool:
    """As in "Show my orders" says by itself what is wanted."""
    is_mine = any(part.words.lower().startswith("my ") for part in fragment.cut.of(PartKind.UNIVERSE))
    return is_mine and bool(REQUEST.match(fragment.text)) and not fragment.cues


def question_parts(fragment: Fragment) -> bool:
    """Whether it names anything at all."""
    return any(part.kind is not PartKind.FILLER for part in fragment.cut.parts)


def _base(context: DialogueContext, cutter: Cutter) -> Turn | None:
    """The newest turn that is about something of our field, and not about the answer before it."""
    for turn in reversed(context.turns):
        if is_put_in_full(turn.question, cutter.terms):
            continue
        if cutter.cut(turn.question).of(*NEEDS_BASE):
            return turn
    return None


def _is_idle_it(fragment: Fragment) -> bool:
    """As in "Is it a good time to buy": the pronoun stands for nothing, and the base names nobody."""
    return (
        bool(re.search(r"\bit (?:a|an) (?:good|bad)\b", fragment.text))
        and not fragment.cues
        and len(fragment.pronouns) == 0
    )


def _starts_with_cue(fragment: Fragment) -> bool:
    return bool(fragment.cues) and fragment.cues[0].start <= 4


def _changes_pole(fragment: Fragment, base: Cut) -> bool:
    """As in "Losers too": the other end of what the base asked for, and nothing else."""
    names = {fragment.terms.alternatives.get(part.value) for part in fragment.topics} - {None}
    theirs = {fragment.terms.alternatives.get(part.value) for part in base.of(PartKind.TOPIC)}
    return bool(names & theirs) and not fragment.unplaced and len(fragment.text.split()) <= 3


def _listing(base: Cut, turn: Turn, context: DialogueContext) -> Turn:
    """The turn in whose answer "the second one" stands: the newest that lists several."""
    if len(symbols_of(base.parts)) > 1:
        return turn
    return next((one for one in reversed(context.turns) if len(one.entities) > 1), turn)


def _edited(fragment: Fragment, base: Cut, turn: Turn, names: str) -> Resolution:
    """The base with everything that the fragment names put in its place; `names` is what its ordinal is."""
    if fragment.strange and not _names_unknown(fragment) and not fragment.has_cue("remove"):
        return Resolution(turn, _beside(fragment, base), (), GUESS)
    rewriter = Rewriter(base)
    changed: list[Change] = []
    if topic := change_topic(rewriter, fragment):
        changed.append(Change.TOPIC)
        if topic.sentence:
            return Resolution(turn, topic.sentence, (*changed, *_subject_changes(fragment)), LIKELY)
    if names:
        put_names(rewriter, names)
        changed.append(Change.SYMBOLS)
    elif change_subject(rewriter, fragment):
        changed.append(Change.SYMBOLS)
    elif _names_unknown(fragment):
        put_names(rewriter, " ".join(part.words for part in fragment.unplaced))
        changed.append(Change.SYMBOLS)
    changed += change_period(rewriter, fragment)
    changed += change_values(rewriter, fragment)
    changed += set_output(rewriter, fragment)
    if not changed and (named := with_names(fragment, base)):
        return Resolution(turn, named, (Change.ABOUT,), LIKELY)
    if not changed and fragment.strange:
        return Resolution(turn, _beside(fragment, base), (), GUESS)
    return Resolution(turn, as_sentence(rewriter.finish()), tuple(changed), SURE if changed else GUESS)


def _subject_changes(fragment: Fragment) -> list[Change]:
    changes = [Change.SYMBOLS] if fragment.subjects else []
    return changes + ([Change.PERIOD] if fragment.cut.of(PartKind.PERIOD) else [])


def _names_unknown(fragment: Fragment) -> bool:
    """As in "What about foobar?": one or two words after a cue, which must be a name."""
    return (
        0 < len(fragment.unplaced) <= 2
        and not fragment.topics
        and not fragment.subjects
        and bool(NAME_AFTER_CUE.match(fragment.text))
        and fragment.has_cue("same", "instead")
    )


def _beside(fragment: Fragment, base: Cut) -> str:
    """What cannot be put in its place is said beside the base."""
    start = 0
    for cue in fragment.cues:
        if fragment.text[start : cue.start].strip(" ,") == "" and cue.value == "same":
            start = cue.end
    addition = fragment.cut.text[start:].strip(" ,?.!")
    rewriter = Rewriter(base)
    rewriter.append(f" {addition}" if BESIDE_WITHOUT_COMMA.match(addition) else f", {addition}")
    return as_sentence(rewriter.finish())
