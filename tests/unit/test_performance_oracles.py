"""Every performance tool against pandas or a plain loop, on random walks, real closes and rough prices."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest

from mcp_servers.analytics.performance.tools import PERFORMANCE_TOOLS
from tests.market_series import PAIR_NAMES, Array, price_pairs

TOOLS: dict[str, Callable[..., Any]] = {tool.__name__: tool for tool in PERFORMANCE_TOOLS}
FIRST_DAY = date(2019, 11, 4)

Frame: TypeAlias = Any
"""A DataFrame by date of `price`, `open`, `r` and `b` (returns of both prices), the first returns NaN.

The stubs of pandas know less of it than these oracles use.
"""


def frame_of(pair: tuple[Array, Array]) -> Frame:
    days = [FIRST_DAY + timedelta(days=day) for day in range(len(pair[0]))]
    frame: Frame = pd.DataFrame({"price": pair[0], "other": pair[1]}, index=pd.DatetimeIndex(days))
    frame = frame.assign(r=frame.price.pct_change(), b=frame.other.pct_change())
    return frame.assign(open=frame.price.shift(fill_value=pair[0][0]) * (1 + frame.b.fillna(0) / 2))


def month_returns(f: Frame) -> Frame:
    return f.r.dropna().add(1).groupby(f.index[1:].to_period("M")).prod() - 1


def runs(f: Frame) -> list[tuple[float, int]]:
    """Sign and length of each run of returns of one sign."""
    signs = np.sign(f.r.dropna())
    return [(sign, len(list(group))) for sign, group in groupby(signs)]


def fall_depths(f: Frame) -> list[float]:
    """Of each time below the highest price so far, the lowest point, the deepest first."""
    below = f.price / f.price.cummax() - 1
    lows = [min(group) for under, group in groupby(below, key=lambda depth: depth < 0) if under]
    return sorted(lows)


def recovery_days(f: Frame) -> list[int | None]:
    """Of the falls in that order, the days from the lowest point until the price is back."""
    below = f.price / f.price.cummax() - 1
    found = []
    for under, group in groupby(range(len(f)), key=lambda day: below.iloc[day] < 0):
        days = list(group)
        low = min(days, key=lambda day: (below.iloc[day], day))
        if under:
            found.append((below.iloc[low], None if days[-1] + 1 == len(f) else days[-1] + 1 - low))
    return [days for _, days in sorted(found, key=lambda fall: fall[0])]


Oracle = Callable[[Frame], Any]
Read = Callable[[Any], Any]
CASES: list[tuple[str, dict[str, Any], Read, Oracle]] = [
    ("max_drawdown", {}, lambda a: a.max_drawdown, lambda f: (f.price / f.price.cummax() - 1).min()),
    ("drawdowns", {"top": 4}, lambda a: [row.depth for row in a.drawdowns], lambda f: fall_depths(f)[:4]),
    ("drawdowns", {}, lambda a: a.count, lambda f: len(fall_depths(f))),
    ("drawdowns", {}, lambda a: a.current_depth, lambda f: f.price.iloc[-1] / f.price.max() - 1),
    (
        "drawdowns",
        {"top": 4},
        lambda a: [row.days_to_recovery for row in a.drawdowns],
        lambda f: recovery_days(f)[:4],
    ),
    ("returns", {}, lambda a: a.values, lambda f: f.r.dropna().tolist()),
    ("returns", {"kind": "log"}, lambda a: a.values, lambda f: np.log1p(f.r.dropna()).tolist()),
    ("return_summary", {}, lambda a: a.total_return, lambda f: (1 + f.r).prod() - 1),
    (
        "return_summary",
        {},
        lambda a: math.log1p(a.annual_growth),
        lambda f: np.log1p(f.r).mean() * 252,
    ),
    (
        "return_summary",
        {},
        lambda a: [a.best.value, a.worst.value, a.mean],
        lambda f: [f.r.max(), f.r.min(), f.r.mean()],
    ),
    (
        "return_summary",
        {},
        lambda a: {row.period: row.value for row in a.by_month},
        lambda f: {str(month): value for month, value in month_returns(f).items()},
    ),
    (
        "return_summary",
        {},
        lambda a: {row.period: row.value for row in a.by_year},
        lambda f: {str(y): v for y, v in ((1 + f.r[1:]).groupby(f.index[1:].year).prod() - 1).items()},
    ),
    ("hit_rate", {}, lambda a: a.hit_rate, lambda f: (f.r[1:] > 0).mean()),
    (
        "hit_rate",
        {},
        lambda a: [a.average_gain, a.average_loss],
        lambda f: [f.r[f.r > 0].mean(), f.r[f.r < 0].mean()],
    ),
    ("hit_rate", {}, lambda a: a.payoff_ratio, lambda f: -f.r[f.r > 0].mean() / f.r[f.r < 0].mean()),
    ("hit_rate", {}, lambda a: a.profit_factor, lambda f: -f.r[f.r > 0].sum() / f.r[f.r < 0].sum()),
    (
        "streaks",
        {},
        lambda a: [a.longest_gains.length, a.longest_losses.length],
        lambda f: [max(length for sign, length in runs(f) if sign == side) for side in (1, -1)],
    ),
    (
        "streaks",
        {},
        lambda a: [a.average_length_gains, a.average_length_losses],
        lambda f: [np.mean([length for sign, length in runs(f) if sign == side]) for side in (1, -1)],
    ),
    (
        "gaps",
        {},
        lambda a: a.values,
        lambda f: (f.open / f.price.shift() - 1).dropna().tolist(),
    ),
    (
        "gaps",
        {"threshold": 0.02},
        lambda a: [a.up.count, a.down.count],
        lambda f: [
            int((f.open / f.price.shift() > 1.02).sum()),
            int((f.open / f.price.shift() < 0.98).sum()),
        ],
    ),
    (
        "gaps",
        {},
        lambda a: a.up.session_mean,
        lambda f: (f.price / f.open - 1)[f.open > f.price.shift()].mean(),
    ),
    (
        "seasonality",
        {"by": "weekday"},
        lambda a: {row.number: row.mean for row in a.seasons},
        lambda f: {day + 1: mean for day, mean in f.r[1:].groupby(f.index[1:].day_of_week).mean().items()},
    ),
    (
        "seasonality",
        {"by": "month"},
        lambda a: {row.name: row.median for row in a.seasons},
        lambda f: month_returns(f).groupby(month_returns(f).index.strftime("%B")).median().to_dict(),
    ),
    (
        "conditional_returns",
        {},
        lambda a: [a.when.mean, a.otherwise.mean, a.when.hit_rate],
        lambda f: [f.r[f.b < 0].mean(), f.r[f.b >= 0].mean(), (f.r[f.b < 0] > 0).mean()],
    ),
    (
        "conditional_returns",
        {"lag": 2, "direction": "above", "threshold": 0.001},
        lambda a: [a.when.mean, a.when.deviation, a.when.count],
        lambda f: [
            f.r[f.b.shift(2) > 0.001].mean(),
            f.r[f.b.shift(2) > 0.001].std(),
            (f.b.shift(2) > 0.001).sum(),
        ],
    ),
    (
        "autocorrelation",
        {"lags": 3},
        lambda a: a.values,
        lambda f: [
            ((f.r - f.r.mean()) * (f.r - f.r.mean()).shift(lag)).sum() / ((f.r - f.r.mean()) ** 2).sum()
            for lag in (1, 2, 3)
        ],
    ),
    (
        "return_distribution",
        {"percents": [0, 2.5, 50, 100]},
        lambda a: [row.value for row in a.percentiles],
        lambda f: f.r.quantile([0, 0.025, 0.5, 1]).tolist(),
    ),
    (
        "return_distribution",
        {},
        lambda a: [a.mean, a.deviation, a.skewness, a.excess_kurtosis],
        lambda f: [f.r.mean(), f.r.std(), f.r.skew(), f.r.kurt()],
    ),
]


def test_every_performance_tool_has_an_oracle() -> None:
    assert {f"calculate_{name}" for name, *_ in CASES} == set(TOOLS)


@pytest.mark.parametrize("pair", PAIR_NAMES)
@pytest.mark.parametrize(
    ("name", "options", "read", "oracle"), CASES, ids=[f"{name}{options}" for name, options, *_ in CASES]
)
def test_a_performance_tool_agrees_with_its_oracle(
    name: str, options: dict[str, Any], read: Read, oracle: Oracle, pair: str
) -> None:
    frame = frame_of(price_pairs()[pair])
    figure, expected = read(call(name, frame, options)), oracle(frame)
    if isinstance(expected, list) and None in expected:
        assert figure == expected
    else:
        assert figure == pytest.approx(expected, rel=1e-9, abs=1e-9)


def call(name: str, frame: Frame, options: dict[str, Any]) -> Any:
    """The tool with what it takes of these, by date; opens are the other prices."""
    given = {
        "prices": frame.price,
        "closes": frame.price,
        "opens": frame.open,
        "returns": frame.r.dropna(),
        "condition": frame.b.dropna(),
    }
    tool = TOOLS[f"calculate_{name}"]
    arguments = {
        key: {day.date(): value for day, value in column.items()}
        for key, column in given.items()
        if key in tool.__annotations__
    }
    return tool(**arguments, **options)
