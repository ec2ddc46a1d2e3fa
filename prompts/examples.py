"""Which recipes to show a model: those whose sample questions share the rarest words with the question."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from prompts.library import Library, Recipe

WORD = re.compile(r"[a-z]{3,}")


def choose_examples(question: str, library: Library, count: int) -> list[Recipe]:
    """The `count` recipes nearest to `question`, best first. This only suggests: it decides nothing."""
    documents = [[_words(sample) for sample in recipe.questions] for recipe in library.recipes]
    weights = _rarity([frozenset().union(*samples) for samples in documents])
    asked = _words(question)
    scores = [max(_likeness(asked, sample, weights) for sample in samples) for samples in documents]
    order = sorted(range(len(scores)), key=lambda position: -scores[position])
    return [library.recipes[position] for position in order[:count]]


def _words(text: str) -> frozenset[str]:
    """Words of three letters and more without a plural ending; shorter ones are tickers and prepositions."""
    return frozenset(word.removesuffix("s") for word in WORD.findall(text.lower()))


def _rarity(documents: Sequence[frozenset[str]]) -> dict[str, float]:
    """Inverse document frequency: log(recipes / recipes with the word)."""
    found = Counter(word for document in documents for word in document)
    return {word: math.log(len(documents) / number) for word, number in found.items()}


def _likeness(one: frozenset[str], other: frozenset[str], weights: dict[str, float]) -> float:
    """Cosine of the two weighted word vectors, from 0 to 1."""
    size = math.sqrt(_weight(one, weights) * _weight(other, weights))
    return _weight(one & other, weights) / size if size else 0.0


def _weight(words: frozenset[str], weights: dict[str, float]) -> float:
    return sum(weights.get(word, 0.0) ** 2 for word in words)
