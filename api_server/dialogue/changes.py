"""Periods, frequencies, numbers, directions and outputs that a follow-up puts into the question before."""

import re
from collections.abc import Sequence
from dataclasses import replace

from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Part, PartKind
from api_server.dialogue.rewriting import Rewriter
from api_server.dialogue.terms import Terms
from api_server.dialogue.times import phrase_of
from schemas.understanding import Change

COUNT = re.compile(r"(?P<count>\d+)[ -]?(?P<unit>day|week|month|quarter|year)s?\b")
WHOLE_YEAR = re.compile(r"(?P<year>\d{4})-01-01\.\.(?P=year)-12-31")
YEAR_BEFORE = re.compile(r"\b(?:year (?:before|earlier|prior)|(?:previous|prior|preceding) year)\b(?! \w)")
OUTPUT_WORDS = {"chart": "as a chart", "bar_chart": "as a bar chart", "table": "as a table"}


def change_period(rewriter: Rewriter, fragment: Fragment) -> list[Change]:
    """The fragment's period in the place of the base's, or at its end."""
    asked = fragment.cut.of(PartKind.PERIOD)
    if _is_before_that(rewriter, fragment) or _is_year_before(rewriter, fragment):
        return [Change.PERIOD]
    if not asked or is_window(rewriter, asked, fragment.terms):
        return []
    theirs = rewriter.cut.of(PartKind.PERIOD)
    like = theirs[-1].words if theirs else ""
    words = " ".join(phrase_of(part.value, part.words, like) for part in asked)
    if any(cue.words.endswith("back to") for cue in fragment.cues) and ".." in asked[0].value:
        words = f"since {asked[0].words.lower()}"
    if theirs and _stands_before_a_topic(theirs[-1], rewriter):
        counted = COUNT.search(asked[0].words) if len(asked) == 1 else None
        rewriter.replace_part(theirs[-1], adjective(counted) if counted else "")
        if not counted:
            rewriter.append(f" {words}")
    elif theirs:
        last = theirs[-1]
        is_first = last.start == 0
        rewriter.replace_part(last, f"{words}" if not is_first else f"{words[:1].upper()}{words[1:]}")
    else:
        rewriter.append(f" {words}")
    return [Change.PERIOD]


def adjective(counted: re.Match[str]) -> str:
    """As in "60-day": a count of time as it stands before a noun."""
    return f"{counted['count']}-{counted['unit']}"


def _stands_before_a_topic(part: Part, rewriter: Rewriter) -> bool:
    """As in "20-day volatility"."""
    is_count = COUNT.fullmatch(part.words.lower())
    return bool(is_count) and any(topic.start == part.end + 1 for topic in rewriter.cut.of(PartKind.TOPIC))


def _is_before_that(rewriter: Rewriter, fragment: Fragment) -> bool:
    """As in "What about before that": until the base's period begins."""
    since = next((part for part in rewriter.cut.of(PartKind.PERIOD) if part.value.startswith("since:")), None)
    is_before = any(part.value == "before" for part in fragment.directions) and bool(fragment.pronouns)
    if since is None or not is_before or fragment.topics:
        return False
    rewriter.replace_part(since, f"before {since.words.lower().removeprefix('since ')}")
    return True


def _is_year_before(rewriter: Rewriter, fragment: Fragment) -> bool:
    """As in "And the year before?" after a question about one year."""
    theirs = rewriter.cut.of(PartKind.PERIOD)
    year = WHOLE_YEAR.fullmatch(theirs[-1].value) if theirs else None
    if year is None or not YEAR_BEFORE.search(fragment.text):
        return False
    rewriter.replace_part(theirs[-1], f"in {int(year['year']) - 1}")
    return True


def is_window(rewriter: Rewriter, asked: Sequence[Part], terms: Terms) -> bool:
    """Whether "50 day" is about the base's "200-day", or its RSI, and no period."""
    is_bare = (
        len(asked) == 1
        and asked[0].value.startswith("days:")
        and asked[0].words.lower().removeprefix("for ")[:1].isdigit()
    )
    windows = [part for part in rewriter.cut.of(PartKind.NUMBER) if part.family == "window"]
    has_window = bool(windows) or any(
        part.value in terms.sets["over_a_window"] for part in rewriter.cut.of(PartKind.TOPIC)
    )
    return is_bare and has_window and not rewriter.cut.of(PartKind.PERIOD)


