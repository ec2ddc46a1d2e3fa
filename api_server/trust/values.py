"""The values of an answer as a person sees them, and how they moved in another run of the script."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from api_server.presentation import present
from api_server.trust.canonical import canonical
from api_server.trust.perturbation import SCALE
from schemas.execution import ExecutionReport
from schemas.provenance import Direction, Movement


@dataclass(frozen=True)
class Value:
    """A figure, the sentence, or a chart. `rest` is whatever else belongs to it, as canonical JSON."""

    id: str
    kind: Literal["row", "description", "chart"]
    key: str
    value: Any
    rest: bytes = b""
    place: int = 0


def values_of(report: ExecutionReport) -> dict[str, Value]:
    """Every value of a completed run, by id; rows come under `row:`, so that no id can be a chart's."""
    result = present(report).result
    rows = [
        Value(row["id"], "row", row["key"], row["value"], canonical([row["key"], row["description"]]), place)
        for place, row in enumerate(result["body"])
    ]
    charts = [
        Value(f"charts[{place}]", "chart", chart["title"] or chart["type"], None, canonical(chart))
        for place, chart in enumerate(result["charts"])
    ]
    sentence = Value("description", "description", "description", result["description"])
    return {f"{value.kind}:{value.id}": value for value in (*rows, *charts, sentence)}


def movements(before: dict[str, Value], after: dict[str, Value]) -> dict[str, set[Movement]]:
    """How each value of `before` differs in `after`; values that stand still are left out."""
    moved: dict[str, set[Movement]] = {}
    for name, value in before.items():
        other = after.get(name)
        if other is None:
            moved[name] = {"presence"}
        elif found := _compare(value, other):
            moved[name] = found
    for name in _moved_places(before, after):
        moved.setdefault(name, set()).add("place")
    return moved


def _compare(before: Value, after: Value) -> set[Movement]:
    found: set[Movement] = set()
    if canonical(before.value) != canonical(after.value):
        found.add("value" if is_number(before.value) or is_number(after.value) else "text")
    if before.rest != after.rest:
        found.add("value" if before.kind == "chart" else "text")
    return found


def _moved_places(before: dict[str, Value], after: dict[str, Value]) -> Iterable[str]:
    """Rows whose rank among the rows that are in both is another."""
    old = [name for name, value in before.items() if value.kind == "row" and name in after]
    new = sorted(old, key=lambda name: after[name].place)
    return [name for name, other in zip(old, new, strict=True) if name != other]


def direction_of(before: Any, after: Any) -> Direction | None:
    """Where a number went; None for no number, or one that stands still."""
    if not (is_number(before) and is_number(after)) or before == after:
        return None
    return "up" if after > before else "down"


def elasticity_of(before: Any, after: Any) -> float | None:
    """d ln value / d ln data, when all data grew by `SCALE`.

    ln(after/before) / ln(SCALE) is exact for every power law, whatever the size of the step.
    """
    if not (is_number(before) and is_number(after)) or not before:
        return None
    if before == after:
        return 0.0
    if before * after <= 0:
        return float(round((after - before) / abs(before) / (SCALE - 1), 3))
    return float(round(math.log(after / before) / math.log(SCALE), 3))


def is_number(value: Any) -> bool:
    """Whether it is one; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
