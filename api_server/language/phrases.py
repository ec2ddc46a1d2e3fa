"""The words that are left of a question once its symbols, periods and figures are taken out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from api_server.language.lexicon import Capability, Lexicon
from api_server.language.words import split_words

SYMBOL = "*"
"""Stands for a symbol, and for several that are joined."""
JOINING = ("and", "or", "&")
BARE = frozenset(["stock", "company", "ticker", "please"])
"""Words that ask nothing of the symbol they stand beside."""
Place = tuple[int, int]


@dataclass
class PhraseReading:
    """What the words say. `unknown` and `missing` are in the order of the question."""

    concepts: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    missing: list[tuple[Capability, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    symbol_count: int = 0
    group_count: int = 0
    """Symbols that are joined by a comma, `and` or `or` are one group."""
    has_plural: bool = False
    has_plural_beside_symbols: bool = False


def read_phrases(text: str, lexicon: Lexicon) -> PhraseReading:
    """The meanings in `text`, in which each symbol is written as `SYMBOL`; the longest phrase first."""
    words = [word.lower for word in split_words(text) if not word.is_silent]
    items = _join(words)
    joining = {word for word, following in pairwise(words) if word in ("and", "or") and following == SYMBOL}
    reading = PhraseReading(symbol_count=words.count(SYMBOL), group_count=items.count(SYMBOL))
    for start, end in _cut(items, lexicon):
        phrase = tuple(items[start:end])
        if phrase in lexicon.phrases:
            _add(reading, items, (start, end), lexicon)
        elif phrase != (SYMBOL,):
            reading.unknown.extend(phrase)
    if [item for item in items if item not in BARE] == [SYMBOL]:
        reading.concepts.add("overview")
    if len(joining) > 1:
        reading.unknown.append("and ... or")
    return reading


def _join(words: list[str]) -> list[str]:
    """`words` with each group of symbols as one item, without an article before it."""
    items: list[str] = []
    for position, word in enumerate(words):
        is_before_symbol = words[position + 1 : position + 2] == [SYMBOL]
        continues = items[-1:] == [SYMBOL] and (word == SYMBOL or (word in JOINING and is_before_symbol))
        if not continues and not (word == "the" and is_before_symbol):
            items.append(word)
    return items


def _cut(items: list[str], lexicon: Lexicon) -> Iterator[Place]:
    """Where each phrase begins and ends; a word that begins none is a phrase of its own."""
    start = 0
    while start < len(items):
        ends = range(min(start + lexicon.longest, len(items)), start + 1, -1)
        end = next((end for end in ends if tuple(items[start:end]) in lexicon.phrases), start + 1)
        yield start, end
        start = end


def _add(reading: PhraseReading, items: list[str], place: Place, lexicon: Lexicon) -> None:
    start, end = place
    phrase = tuple(items[start:end])
    meaning = lexicon.phrases[phrase]
    if meaning.kind == "concept":
        reading.concepts.add(meaning.name)
    elif meaning.kind == "order":
        reading.orders.add(meaning.name)
    elif meaning.kind == "capability":
        reading.missing.append((lexicon.capabilities[meaning.name], " ".join(phrase)))
    elif meaning.kind == "plural" and SYMBOL in items[max(start - 1, 0) : end + 1]:
        reading.has_plural_beside_symbols = True
    elif meaning.kind == "plural":
        reading.has_plural = True
    elif meaning.kind == "relation":
        is_between_two = reading.symbol_count == 2 and SYMBOL in items[:start] and SYMBOL in items[end:]
        reading.unknown.extend(() if is_between_two else phrase)
        reading.concepts.update({meaning.name} - {"none"})
