"""The three data files of this folder as tables. Read once, when the analyst is built."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from api_server.language.words import phrase_key

FOLDER = files(__package__)
Key = tuple[str, ...]
Kind = Literal["concept", "order", "relation", "plural", "filler", "capability"]


@dataclass(frozen=True)
class Meaning:
    """What a phrase says. A relation has the concept it adds as its name, or `none`."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Capability:
    """Something that people ask for and no recipe gives; `missing` completes 'I have no ...'."""

    id: str
    missing: str
    nearest: str
    rank: int
    """Its place in the file: the first of several is named first."""


@dataclass(frozen=True)
class Name:
    """What a company name stands for. A `choice` is a name that several symbols share."""

    symbols: tuple[str, ...]
    kind: Literal["stock", "fund", "index", "crypto", "group", "choice"]


@dataclass(frozen=True)
class Lexicon:
    """Keys of `phrases` and `names` are lower case; keys of `cased_names` are as they must be written."""

    phrases: Mapping[Key, Meaning]
    good: Mapping[str, str]
    capabilities: Mapping[str, Capability]
    names: Mapping[Key, Name]
    cased_names: Mapping[str, Name]
    tickers: Mapping[str, Name]
    longest: int
    """How many words the longest phrase or name has."""


def load_lexicon() -> Lexicon:
    """The tables, from `vocabulary.toml`, `capabilities.toml` and `companies.csv`."""
    vocabulary = tomllib.loads(FOLDER.joinpath("vocabulary.toml").read_text("utf-8"))
    entries = tomllib.loads(FOLDER.joinpath("capabilities.toml").read_text("utf-8"))["capability"]
    phrases = {**_capability_phrases(entries), **_vocabulary_phrases(vocabulary)}
    names, cased_names, tickers = _read_names()
    return Lexicon(
        phrases=phrases,
        good=vocabulary["good"],
        capabilities={
            entry["id"]: Capability(entry["id"], entry["missing"], entry["nearest"], rank)
            for rank, entry in enumerate(entries)
        },
        names=names,
        cased_names=cased_names,
        tickers=tickers,
        longest=max(len(key) for key in (*phrases, *names)),
    )


def _vocabulary_phrases(vocabulary: dict[str, Any]) -> dict[Key, Meaning]:
    kinds: dict[str, Kind] = {
        "concepts": "concept",
        "orders": "order",
        "relations": "relation",
        "plurals": "plural",
        "fillers": "filler",
    }
    return {
        phrase_key(phrase): Meaning(kind, name)
        for table, kind in kinds.items()
        for name, phrases in vocabulary[table].items()
        for phrase in phrases
    }


def _capability_phrases(entries: list[dict[str, Any]]) -> dict[Key, Meaning]:
    return {
        phrase_key(word): Meaning("capability", entry["id"]) for entry in entries for word in entry["words"]
    }


def _read_names() -> tuple[dict[Key, Name], dict[str, Name], dict[str, Name]]:
    names: dict[Key, Name] = {}
    cased: dict[str, Name] = {}
    tickers: dict[str, Name] = {}
    with FOLDER.joinpath("companies.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = Name(tuple(row["symbol"].split()), row["kind"])  # type: ignore[arg-type]
            if name.kind in ("stock", "fund", "index"):
                tickers[row["symbol"]] = name
            for text in filter(None, row["names"].split(";")):
                if text == text.lower():
                    names[phrase_key(text)] = name
                else:
                    cased[text] = name
    return names, cased, tickers
