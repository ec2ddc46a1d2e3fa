"""What a question says about the one before: cues ("too"), references ("it", "the first one"), the rest."""

import re
from dataclasses import dataclass
from functools import cached_property

from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.terms import Terms, singular

ORDINALS = {
    "first": 0, "1st": 0, "top": 0, "best": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1, "bottom": -1, "worst": -1, "latter": -1,
}  # fmt: skip
ORDINAL = re.compile(
    rf"\b(?:the )?(?P<ordinal>{'|'.join(ORDINALS)}) "
    r"(?:one|stock|company|symbol|name|result|position|etf|fund)\b(?! day)"
    r"|\bthe (?P<bare>former|latter|(?:first|second|third|fourth|fifth)(?=(?: too| as well)?[\s?.!]*$))\b"
    r"|\bnumber (?P<number>one|two|three|1|2|3)\b"
)
NUMBERED = {"one": 0, "1": 0, "two": 1, "2": 1, "three": 2, "3": 2}
OTHER = re.compile(r"\b(?:the )?other (?:one|stock)\b")
WHICH_OF_THEM = re.compile(
    r"\b(?:which|how many|any|all|each|both|none|what|who) (?:of|among) "
    r"(?:them|those|these|the (?:two|three|lot))\b"
    r"|\b(?:which|what) ones?\b"
    r"|\b(?:which|who) (?=(?:is|has|had|was|did|are|does|do|performed|pays|paid|lost|gained|fell|rose"
    r"|dropped|grew)\b)"
)
PRONOUN = re.compile(
    r"\b(?:its|it|they|them|their|theirs|those|these|that|this)(?:'s)?\b"
    r"(?: (?:one|ones|stock|stocks|company|companies|symbol|symbols|etf|etfs|fund|coin|crypto)\b)?"
    r"|\bthe (?:stock|company|same stock|same company|same ones|fund|coin)\b|\bsame (?:stock|company)\b"
)
TIME_WORDS = re.compile(r"\b(?:that|this) (?:morning|week|month|quarter|year|day|time|afternoon)\b")


@dataclass(frozen=True)
class Span:
    """A cue or a reference. `value` is its name in the table."""

    value: str
    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Fragment:
    """A question as something that may continue another."""

    cut: Cut
    terms: Terms

    @cached_property
    def text(self) -> str:
        """In lower case."""
        return self.cut.text.lower()

    @cached_property
    def topics(self) -> tuple[Part, ...]:
        return self.cut.of(PartKind.TOPIC)

    @cached_property
    def subjects(self) -> tuple[Part, ...]:
        return self.cut.of(PartKind.SYMBOL, PartKind.UNIVERSE)

    @cached_property
    def which(self) -> Span | None:
        """As in "Which of them", "which one": one or some of what the question before was about."""
        return _first(WHICH_OF_THEM, self.text)

    @cached_property
    def ordinal(self) -> Span | None:
        """As in "The first one": its value is a place in a list."""
        match = ORDINAL.search(self.text)
        if match is None:
            other = OTHER.search(self.text)
            return Span("other", other.group(), *other.span()) if other else None
        place = NUMBERED[match["number"]] if match["number"] else ORDINALS[match["ordinal"] or match["bare"]]
        return Span(str(place), match.group(), *match.span())

    @cached_property
    def pronouns(self) -> tuple[Span, ...]:
        """Words that stand for whom the question before was about."""
        taken = [span for span in (self.which, self.ordinal, *self.cues) if span]
        found = [Span(match.group(), match.group(), *match.span()) for match in PRONOUN.finditer(self.text)]
        times = [match.span() for match in TIME_WORDS.finditer(self.text)]
        return tuple(
            span
            for span in found
            if not any(span.start < other.end and other.start < span.end for other in taken)
            and not any(start <= span.start < end for start, end in times)
            and not self._is_inside(span, PartKind.PERIOD)
        )

    @cached_property
    def cues(self) -> tuple[Span, ...]:
        """Phrases of `cues` in terms.toml, the longest first, in words that say nothing else."""
        blocked = (
            PartKind.SYMBOL, PartKind.TOPIC, PartKind.PERIOD, PartKind.NUMBER, PartKind.UNIVERSE,
            PartKind.FREQUENCY, PartKind.OUTPUT,
        )  # fmt: skip
        text = self.text
        for part in self.cut.of(*blocked):
            text = text[: part.start] + "\0" * (part.end - part.start) + text[part.end :]
        found: list[Span] = []
        for pattern, cue in self.terms.cue_patterns:
            for match in pattern.finditer(text):
                found.append(Span(cue, match.group(), *match.span()))
                text = text[: match.start()] + "\0" * len(match.group()) + text[match.end() :]
        return tuple(sorted(found, key=lambda span: span.start))

    def has_cue(self, *values: str) -> bool:
        """Whether it has one of these cues."""
        return any(cue.value in values for cue in self.cues)

    @cached_property
    def unplaced(self) -> tuple[Part, ...]:
        """Words that are no cue, no reference and in no table."""
        known = [*self.cues, *self.pronouns, *(span for span in (self.which, self.ordinal) if span)]
        return tuple(
            part
            for part in self.cut.of(PartKind.WORD)
            if not any(span.start < part.end and part.start < span.end for span in known)
            and (singular(part.words.lower()),) not in self.terms.groups
        )

    @cached_property
    def strange(self) -> tuple[Part, ...]:
        """Unplaced words that say more than that something is asked."""
        return tuple(part for part in self.unplaced if part.value not in self.terms.sets["idle"])

    @cached_property
    def directions(self) -> tuple[Part, ...]:
        """Ends of scales that are no cue ("now") and no reference ("the first one")."""
        known = [*self.cues, *(span for span in (self.which, self.ordinal) if span)]
        return tuple(
            part
            for part in self.cut.of(PartKind.DIRECTION)
            if not any(span.start < part.end and part.start < span.end for span in known)
        )

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Kinds of things that can be left out or kept."""
        words = [*self.cut.of(PartKind.WORD), *self.cut.of(PartKind.UNIVERSE)]
        keys = ((singular(part.words.lower()),) for part in words)
        return tuple(self.terms.groups[key] for key in keys if key in self.terms.groups)

    @property
    def is_bare(self) -> bool:
        """Whether it is made only of entities, cues and references: it cannot stand alone."""
        return not self.topics and not self.unplaced

    def _is_inside(self, span: Span, kind: PartKind) -> bool:
        return any(part.start <= span.start < part.end for part in self.cut.of(kind))


def _first(pattern: re.Pattern[str], text: str) -> Span | None:
    match = pattern.search(text)
    return Span(match.group(), match.group(), *match.span()) if match else None
