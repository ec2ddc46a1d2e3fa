"""The table of words, `terms.toml`, loaded."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from api_server.dialogue.parts import PartKind
from api_server.language.words import Word, phrase_key
from schemas.understanding import Aspect

Key = tuple[str, ...]
SINGULAR_ENDINGS = ("ss", "us", "is")
SAME_IN_BOTH_NUMBERS = frozenset(["news", "assets", "sales", "gains", "highs", "lows", "fundamentals"])


@dataclass(frozen=True)
class Term:
    """What a phrase says. `family` as in `Part`; `is_noun` when another topic's name
    can stand in its place."""

    kind: PartKind
    value: str
    family: str = ""
    is_noun: bool = True


@dataclass(frozen=True)
class Topic:
    """Something that can be asked for. `kind` is the table it stands in."""

    id: str
    kind: str
    noun: str


@dataclass(frozen=True)
class Episode:
    """A period with a name."""

    name: str
    start: date
    end: date


@dataclass(frozen=True)
class About:
    """A question about the answer before, put in full by `says`. `aspect` is what of the record says it."""

    pattern: re.Pattern[str]
    says: str
    aspect: Aspect | None


@dataclass(frozen=True)
class Terms:
    """Keys are lower case and singular, as `term_key` makes them."""

    phrases: Mapping[Key, Term]
    topics: Mapping[str, Topic]
    alternatives: Mapping[str, str]
    """From a topic to the name of those it can stand in for."""
    episodes: Mapping[str, Episode]
    """From the words, in lower case."""
    proxies: Mapping[Key, str]
    groups: Mapping[Key, str]
    cues: Mapping[Key, str]
    cue_patterns: tuple[tuple[re.Pattern[str], str], ...]
    """The longest first."""
    past: frozenset[str]
    places: frozenset[str]
    lists: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, frozenset[str]]
    about: tuple[About, ...]
    longest: int

    def is_noun(self, words: str) -> bool:
        """Whether a topic's phrase can be replaced by another topic's name."""
        term = self.phrases.get(term_key(words))
        return term is not None and term.is_noun


@cache
def load_terms() -> Terms:
    """The table. Read once."""
    table = tomllib.loads(files(__package__).joinpath("terms.toml").read_text("utf-8"))
    topics = {topic.id: topic for topic in _topics(table)}
    phrases = dict(_phrases(table))
    cues = {term_key(word): cue for cue, words in table["cues"].items() for word in words}
    return Terms(
        phrases=phrases,
        topics=topics,
        alternatives={topic: name for name, listed in table["alternatives"].items() for topic in listed},
        episodes={
            word: Episode(name, entry["start"], entry["end"])
            for name, entry in table["episodes"].items()
            for word in entry["words"]
        },
        proxies={term_key(word): symbol for symbol, words in table["proxies"].items() for word in words},
        groups={term_key(word): name for name, words in table["groups"].items() for word in words},
        cues=cues,
        cue_patterns=tuple(
            (re.compile(rf"(?<![\w\0]){' '.join(map(re.escape, key))}(?!\w)"), cues[key])
            for key in sorted(cues, key=lambda key: -len(" ".join(key)))
        ),
        past=frozenset(table["fillers"]["past"]),
        places=frozenset(table["fillers"]["places"]),
        lists={name: tuple(words) for name, words in table["lists"].items()},
        sets={name: frozenset(words) for name, words in table["sets"].items()},
        about=tuple(
            About(re.compile(pattern), entry["says"], entry.get("aspect"))
            for entry in table["about"]
            for pattern in entry["patterns"]
        ),
        longest=max(len(key) for key in (*phrases, *cues)),
    )


@lru_cache(4096)
def singular(word: str) -> str:
    """`word`, in lower case, without a plural s."""
    if word.endswith("ies") and len(word) > 4 and word != "series":
        return word[:-3] + "y"
    is_plural = word.endswith("s") and len(word) > 3 and not word.endswith(SINGULAR_ENDINGS)
    return word[:-1] if is_plural and word not in SAME_IN_BOTH_NUMBERS else word


def term_key(phrase: str) -> Key:
    """How a phrase is looked up."""
    return tuple(singular(word) for word in phrase_key(phrase))


def key_of(words: list[Word]) -> Key:
    """The key of words that are not silent."""
    return tuple(singular(word.lower) for word in words)


def _topics(table: dict[str, Any]) -> Iterator[Topic]:
    for kind, listed in table["topics"].items():
        for name, entry in listed.items():
            yield Topic(name, kind, (entry["nouns"] or entry["others"])[0])


def _phrases(table: dict[str, Any]) -> Iterator[tuple[Key, Term]]:
    """Later ones win, so topics stand last."""
    for word in table["fillers"]["words"]:
        yield term_key(word), Term(PartKind.FILLER, word)
    for family, listed in table["directions"].items():
        for value, words in listed.items():
            yield from ((term_key(word), Term(PartKind.DIRECTION, value, family)) for word in words)
    plain = (
        (PartKind.FREQUENCY, "frequencies"),
        (PartKind.OUTPUT, "outputs"),
        (PartKind.UNIVERSE, "universes"),
    )
    for kind, name in plain:
        for value, words in table[name].items():
            yield from ((term_key(word), Term(kind, value)) for word in words)
    for kind_of_topic, topics in table["topics"].items():
        for value, entry in topics.items():
            for word in entry["nouns"]:
                yield term_key(word), Term(PartKind.TOPIC, value, kind_of_topic)
            for word in entry.get("others", ()):
                yield term_key(word), Term(PartKind.TOPIC, value, kind_of_topic, is_noun=False)
