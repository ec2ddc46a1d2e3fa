"""From a reading to the parameters of the chosen recipe. What has no parameter is a reason to refuse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api_server.language.periods import TRADING_DAYS_PER_WEEK, WEEK_NOTE, Period
from api_server.language.reading import Reading
from prompts.library import Recipe


class Unbindable(Exception):
    """The recipe has no parameter for something that was asked; the message names it."""


NEWEST_ONLY = frozenset(["dividend_yield"])
"""Concepts whose figure is known as of now alone, in recipes that have a period for other figures."""

CHOICES: Mapping[str, Mapping[str, Any]] = {
    "weekly": {"timeframe": "1Week"},
    "money_flow": {"indicator": "mfi"},
    "commodity_channel": {"indicator": "cci"},
    "williams": {"indicator": "williams_r"},
    "rate_of_change": {"indicator": "roc"},
    "monthly": {"by": "month"},
    "extreme_month": {"by": "month"},
    "yearly": {"by": "year"},
    "extreme_year": {"by": "year"},
    "weekday": {"by": "weekday"},
    "gainers": {"direction": "gainers"},
    "losers": {"direction": "losers"},
    "minimum_variance": {"objective": "min_variance"},
    "maximum_sharpe": {"objective": "max_sharpe"},
    "risk_parity": {"objective": "risk_parity"},
    "sharpe": {"objective": "max_sharpe"},
    "alpha": {"rank_by": "alpha"},
    "expected_shortfall": {"rank_by": "cvar"},
    "losing": {"rank_by": "loss"},
    "winning": {"rank_by": "gain"},
    "loss": {"direction": "losers"},
    "today": {"only_today": True},
    "open_orders": {"status": "open"},
    "filled_orders": {"status": "closed"},
}
"""Concepts that choose the value of a parameter, where the recipe has it."""


@dataclass(frozen=True)
class Binding:
    """Values that override the defaults of a recipe, as JSON, and what was assumed on the way, in words."""

    values: Mapping[str, Any]
    assumptions: tuple[str, ...]


def bind(reading: Reading, recipe: Recipe) -> Binding:
    """The parameters of `recipe` for this question. Raises `Unbindable`."""
    known = recipe.parameters["properties"]
    if reading.period and reading.concepts & NEWEST_ONLY:
        raise Unbindable(f"the period {reading.period.words!r}")
    values: dict[str, Any] = {**_symbols(reading, known), **_period(reading, known)}
    values |= {
        name: value
        for concept in sorted(reading.concepts)
        for name, value in CHOICES.get(concept, {}).items()
        if name in known
    }
    asked = {
        "short_window": reading.window_pair and reading.window_pair[0],
        "long_window": reading.window_pair and reading.window_pair[1],
        "weights": list(reading.weights) or None,
        "confidence": reading.confidence,
        "amount": reading.amount,
        "window": reading.window,
        "top": reading.count,
        "risk_free_rate": reading.risk_free,
        "order": reading.order if len(reading.symbols) > 1 else None,
    }
    for name, value in asked.items():
        if value is not None and name not in known:
            raise Unbindable(f"{name.replace('_', ' ')} {value}")
        if value is not None:
            values[name] = value
    for name, value in values.items():
        if not _is_within(value, known[name]):
            raise Unbindable(f"{name.replace('_', ' ')} {value}")
    return Binding(values, tuple(_assumptions(reading, known)))


def _is_within(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value keeps the limits of its parameter."""
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
    if not asked <= set(known) or (period.days is None and "months" not in known):
        raise Unbindable(f"the period {period.words!r}")
    return {
        name: value for name, value in given.items() if name in asked or (name == "days" and "days" in known)
    }


def _days(period: Period, is_every_day: bool) -> int | None:
    """Crypto currencies trade seven days a week."""
    if period.days and is_every_day and period.note == WEEK_NOTE:
        return period.days // TRADING_DAYS_PER_WEEK * 7
    return period.days


def _assumptions(reading: Reading, known: Mapping[str, Any]) -> list[str]:
    notes = [f"{m.words!r} was read as {', '.join(m.symbols)}" for m in reading.mentions if m.is_by_name]
    if reading.period and reading.period.note and not reading.is_about_crypto:
        notes.append(reading.period.note)
    kind = "days" if reading.is_about_crypto else "trading days"
    if reading.period is None and known.get("days", {}).get("default"):
        notes.append(f"no period was given, so the last {known['days']['default']} {kind} were taken")
    return notes
