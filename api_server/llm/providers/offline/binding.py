"""From a reading to the parameters of the chosen recipe. What has no parameter is a reason to refuse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api_server.language.periods import TRADING_DAYS_PER_WEEK, WEEK_NOTE, Period
from api_server.language.reading import FISCAL, Reading
from api_server.llm.providers.offline.choices import CHOICES, LISTS, LOSSES, MANNERS
from api_server.llm.providers.offline.screens import Screen, find_screen
from prompts.library import Recipe


class Unbindable(Exception):
    """The recipe has no parameter for something that was asked; the message names it."""


WITHOUT_PERIOD = frozenset(["today"])
"""Concepts that stand for a period; the newest data answers them."""

NEEDS_PERIOD = frozenset(["extreme_price"])
"""Concepts that mean nothing for the newest day alone."""

REPORTS = "eodhd_fundamentals"
"""The tool whose figures are of fiscal years."""

PERIOD_NAMES = frozenset(["days", "months", "to_date", "start", "end", "on"])

BOTH_SIDES = frozenset(["gainers", "losers"])
"""Concepts that together are both sides of a screen."""

SHARING = frozenset(["shared_out", "shared_equally"])
"""Concepts by which money is split; only optimal parts are those of a period."""

OPTIMAL = frozenset(["minimum_variance", "maximum_sharpe", "risk_parity", "sharpe"])
"""Concepts of parts that are found from the returns of a period."""

NEWEST_ONLY = frozenset(["dividend_yield"])
"""Concepts whose figure is known as of now alone, in recipes that have a period for other figures."""


@dataclass(frozen=True)
class Binding:
    """Values that override the defaults of a recipe, as JSON, and what was assumed on the way, in words."""

    values: Mapping[str, Any]
    assumptions: tuple[str, ...]


def bind(reading: Reading, recipe: Recipe) -> Binding:
    """The parameters of `recipe` for this question. Raises `Unbindable`."""
    known = recipe.parameters["properties"]
    _check_period(reading, recipe)
    screen = find_screen(reading)
    if screen is None or screen.recipe != recipe.name:
        screen = None
    values: dict[str, Any] = {**({} if screen else _symbols(reading, known)), **_period(reading, known)}
    values |= {
        name: value
        for concept in sorted(reading.concepts)
        for name, value in CHOICES.get(concept, {}).items()
        if name in known
    }
    if reading.concepts >= BOTH_SIDES and "direction" in known:
        values["direction"] = "both"
    values |= {name: chosen for name, chosen in _lists(reading).items() if name in known}
    asked = {
        **_windows(reading, known),
        **_level(reading),
        "oversold": reading.limits and reading.limits.oversold,
        "overbought": reading.limits and reading.limits.overbought,
        "weights": list(reading.weights) or None,
        "confidence": reading.confidence,
        "amount": reading.amount,
        "target_volatility": reading.target_volatility,
        "top": reading.count,
        "risk_free_rate": reading.risk_free,
        "order": _order(reading, known),
    }
    for name, value in asked.items():
        if value is not None and name not in known:
            raise Unbindable(f"{name.replace('_', ' ')} {value}")
        if value is not None:
            values[name] = value
    values |= screen.values if screen else {}
    for name, value in values.items():
        if not _is_within(value, known[name]):
            is_period = reading.period and name in PERIOD_NAMES
            said = f"the period {reading.period.words!r}" if reading.period and is_period else None
            raise Unbindable(said or f"{name.replace('_', ' ')} {value}")
    values = {name: value for name, value in values.items() if value is not None or name in PERIOD_NAMES}
    return Binding(values, tuple(_assumptions(reading, known, screen)))


def _check_period(reading: Reading, recipe: Recipe) -> None:
    """Raises `Unbindable` where a period is needed, or one that is named means nothing."""
    period = reading.period
    if period is None:
        if reading.concepts & NEEDS_PERIOD:
            raise Unbindable("a highest or lowest price without a period")
        return
    is_of_now = bool(reading.concepts & NEWEST_ONLY)
    is_fiscal = bool(FISCAL.search(period.words)) and REPORTS not in recipe.tools
    if is_of_now or is_fiscal or _is_plain_split(reading):
        raise Unbindable(f"the {'fiscal ' if is_fiscal else ''}period {period.words!r}")


def _is_plain_split(reading: Reading) -> bool:
    """Whether money is split into parts that no period changes."""
    return bool(reading.concepts & SHARING) and not reading.concepts & OPTIMAL


def _windows(reading: Reading, known: Mapping[str, Any]) -> dict[str, Any]:
    """One number, the two of a crossing, or all of them where the recipe takes any number."""
    one, pair, several = reading.window, reading.window_pair, reading.windows
    if "windows" in known:
        return {"windows": list(several or pair or ()) or ([one] if one is not None else None)}
    if several and "short_window" in known and len(several) == len(set(several)) == 2:
        pair = (min(several), max(several))
    elif several:
        raise Unbindable(f"more than one number of days ({', '.join(map(str, several))})")
    return {"short_window": pair and pair[0], "long_window": pair and pair[1], "window": one}


def _level(reading: Reading) -> dict[str, Any]:
    return {reading.level.side: reading.level.value} if reading.level else {}


def _order(reading: Reading, known: Mapping[str, Any]) -> str | None:
    """Which end comes first. One symbol has none; in an account, the most lost is the lowest."""
    if len(reading.symbols) > 1:
        return reading.order
    if reading.symbols or "order" not in known:
        return None
    if reading.order == "highest" and reading.concepts & LOSSES:
        return "lowest"
    return reading.order


def _lists(reading: Reading) -> dict[str, list[str]]:
    """The parameters that take every word of a kind, in the order of `LISTS`."""
    chosen = {
        name: [value for concept, value in members.items() if concept in reading.concepts]
        for name, members in LISTS.items()
    }
    return {name: values for name, values in chosen.items() if values}


def _is_within(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value keeps the limits of its parameter; one that may be null has them beside null."""
    kept = [part for part in schema.get("anyOf", []) if part.get("type") != "null"]
    schema = {**kept[0], **schema} if kept else schema
    if value is not None and value not in schema.get("enum", [value]):
        return False
    if not isinstance(value, int | float):
        return True
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    return bool(least <= value <= most)


