"""One tool answer with its data moved and its structure kept, so that a script still accepts it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = 1.1
EXPONENT = 1.15
SHAKEN_MAX = 1.8
GENTLE_MAX = 1.02
CROSSING = 25.0
WARP_MAX = 5.0
NEAREST = 0.3
WEEK = timedelta(days=7)
"""A date that is moved stays the same day of the week."""

NO_QUANTITY = re.compile(
    r"(^|_)(id|ids|time|times|timestamp|timestamps|epoch|date|dates|year|quarter|month|day|days|"
    r"period|periods|window|limit|page|lookback|delay)$"
)
"""Names of numbers that are moments, names or settings: they are left alone."""

SIGNED = re.compile(r"change|return|growth|profit|loss|income|pnl|surprise|net_|gain")
"""Names of numbers that may well have the other sign."""

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
SHORT_CLOCKS = ("t", "ts", "from", "to", "at")
EPOCH_MIN = 900_000_000
COLUMN_MIN = 32
"""From so many numbers on an array is faster than a loop."""
WHOLE_MAX = 2**48
SPREADS_MIN = 64
SPREADS_REMEMBERED = 512
DATES_REMEMBERED = 20_000
NUMBERS = frozenset([int, float, type(None)])

Column = NDArray[np.float64]
Place = tuple[Any, ...]
"""The way to a part of an answer: names and numbers."""


class Kind(StrEnum):
    """How the data of a call is moved."""

    SHAKEN = "shaken"
    """Each record by a factor of its own, and its numbers apart: the order within a record stays."""
    SCALED = "scaled"
    """All numbers by one factor."""
    GENTLE = "gentle"
    """As shaken, by 2 % at most and without whole numbers, for scripts that check their data."""
    RAISED = "raised"
    """Far up, each number by a factor of its own: across the thresholds of filters."""
    LOWERED = "lowered"
    """Far down, and to the other sign where a name allows one."""
    RELABELLED = "relabelled"
    """Texts, dates and truth values instead of numbers."""
    REDATED = "redated"
    """Dates only."""
    STIRRED = "stirred"
    """Shaken and relabelled at once."""


WARPED = (Kind.SHAKEN, Kind.GENTLE)
"""Those that set the numbers of a record apart."""


@dataclass(frozen=True)
class Leaf:
    """A number's surroundings. Numbers of one record share `record`; a symmetric matrix stays symmetric."""

    name: str
    record: Place
    centre: float
    """Geometric mean of all numbers of the object that it stands in."""

    def inside(self, key: str, part: Any, centre: float) -> "Leaf":
        """Where a part of the object here stands: its own numbers are one record."""
        return Leaf(key, self.record if _is_number(part) else (*self.record, key), centre)

    def at(self, record: Place) -> "Leaf":
        """Where a part of the list here stands."""
        return Leaf(self.name, record, self.centre)


def perturb(response: Any, kind: Kind) -> Any:
    """`response` with its data moved in the way of `kind`; the label on the data keeps all but its dates."""
    if kind is Kind.STIRRED:
        return perturb(perturb(response, Kind.SHAKEN), Kind.RELABELLED)
    if kind in (Kind.RELABELLED, Kind.REDATED):
        return _relabel(response, "", is_free=kind is Kind.RELABELLED)
    moved = _move(response, Leaf("", (), 1.0), kind)
    if isinstance(response, dict) and "metadata" in response:
        moved["metadata"] = response["metadata"]
    return moved


def has_listed_words(value: Any) -> bool:
    """Whether words stand in a list, as in a screen: a script may take what to ask next from there."""
    if isinstance(value, list):
        rows = [part for part in value if isinstance(part, dict)]
        return any(map(_is_word, value)) or any(_is_word(part) for row in rows for part in row.values())
    return isinstance(value, dict) and any(has_listed_words(part) for part in value.values())


