"""How like texts are by the words they share, rare words counting most. It decides nothing."""

import math
import re
from collections import Counter
from collections.abc import Sequence

WORD = re.compile(r"[a-z]{3,}")
Words = frozenset[str]


class Likeness:
    """Compares a text with documents of several passages each; the likest passage counts."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        read = [[read_words(passage) for passage in passages] for passages in documents]
        rarity = _rarity([frozenset().union(*passages) for passages in read])
        self._weights = {word: rare**2 for word, rare in rarity.items()}
        self._documents = [[(words, self._weight(words)) for words in passages] for passages in read]

    def scores(self, text: str) -> list[float]:
        """The cosine of the weighted words of `text` and of each document, from 0 to 1."""
        asked = read_words(text)
        own = self._weight(asked)
        return [
            max((self._cosine(asked, own, *passage) for passage in passages), default=0.0)
            for passages in self._documents
        ]

    def _cosine(self, asked: Words, own: float, words: Words, weight: float) -> float:
        shared = self._weight(asked & words)
        return shared / math.sqrt(own * weight) if shared else 0.0

    def _weight(self, words: Words) -> float:
        return sum([self._weights.get(word, 0.0) for word in words]) if words else 0.0


def read_words(text: str) -> Words:
    """Words of three letters and more without a plural ending; shorter ones are tickers and prepositions."""
    return frozenset(word.removesuffix("s") for word in WORD.findall(text.lower()))


def _rarity(documents: Sequence[Words]) -> dict[str, float]:
    """Inverse document frequency: log(documents / documents with the word)."""
    found = Counter(word for document in documents for word in document)
    return {word: math.log(len(documents) / number) for word, number in found.items()}
