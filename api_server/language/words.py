"""A question as words with their places in the text. Knows nothing of finance."""

import re
import unicodedata
from dataclasses import dataclass

PLAIN_PUNCTUATION = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u2026\xa0", "''\"\"--. ")
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|\*|[^\sA-Za-z0-9]")
POSSESSIVE = re.compile(r"(?<=[A-Za-z0-9])(?<!\d\d\d\d)'[sS]\b|(?<=s)'(?=\s|$|[?,.])")
SILENT = frozenset(",.?!:()/\"'-")


@dataclass(frozen=True)
class Word:
    """A run of letters, a number or one sign. `start` and `end` count characters of the plain text."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def is_silent(self) -> bool:
        """Whether it is punctuation that does not change what is asked."""
        return self.text in SILENT


def plain_text(text: str) -> str:
    """`text` with typographic quotes, dashes and accents made plain and white space made single."""
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN_PUNCTUATION))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.split())


def without_possessives(text: str) -> str:
    """`text`, which is plain, with blanks for the endings of "AAPL's" and "what's"."""
    return POSSESSIVE.sub(lambda match: " " * len(match.group()), text)


def split_words(text: str) -> list[Word]:
    """The words of `text`, which is plain."""
    return [Word(match.group(), *match.span()) for match in WORD.finditer(text)]


def phrase_key(phrase: str) -> tuple[str, ...]:
    """How a phrase is looked up: in lower case, without possessives and silent punctuation."""
    words = split_words(without_possessives(plain_text(phrase)))
    return tuple(word.lower for word in words if not word.is_silent)
