"""Random draws that are the same on every machine, in any order and however many are asked for.

Draw i of a stream is a function of (seed, stream, i): Philox counts, it does not walk. Shocks are looked up
in rounded tables, because logarithms and exponentials differ in their last bit from machine to machine.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.uint64]

LEVELS = 2**16
TABLE_DECIMALS = 5
"""Libraries agree to far more digits than this, and no entry is so near a tie that it matters (tested)."""
STUDENT_DEGREES = 5
WORDS_PER_BLOCK = 4


@dataclass(frozen=True)
class Shocks:
    """Quantiles of unit-variance shocks at the 65,536 midpoints; index them with 16 random bits."""

    @cached_property
    def unrounded(self) -> dict[str, Floats]:
        """By name: `normal`, `student` (5 degrees of freedom), `exponential` (mean 1)."""
        from scipy.special import log1p, ndtri, stdtrit

        middles = (np.arange(LEVELS) + 0.5) / LEVELS
        return {
            "normal": ndtri(middles),
            "student": stdtrit(STUDENT_DEGREES, middles) * np.sqrt((STUDENT_DEGREES - 2) / STUDENT_DEGREES),
            "exponential": -log1p(-middles),
        }

    @cached_property
    def normal(self) -> Floats:
        return np.round(self.unrounded["normal"], TABLE_DECIMALS)

    @cached_property
    def student(self) -> Floats:
        """Student's t: the fat tails of daily returns."""
        return np.round(self.unrounded["student"], TABLE_DECIMALS)

    @cached_property
    def exponential(self) -> Floats:
        return np.round(self.unrounded["exponential"], TABLE_DECIMALS)


SHOCKS = Shocks()


def draw_words(seed: int, stream: str, first: int, count: int) -> Words:
    """Words `first` to `first + count - 1` of a stream."""
    digest = blake2b(f"{seed}/{stream}".encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    block, offset = divmod(first, WORDS_PER_BLOCK)
    counter = np.array([block, 0, 0, 0], dtype=np.uint64)
    words = np.random.Philox(key=key, counter=counter).random_raw(offset + count)
    return np.asarray(words[offset:], dtype=np.uint64)


def split_words(words: Words) -> list[Words]:
    """Four independent draws of 16 bits out of each word."""
    return [(words >> np.uint64(16 * place)) & np.uint64(LEVELS - 1) for place in range(4)]


def draw_integer(seed: int, stream: str, place: int, below: int) -> int:
    """Draw `place` of a stream as an integer from 0 to `below` - 1, `below` up to 2**16."""
    return int(draw_words(seed, stream, place, 1)[0] >> np.uint64(32)) * below >> 32
