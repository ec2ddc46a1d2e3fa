"""Periods of a question, each with one canonical form, and the words that put it into a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from api_server.dialogue.terms import Terms
from api_server.language.periods import NUMBER, Period, UnclearPeriod, find_periods, read_number

COUNTED = (
    rf"(?:(?:the )?(?:last|past|previous|trailing|latest|most recent|next) )?{NUMBER}[ -]?"
    r"(?P<unit>quarter|session|payment|earning|report|hour(?=s)|minute(?=s))s?\b"
)
AGO = rf"(?<![\w.$-])(?:{NUMBER}|an?) (?P<unit>day|week|month|quarter|year|decade)s? ago\b"
LEADING = re.compile(
    r"(?:\b(?:over|in|during|within|for|on|from|since|as of|throughout|of|until|through) )(?:the )?$"
)
ADJECTIVE = re.compile(r"^(?P<count>(?!1-)\d+)-(?P<unit>day|week|month|quarter|year)$")
FISCAL = r"\bfy ?'?(?P<from>(?:20)?\d\d)(?:(?: to |-| through )(?:fy ?'?)?(?P<to>(?:20)?\d\d))?\b"
TO_DATE = {"month": "this month", "quarter": "this quarter", "year": "this year"}
NAMED_TO_DATE = {words: f"to_date:{unit}" for unit, words in TO_DATE.items()}
RELATIVE = re.compile(
    r"^(?:days|months|to_date|named|quarter|session|hour|minute|since|max|ago|payment|earning|report)"
)


@dataclass(frozen=True)
class FoundTime:
    """A period and the part of the text that says it, the preposition before it included."""

    value: str
    words: str
    start: int
    end: int


def find_times(text: str, terms: Terms) -> list[FoundTime]:
    """Every period in `text`, which is plain and in lower case."""
    found: list[FoundTime] = []
    for value, match in _special(text, terms):
        found.append(_with_preposition(text, value, match.start(), match.end()))
        text = text[: match.start()] + "\0" * len(match.group()) + text[match.end() :]
    for item in find_periods(text):
        words = text[item.start : item.end]
        found.append(_with_preposition(text, canonical(item.period, words), item.start, item.end))
    return sorted(found, key=lambda time: time.start)


def canonical(period: Period | UnclearPeriod, words: str) -> str:
    """One form for all ways of writing the same period: `months:12`, `2020-01-01..2020-12-31`, `max`."""
    if isinstance(period, UnclearPeriod):
        return f"unclear:{' '.join(words.split())}"
    if period.days:
        return f"days:{period.days}"
    if period.months:
        return f"months:{period.months}"
    if period.to_date:
        return f"to_date:{period.to_date}"
    if period.start and period.end:
        return f"{period.start}..{period.end}"
    return f"since:{period.start}" if period.start else "max"


def is_relative(value: str) -> bool:
    """Whether the period moves with the calendar, so that the same words mean other days tomorrow."""
    return bool(RELATIVE.match(value)) or value.startswith("unclear")


def phrase_of(value: str, words: str, like: str = "") -> str:
    """The words of a period as the end of a sentence, after the preposition of `like` where it has one."""
    words = ADJECTIVE.sub(r"\g<count> \g<unit>s", " ".join(words.lower().split()))
    if value.startswith("episode:"):
        _, start, end = value.split("|")
        return f"from {start} to {end}"
    if re.fullmatch(r"named:\w+days?", value) and not words.startswith("on "):
        return words if value in ("named:today", "named:yesterday") else f"on {words}"
    if LEADING.search(words.split(" ")[0] + " ") or value.startswith(
        ("named:", "ago:", "to_date:", "unclear:", "max")
    ):
        return words
    if ".." in value:
        first, last = value.rpartition(":")[2].split("..")
        return (
            words if " to " in words else f"on {words}" if first == last and "-" in first else f"in {words}"
        )
    bare = re.sub(r"^the ", "", words)
    if bare.startswith("since"):
        return bare
    place = re.match(r"(?:over|in|during|for|from)(?= the (?:last|past))", like.lower())
    is_counted = re.match(r"(?:last|past|previous|trailing|latest|most recent|next)\b", bare)
    return f"{place.group() if place else 'over'} the {'' if is_counted else 'last '}{bare}"


def _special(text: str, terms: Terms) -> Iterator[tuple[str, re.Match[str]]]:
    """Named episodes, fiscal years, counts of quarters, named days; what one took, no other takes."""
    taken: list[tuple[int, int]] = []
    for pattern, read in _patterns(terms):
        for match in re.finditer(pattern, text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                yield read(match), match


def _patterns(terms: Terms) -> Iterator[tuple[str, "_Read"]]:
    for words in sorted(terms.episodes, key=len, reverse=True):
        yield rf"(?<![\w-]){re.escape(words)}(?![\w-])", _Read("episode", terms, words)
    yield FISCAL, _Read("fiscal", terms)
    yield rf"(?<![\w.$-]){COUNTED}", _Read("counted", terms)
    yield AGO, _Read("ago", terms)
    for words in terms.lists["days"]:
        yield rf"(?<!\w){words}(?![\w-])", _Read("day", terms)
    for words in terms.lists["periods"]:
        # "Over the last year" is twelve months back, "last year" the calendar's.
        back = (
            r"(?<!over the )(?<!in the )(?<!for the )(?<!during the )(?<!within the )"
            if words.startswith("last")
            else ""
        )
        yield rf"(?<!\w){back}{words}(?:'s)?(?![\w-])", _Read("named", terms, words)


@dataclass(frozen=True)
class _Read:
    """Makes the canonical value of one pattern's match."""

    way: str
    terms: Terms
    words: str = ""

    def __call__(self, match: re.Match[str]) -> str:
        if self.way == "episode":
            episode = self.terms.episodes[self.words]
            return f"episode:{episode.name}|{episode.start}|{episode.end}"
        if self.way == "fiscal":
            first, last = match["from"][-2:], (match["to"] or match["from"])[-2:]
            return f"fiscal:20{first}..20{last}"
        if self.way == "counted":
            ahead = "next_" if "next " in match.group() else ""
            return f"{ahead}{match['unit']}:{read_number(match['number'])}"
        if self.way == "ago":
            return f"ago:{read_number(match['number'] or 'one')} {match['unit']}"
        if self.way == "day":
            return f"named:{match.group()}"
        return NAMED_TO_DATE.get(self.words, f"named:{self.words}")


def _with_preposition(text: str, value: str, start: int, end: int) -> FoundTime:
    before = LEADING.search(text[:start])
    first = before.start() if before else start
    return FoundTime(value, text[first:end], first, end)