def _move(value: Any, leaf: Leaf, kind: Kind) -> Any:
    """`leaf` says where `value` stands; for an object or a list, `record` is the way to it."""
    if isinstance(value, dict):
        centre = _centre(_numbers_of(value)) if kind in WARPED else 1.0
        return {key: _move(part, leaf.inside(key, part, centre), kind) for key, part in value.items()}
    if isinstance(value, list):
        # A column's records are those of the object that it stands in: the column's name is left out.
        outer = leaf.record[:-1] if leaf.record and isinstance(leaf.record[-1], str) else leaf.record
        return _move_list(value, leaf.at(outer), kind)
    return _move_number(value, leaf, kind) if _is_number(value) else value


def _move_list(values: list[Any], leaf: Leaf, kind: Kind) -> list[Any]:
    """A long column of numbers is moved as one array; the rows of a matrix have places of their own."""
    is_row = bool(leaf.record) and isinstance(leaf.record[-1], int)
    if len(values) >= COLUMN_MIN and not is_row and _is_column(values):
        return _move_column(values, leaf, kind)
    records = (_record(leaf.record, place) for place in range(len(values)))
    pairs = zip(values, records, strict=True)
    if any(isinstance(part, dict | list) for part in values):
        return [_move(part, leaf.at(record), kind) for part, record in pairs]
    return [_move_number(part, leaf.at(record), kind) if _is_number(part) else part for part, record in pairs]


def _is_column(values: list[Any]) -> bool:
    """Whether all are floats, or all whole numbers that a float holds exactly."""
    kinds = {*map(type, values)}
    return kinds == {float} or (kinds == {int} and min(values) > -WHOLE_MAX and max(values) < WHOLE_MAX)


def _move_column(values: list[Any], leaf: Leaf, kind: Kind) -> list[Any]:
    """As `_move_number`, each with its place in the column as the end of its record."""
    if _stays(leaf, kind, max(values)):
        return values
    column = np.array(values, dtype=float)

    def spread(place: Place, most: float) -> Column:
        return _spreads(place, len(values), most)

    moved = column * _factor(leaf, kind, column, spread)
    kept = np.where(np.isfinite(moved), moved, column)
    return list(np.rint(kept).astype(int).tolist() if isinstance(values[0], int) else kept.tolist())


def _move_number(value: float, leaf: Leaf, kind: Kind) -> float:
    if _stays(leaf, kind, value):
        return value
    moved = float(value * _factor(leaf, kind, value, _spread))
    if not math.isfinite(moved):
        return value
    return round(moved) if isinstance(value, int) else moved


def _stays(leaf: Leaf, kind: Kind, value: float) -> bool:
    """Whether it is no quantity; whole numbers stay where a script checks its data."""
    is_fixed = isinstance(value, int) and (kind is Kind.GENTLE or _is_clock(leaf, value))
    return is_fixed or bool(NO_QUANTITY.search(leaf.name.lower()))


def _factor(leaf: Leaf, kind: Kind, value: Any, spread: Callable[[Place, float], Any]) -> Any:
    """What a number, or each of a column, is multiplied by; `spread` draws by the place of its record."""
    place = (leaf.name, *leaf.record)
    match kind:
        case Kind.SCALED:
            return SCALE
        case Kind.SHAKEN:
            return spread(leaf.record, SHAKEN_MAX) * _warp(value, leaf.centre, WARP_MAX)
        case Kind.GENTLE:
            return spread(leaf.record, GENTLE_MAX) * _warp(value, leaf.centre, GENTLE_MAX)
        case Kind.RAISED:
            return CROSSING * spread(place, SHAKEN_MAX)
    sign = -1.0 if SIGNED.search(leaf.name.lower()) else np.copysign(1.0, value)
    return sign * spread(place, SHAKEN_MAX) / CROSSING


def _numbers_of(record: dict[str, Any]) -> list[float]:
    """All numbers of an object: its own, and those of its columns."""
    found: list[float] = []
    for part in record.values():
        if not isinstance(part, list):
            found += [part] if _is_number(part) else []
        elif set(map(type, part)) <= {int, float}:
            found += part
        else:
            found += [number for number in part if _is_number(number)]
    return found


