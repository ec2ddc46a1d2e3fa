"""A change of meaning as values of a script's typed parameters, or None when they do not cover it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from schemas.understanding import Meaning

LISTS = ("symbols", "tickers")
SINGLES = ("symbol", "ticker")
PERIODS = ("days", "months", "to_date", "start", "end")
ROLES = {
    "limit": ("top", "limit", "count", "n", "number", "rows"),
    "window": ("window", "period", "length", "lookback"),
    "amount": ("amount", "investment", "initial", "budget", "cash"),
    "percent": ("risk_free_rate", "threshold", "rate", "target"),
    "number": ("threshold", "level", "value", "count", "window", "top", "limit"),
}
TIMEFRAMES = {
    "minute": "1Min", "5min": "5Min", "15min": "15Min", "30min": "30Min", "hour": "1Hour", "4hour": "4Hour",
    "day": "1Day", "week": "1Week", "month": "1Month",
}  # fmt: skip
Values = dict[str, Any]
Known = Mapping[str, Any]


def changed_parameters(
    before: Meaning, after: Meaning, schema: Mapping[str, Any], values: Mapping[str, Any]
) -> Values | None:
    """Values with which a script that answered `before` answers `after`; None when they do not cover it.

    A parameter takes a new value only when it holds the old one, so that its name alone never decides.
    """
    known = schema.get("properties", {})
    if not _differs_only_in_entities(before, after) or "proxy" in after.asset_classes:
        return None
    changes: Values = {}
    for change in (_symbols, _periods, _numbers, _frequency, _directions):
        found = change(before, after, known, values)
        if found is None:
            return None
        changes |= found
    made = {**values, **changes}
    return made if made != dict(values) and _all_valid(changes, known) else None


def _differs_only_in_entities(before: Meaning, after: Meaning) -> bool:
    """Whether all that no typed parameter stands for is the same."""
    same = (
        before.topics == after.topics
        and before.universe == after.universe
        and before.words == after.words
        and before.output == after.output
        and before.asset_classes == after.asset_classes
    )
    return same and len(before.numbers) == len(after.numbers) and _shape(before) == _shape(after)


def _shape(meaning: Meaning) -> list[str]:
    """The arrangement without values that parameters stand for; a joined group of symbols counts once."""
    kinds = [token.partition("=")[0] if _is_entity(token) else token for token in meaning.arrangement]
    return [
        kind for place, kind in enumerate(kinds) if kind != "symbol" or kinds[place - 1 : place] != ["symbol"]
    ]


def _is_entity(token: str) -> bool:
    return token.startswith(("symbol=", "period=", "number=", "frequency=", "direction="))


def _symbols(before: Meaning, after: Meaning, known: Known, values: Mapping[str, Any]) -> Values | None:
    if before.symbols == after.symbols:
        return {}
    if not after.symbols:
        return None
    for name in LISTS:
        if name in known and sorted(values.get(name) or []) == sorted(before.symbols):
            return {name: list(after.symbols)}
    for name in SINGLES:
        if name in known and [values.get(name)] == list(before.symbols) and len(after.symbols) == 1:
            return {name: after.symbols[0]}
    return None


def _periods(before: Meaning, after: Meaning, known: Known, values: Mapping[str, Any]) -> Values | None:
    """A script takes days, months, a beginning to date, or dates; what is not asked for is switched off."""
    if before.periods == after.periods:
        return {}
    if len(after.periods) != 1:
        return None
    asked = _period_values(after.periods[0])
    held = {name: values.get(name) for name in PERIODS if name in known}
    if asked is None or not set(asked) <= set(held) or not _holds(before, held):
        return None
    cleared = {name: None for name in held if name not in asked}
    return {**cleared, **asked}


def _holds(before: Meaning, held: Values) -> bool:
    """Whether the parameters hold the period of the earlier question; their default where it named none."""
    if not before.periods:
        return True
    expected = _period_values(before.periods[0]) if len(before.periods) == 1 else None
    return expected is not None and all(held.get(name) == value for name, value in expected.items())


def _period_values(period: str) -> Values | None:
    kind, _, value = period.partition(":")
    if kind in ("days", "months"):
        return {kind: int(value)}
    if kind == "quarter":
        return {"quarters": int(value)}
    if kind == "to_date":
        return {"to_date": value}
    if kind == "since":
        return {"start": value}
    if kind == "episode":
        _, start, end = period.split("|")
        return {"start": start, "end": end}
    dates = re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", period)
    return {"start": dates[1], "end": dates[2]} if dates and dates[1] != dates[2] else None


def _numbers(before: Meaning, after: Meaning, known: Known, values: Mapping[str, Any]) -> Values | None:
    changes: Values = {}
    for old, new in zip(before.numbers, after.numbers, strict=True):
        if old == new:
            continue
        name = (
            _holder(old.role, old.value, known, values)
            if old.role == new.role and _unit(old.value) == _unit(new.value)
            else None
        )
        if name is None:
            return None
        changes[name] = _as_held(new.role, new.value, values[name])
    return changes


def _unit(value: str) -> str:
    return value.partition(" ")[2]


def _holder(role: str, value: str, known: Known, values: Mapping[str, Any]) -> str | None:
    """The one parameter that holds this number and may stand for its role."""
    names = [
        name
        for name in known
        if any(name == word or name.endswith(f"_{word}") for word in ROLES.get(role, ()))
        and isinstance(values.get(name), int | float)
        and not isinstance(values.get(name), bool)
        and values[name] == _as_held(role, value, values[name])
    ]
    return names[0] if len(names) == 1 else None


def _as_held(role: str, value: str, held: Any) -> float | int | None:
    """A number as its parameter holds it: percentages as fractions."""
    plain = value.partition(" ")[0]
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", plain):
        return None
    number = round(float(plain) / 100, 10) if role == "percent" else float(plain)
    return int(number) if isinstance(held, int) and number == int(number) else number


def _frequency(before: Meaning, after: Meaning, known: Known, values: Mapping[str, Any]) -> Values | None:
    if before.frequency == after.frequency:
        return {}
    wanted = TIMEFRAMES.get(after.frequency or "")
    held = TIMEFRAMES.get(before.frequency or "day")
    allowed = _choices(known.get("timeframe", {}))
    return {"timeframe": wanted} if wanted in allowed and values.get("timeframe") == held else None


def _directions(before: Meaning, after: Meaning, known: Known, values: Mapping[str, Any]) -> Values | None:
    """The other end of one scale, where a parameter has both ends among its choices and holds the first."""
    if before.directions == after.directions:
        return {}
    if len(before.directions) != len(after.directions):
        return None
    changes: Values = {}
    for old, new in zip(before.directions, after.directions, strict=True):
        names = [
            name
            for name in known
            if {_end(old), _end(new)} <= set(_choices(known[name])) and values.get(name) == _end(old)
        ]
        if old != new and len(names) != 1:
            return None
        changes |= {names[0]: _end(new)} if old != new else {}
    return changes


def _end(direction: str) -> str:
    return direction.partition(":")[2]


def _choices(schema: Mapping[str, Any]) -> Sequence[Any]:
    choices: Sequence[Any] = schema.get("enum", ())
    return choices or [value for part in schema.get("anyOf", ()) for value in part.get("enum", ())]


def _all_valid(changes: Values, known: Known) -> bool:
    checks: tuple[Callable[[Any, Mapping[str, Any]], bool], ...] = (_is_within,)
    return all(check(value, known[name]) for name, value in changes.items() for check in checks)


def _is_within(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value keeps the limits of its parameter."""
    if value is None:
        return schema.get("default") is None or any(
            part.get("type") == "null" for part in schema.get("anyOf", ())
        )
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True
