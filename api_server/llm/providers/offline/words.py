"""A question as words with their places in the text. Knows nothing of finance."""

import re
import unicodedata
from dataclasses import dataclass

PLAIN_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": ".", "\xa0": " "}
)
WORD = re.compile(r"[A-Za-z]+(?:'(?!s\b)[a-z]+)?|\d+(?:\.\d+)?|\*|[^\sA-Za-z0-9]")
POSSESSIVE = re.compile(r"(?<=[A-Za-z])'s\b|(?<=s)'(?=\s|$|[?,.])")
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


def split_words(text: str) -> list[Word]:
    """The words of `text`, which is plain; a possessive ending is left out."""
    endings = [match.span() for match in POSSESSIVE.finditer(text)]
    found = (Word(match.group(), *match.span()) for match in WORD.finditer(text))
    return [word for word in found if not any(start <= word.start < end for start, end in endings)]


def phrase_key(phrase: str) -> tuple[str, ...]:
    """How a phrase is looked up: lower case, without silent punctuation."""
    return tuple(word.lower for word in split_words(plain_text(phrase)) if not word.is_silent)
