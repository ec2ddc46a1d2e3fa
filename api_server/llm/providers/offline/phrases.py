"""The words that are left of a question once its symbols, periods and figures are taken out."""

from dataclasses import dataclass, field

from api_server.llm.providers.offline.lexicon import Capability, Lexicon
from api_server.llm.providers.offline.words import split_words

SYMBOLS = "*"
"""Stands for one or several symbols."""
JOINING = ("and", "or", "&")


@dataclass
class PhraseReading:
    """What the words say. `unknown` and `missing` are in the order of the question."""

    concepts: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    missing: tuple[tuple[Capability, str], ...] = ()
    unknown: tuple[str, ...] = ()
    has_plural: bool = False
    has_plural_beside_symbols: bool = False


def read_phrases(text: str, lexicon: Lexicon) -> PhraseReading:
    """The meanings in `text`, the longest phrase first at each place."""
    items = _items(text)
    reading = PhraseReading()
    position = 0
    while position < len(items):
        length = _phrase_length(items, position, lexicon)
        if length:
            _add(reading, items, position, length, lexicon)
        elif items[position] == "than" and _is_between_symbols(items, position):
            pass
        elif items[position] != SYMBOLS:
            reading.unknown += (items[position],)
        position += max(length, 1)
    return reading


def _items(text: str) -> list[str]:
    """The words in lower case without silent punctuation; symbols joined by `and` or a comma are one item."""
    words = [word.lower for word in split_words(text) if not word.is_silent]
    items: list[str] = []
    for position, word in enumerate(words):
        follows = words[position + 1 : position + 2]
        if items[-1:] == [SYMBOLS] and (word == SYMBOLS or (word in JOINING and follows == [SYMBOLS])):
            continue
        items.append(word)
    return items


def _phrase_length(items: list[str], position: int, lexicon: Lexicon) -> int:
    lengths = range(min(lexicon.longest, len(items) - position), 0, -1)
    return next((n for n in lengths if tuple(items[position : position + n]) in lexicon.phrases), 0)


def _is_between_symbols(items: list[str], position: int) -> bool:
    """`KO ... than PEP` compares the two; `which ... than PEP` asks about all others."""
    return SYMBOLS in items[:position] and SYMBOLS in items[position:]


def _add(reading: PhraseReading, items: list[str], position: int, length: int, lexicon: Lexicon) -> None:
    phrase = tuple(items[position : position + length])
    meaning = lexicon.phrases[phrase]
    if meaning.kind == "concept":
        reading.concepts.add(meaning.name)
    elif meaning.kind == "order":
        reading.orders.add(meaning.name)
    elif meaning.kind == "capability":
        reading.missing += ((lexicon.capabilities[meaning.name], " ".join(phrase)),)
    elif meaning.kind == "plural":
        beside = items[max(position - 1, 0) : position] + items[position + length : position + length + 1]
        if SYMBOLS in beside:
            reading.has_plural_beside_symbols = True
        else:
            reading.has_plural = True