def change_values(rewriter: Rewriter, fragment: Fragment) -> list[Change]:
    """Frequency, numbers and directions of the fragment."""
    changed = []
    if _change_frequency(rewriter, fragment):
        changed.append(Change.FREQUENCY)
    if _change_numbers(rewriter, fragment):
        changed.append(Change.NUMBER)
    if _change_directions(rewriter, fragment):
        changed.append(Change.DIRECTION)
    return changed


def set_output(rewriter: Rewriter, fragment: Fragment) -> list[Change]:
    """The form in which the answer is wanted; the last one named first wins over "not a chart"."""
    asked = [part for part in fragment.cut.of(PartKind.OUTPUT) if not _is_denied(fragment, part)]
    if not asked or any(cue.words.startswith("same ") for cue in fragment.cues):
        return []
    for part in rewriter.cut.of(PartKind.OUTPUT):
        rewriter.replace_part(part, "show" if part.start == 0 else "")
    rewriter.append(f" {OUTPUT_WORDS[asked[-1].value]}")
    return [Change.OUTPUT]


def _is_denied(fragment: Fragment, part: Part) -> bool:
    before = fragment.text[: part.start].split()
    return bool({"not", "instead"} & set(before[-3:]))


def _change_frequency(rewriter: Rewriter, fragment: Fragment) -> bool:
    asked = fragment.cut.of(PartKind.FREQUENCY)
    if not asked:
        return False
    words = asked[0].words.lower()
    theirs = rewriter.cut.of(PartKind.FREQUENCY)
    topics = rewriter.cut.of(PartKind.TOPIC)
    if theirs:
        rewriter.replace_part(theirs[0], words)
    elif words.endswith("ly") and len(topics) > 0 and topics[0].family != "portfolio":
        rewriter.replace(topics[0].start, topics[0].start, f"{words} ")
    elif words.startswith(("by ", "per ", "every ")) or " by " in words:
        rewriter.append(f" {words}")
    else:
        rewriter.append(f" on {words} data")
    return True


def _change_numbers(rewriter: Rewriter, fragment: Fragment) -> bool:
    asked = [*fragment.cut.of(PartKind.NUMBER)]
    days = fragment.cut.of(PartKind.PERIOD)
    if is_window(rewriter, days, fragment.terms):
        asked.append(replace(days[0], kind=PartKind.NUMBER, family="window"))
    theirs = list(rewriter.cut.of(PartKind.NUMBER))
    for part in asked:
        same = [other for other in theirs if other.family == part.family]
        chosen = same[0] if same else _only(theirs) if part.family == "number" else None
        if chosen:
            theirs.remove(chosen)
            rewriter.replace_part(chosen, _spelled(part, chosen))
        else:
            _insert_number(rewriter, part)
    return bool(asked)


def _spelled(part: Part, chosen: Part) -> str:
    """The new number as the old one was written: with its sign, its unit or its bracket."""
    if part.family == "amount" or chosen.family != "window" or "/" in part.value:
        return (
            part.words
            if part.family != "number"
            else chosen.words.replace(_digits(chosen.words), part.words.strip())
        )
    return chosen.words.replace(_digits(chosen.words), _digits(part.words))


def _digits(words: str) -> str:
    found = "".join(
        character if character.isdigit() or character in ",." else " " for character in words
    ).split()
    return found[0] if found else words


def _only(parts: Sequence[Part]) -> Part | None:
    return parts[0] if len(parts) == 1 else None


def _insert_number(rewriter: Rewriter, part: Part) -> None:
    topics = rewriter.cut.of(PartKind.TOPIC)
    if part.family == "window" and topics:
        target = topics[-1] if len(topics) > 1 and topics[0].family == "portfolio" else topics[0]
        counted = COUNT.search(part.words.lower())
        words = adjective(counted) if counted else part.words.strip()
        rewriter.replace(target.start, target.start, f"{words} ")
    elif part.family == "limit":
        rewriter.append(f", top {part.words}")
    else:
        rewriter.append(f" with {part.words.strip()}")


def _change_directions(rewriter: Rewriter, fragment: Fragment) -> bool:
    """The other end of the same scale; one that the base has not is said at its end."""
    changed = False
    theirs = list(rewriter.cut.of(PartKind.DIRECTION))
    limits = [part for part in fragment.cut.of(PartKind.NUMBER) if part.family == "limit"]
    for part in () if limits else fragment.directions:
        same = [other for other in theirs if other.family == part.family and other.value != part.value]
        if same:
            theirs.remove(same[0])
            rewriter.replace_part(same[0], part.words.lower())
            changed = True
    return changed
