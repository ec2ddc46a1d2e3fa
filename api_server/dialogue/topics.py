"""A follow-up that asks for something else about the same: "and the Sharpe?", "now minimum variance"."""

from dataclasses import dataclass

from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.rewriting import Rewriter, as_sentence, join, topic_groups
from api_server.dialogue.subjects import subject_text, with_mine
from api_server.dialogue.terms import Terms
from api_server.dialogue.times import phrase_of

AVERAGES = frozenset(["sma", "ema", "moving_average"])
WITH_A_PERIOD = frozenset(["all_time_high", "all_time_low", "high_52_weeks", "low_52_weeks"])
OVER_TIME = frozenset(["series", "portfolio"])


@dataclass(frozen=True)
class NewTopic:
    """`sentence` is the whole question when it had to be made anew."""

    sentence: str = ""


def change_topic(rewriter: Rewriter, fragment: Fragment) -> NewTopic | None:
    """Put what the fragment asks for in the place of what the base asks for."""
    if not fragment.topics:
        return None
    asked = fragment.topics
    base = rewriter.cut
    theirs = _counterparts(asked, base.of(PartKind.TOPIC), fragment.terms)
    names = _names(asked, fragment)
    if theirs:
        rewriter.replace(theirs[0].start, theirs[-1].end, names)
        return NewTopic()
    if any(fragment.terms.alternatives.get(part.value) == "objective" for part in asked):
        rewriter.append(f" for {names}")
        return NewTopic()
    groups = topic_groups(base)
    is_like = (
        not any(part.value in WITH_A_PERIOD for part in asked)
        and groups
        and {part.family for part in groups[0]} == {part.family for part in asked}
    )
    if len(groups) == 1 and is_like and all(_is_noun(part, fragment.terms) for part in groups[0]):
        if fragment.has_cue("add"):
            rewriter.replace(groups[0][-1].end, groups[0][-1].end, f" and {names}")
        else:
            start = _window_start(base, groups[0], asked, fragment.terms)
            rewriter.replace(start, _after_window(base, groups[0][-1].end), names)
        return NewTopic()
    return NewTopic(_new_question(fragment, rewriter, names))


def _new_question(fragment: Fragment, rewriter: Rewriter, names: str) -> str:
    """As in "What is the Sharpe ratio of AAPL over the last year?", with the base's period if it suits."""
    base = rewriter.cut
    subject = subject_text(fragment.cut) if fragment.subjects else subject_text(base)
    times = fragment.cut.of(PartKind.PERIOD) or (
        base.of(PartKind.PERIOD) if keeps_period(fragment, base.of(PartKind.TOPIC)) else ()
    )
    ending = " ".join(phrase_of(p.value, p.words) for p in times)
    extreme = next((part.words for part in fragment.directions if part.family == "extreme"), "")
    of = f" of {with_mine(subject)}" if subject else ""
    return as_sentence(f"What is the {extreme} {names}{of} {ending}?")


def _window_start(base: Cut, theirs: list[Part], asked: tuple[Part, ...], terms: Terms) -> int:
    """Where "14-day RSI" begins: its window does not suit another indicator, but for averages."""
    start = theirs[0].start
    is_windowed = all(part.value in terms.sets["over_a_window"] for part in theirs)
    if not is_windowed or all(part.value in AVERAGES for part in (*theirs, *asked)):
        return start
    counted = (part for part in base.of(PartKind.NUMBER, PartKind.PERIOD) if part.words[:1].isdigit())
    return next((part.start for part in counted if start - part.end in (0, 1)), start)


def _after_window(base: Cut, end: int) -> int:
    """The end of "RSI(14)", whose window does not suit another indicator."""
    return next(
        (part.end for part in base.of(PartKind.NUMBER) if part.start - end in (0, 1) and "(" in part.words),
        end,
    )


def keeps_period(fragment: Fragment, theirs: tuple[Part, ...]) -> bool:
    """Whether the period of the base goes on: both are worked out from prices over a period."""
    topics = (*fragment.topics, *theirs)
    return all(part.family in OVER_TIME and part.value not in WITH_A_PERIOD for part in topics)


def _counterparts(asked: tuple[Part, ...], theirs: tuple[Part, ...], terms: Terms) -> list[Part]:
    """Parts of the base that what is asked stands in for: another objective, the other end of a list."""
    wanted = {terms.alternatives.get(part.value) for part in asked} - {None}
    return [part for part in theirs if terms.alternatives.get(part.value) in wanted]


def _names(asked: tuple[Part, ...], fragment: Fragment) -> str:
    shown = [
        fragment.terms.topics[part.value].noun if len(part.words) < 4 or part.words.islower() else part.words
        for part in asked
    ]
    return join(list(dict.fromkeys(_spelled(noun, part) for noun, part in zip(shown, asked, strict=True))))


def _spelled(noun: str, part: Part) -> str:
    """The name of a topic; as written when it was written as a noun already."""
    return part.words if part.words.lower() == noun.lower() else noun


def _is_noun(part: Part, terms: Terms) -> bool:
    return terms.is_noun(part.words)