def _symbols(reading: Reading, known: Mapping[str, Any]) -> dict[str, Any]:
    symbols = reading.symbols
    if {"symbols", "benchmark"} <= set(known):
        return _symbols_and_benchmark(reading)
    if "symbols" in known:
        return {"symbols": symbols}
    if "benchmark" in known and len(symbols) == 1:
        return {"benchmark": symbols[0]}
    if "symbol" in known and len(symbols) == 1:
        return {"symbol": symbols[0]}
    if symbols:
        raise Unbindable(f"more than one symbol ({', '.join(symbols)})" if len(symbols) > 1 else symbols[0])
    return {}


def _symbols_and_benchmark(reading: Reading) -> dict[str, Any]:
    """ "A and B against C" compares with C only when it is an index or a fund; otherwise it is not clear."""
    benchmark = reading.benchmark
    if benchmark:
        return {"symbols": [s for s in reading.symbols if s != benchmark], "benchmark": benchmark}
    if reading.group_count > 1:
        raise Unbindable("a benchmark that is not an index or a fund")
    return {"symbols": reading.symbols}


def _period(reading: Reading, known: Mapping[str, Any]) -> dict[str, Any]:
    """`days` is a default in recipes, so another kind of period has to switch it off."""
    period = reading.period
    if period is None:
        return {}
    if period.is_day and "on" in known:
        return {"on": period.start.isoformat() if period.start else None}
    is_one_purchase = "amount" in known and "days" not in known
    given: dict[str, Any] = {
        "days": _days(period, reading.is_about_crypto),
        "months": period.months,
        "to_date": period.to_date,
        "start": period.start.isoformat() if period.start else None,
        "end": period.end.isoformat() if period.end and not (period.is_named and is_one_purchase) else None,
    }
    asked = {name for name, value in given.items() if value is not None}
    if not asked <= set(known) or (not asked and "months" not in known):
        raise Unbindable(f"the period {period.words!r}")
    return {
        name: value for name, value in given.items() if name in asked or (name == "days" and "days" in known)
    }


def _days(period: Period, is_every_day: bool) -> int | None:
    """Crypto currencies trade seven days a week."""
    if period.days and is_every_day and period.note == WEEK_NOTE:
        return period.days // TRADING_DAYS_PER_WEEK * 7
    return period.days


def _assumptions(reading: Reading, known: Mapping[str, Any], screen: Screen | None) -> list[str]:
    notes = [f"“{m.words}” was read as {', '.join(m.symbols)}" for m in reading.mentions if m.is_by_name]
    if reading.period and reading.period.note and not reading.is_about_crypto:
        notes.append(reading.period.note)
    if "momentum" in reading.concepts:
        notes.append("momentum was read as the return over the period")
    if reading.period and FISCAL.search(reading.period.words):
        notes.append("a fiscal year is the calendar year in which it ends")
    kind = "day" if reading.is_about_crypto else "trading day"
    days = known.get("days", {}).get("default")
    has_window = screen is not None and bool(screen.values.keys() & {"days", "window"})
    needs_none = bool(reading.concepts & WITHOUT_PERIOD) or _is_plain_split(reading) or has_window
    notes += screen.assumptions if screen else ()
    if reading.period is None and days and not needs_none:
        taken = f"{kind} was" if days == 1 else f"{days} {kind}s were"
        notes.append(f"no period was given, so the last {taken} taken")
    if "overview" in reading.concepts and len(reading.concepts - MANNERS) == 1:
        notes.append(
            "no figure was named, so "
            + ("its performance was" if reading.period else "an overview was")
            + " taken"
        )
    return notes