def _record(outer: Place, place: int) -> Place:
    if outer and isinstance(outer[-1], int):
        return (*outer[:-1], *sorted([outer[-1], place]))
    return (*outer, place)


def _spread(place: Place, most: float) -> float:
    """A factor from 1/most to most that depends on the place alone, and never is near 1."""
    if place and isinstance(place[-1], int):
        return float(_spreads(place[:-1], place[-1] + 1, most)[-1])
    return float(_spreads(place, 1, most)[0])


def _spreads(outer: Place, count: int, most: float) -> Column:
    """The factors of the first `count` places inside `outer`."""
    return _all_spreads(outer, max(SPREADS_MIN, 1 << (count - 1).bit_length()), most)[:count]


@lru_cache(SPREADS_REMEMBERED)
def _all_spreads(outer: Place, size: int, most: float) -> Column:
    """The first ones are the same for every size."""
    seed = int.from_bytes(blake2b(repr(outer).encode(), digest_size=8).digest(), "big")
    drawn = np.random.default_rng(seed).random(size)
    exponent = np.copysign(NEAREST + (1 - NEAREST) * abs(2 * drawn - 1), drawn - 0.5)
    spreads: Column = np.exp(math.log(most) * exponent)
    return spreads


def _warp(value: Any, centre: float, most: float) -> Any:
    """Sets the numbers of a record apart: |v| to the power of 1.15 keeps their order, not their ratios."""
    apart = (abs(value) / centre) ** (EXPONENT - 1)
    return np.minimum(np.maximum(apart, 1 / most), most)


def _centre(values: list[float]) -> float:
    """Geometric mean of all that have one."""
    numbers = np.abs(np.array(values, dtype=float))
    usable = numbers[(numbers > 0) & np.isfinite(numbers)]
    return float(np.exp(np.log(usable).mean())) if len(usable) else 1.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_clock(leaf: Leaf, value: float) -> bool:
    """Seconds since 1970, or smaller parts of them."""
    return value >= EPOCH_MIN and (leaf.name in SHORT_CLOCKS or leaf.name.endswith(("_at", "_ts")))


def _relabel(value: Any, name: str, *, is_free: bool) -> Any:
    match value:
        case dict():
            is_label = name == "metadata"
            return {key: _relabel(part, key, is_free=is_free and not is_label) for key, part in value.items()}
        case list() if NUMBERS.issuperset(map(type, value)):
            return value
        case list() if is_free and all(isinstance(part, dict) for part in value):
            return [_relabel(part, name, is_free=is_free) for part in _turn_rows(value)]
        case list() if is_free and all(map(_is_word, value)) and len(set(value)) > 1:
            return [*value[1:], value[0]]
        case list():
            return [_relabel(part, name, is_free=is_free) for part in value]
        case bool():
            return not value if is_free else value
        case str():
            return _relabel_text(value, is_free=is_free)
    return value


def _turn_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each word goes to the row before: what stands in a list stays among what is known."""
    turned = [*rows[1:], *rows[:1]]
    return [
        {key: other.get(key, part) if _is_word(part) else part for key, part in row.items()}
        for row, other in zip(rows, turned, strict=True)
    ]


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not ISO_DATE.fullmatch(value)


def _relabel_text(text: str, *, is_free: bool) -> str:
    if ISO_DATE.fullmatch(text):
        return _move_date(text)
    # Words in lower case are mostly members of a closed list, which nothing else may join.
    is_open = is_free and text != text.lower() and len(text) > 3
    return f"{text} *" if is_open else text


@lru_cache(DATES_REMEMBERED)
def _move_date(text: str) -> str:
    try:
        moved = date.fromisoformat(text[:10]) - WEEK
        if len(text) > len("2020-01-01"):
            datetime.fromisoformat(text)
    except ValueError:
        return text
    return moved.isoformat() + text[10:]
