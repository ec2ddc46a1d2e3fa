"""What is done with bars of any vendor, against pandas."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.financial.bars import choose_bars, resample_days, tabulate
from mcp_servers.problems import BadArgument
from schemas.market.prices import Bars, Timeframe

PERIODS: dict[Timeframe, str] = {"1Week": "W-SUN", "1Month": "M"}
PRICES = st.floats(1, 1000, allow_nan=False)


def make_days(days: list[date], **columns: Any) -> Bars:
    """Daily bars whose columns are counted up unless given."""
    count = len(days)
    counted = {
        name: [float(number) for number in range(1, count + 1)] for name in ("open", "close", "volume")
    }
    around = {"high": [float(number + 1) for number in range(count)], "low": [0.5] * count}
    return Bars(
        symbol="X",
        timeframe="1Day",
        timestamp=[day.isoformat() for day in days],
        **{**counted, **around, "vwap": counted["close"], "trade_count": counted["volume"], **columns},
    )


@st.composite
def some_days(draw: st.DrawFn) -> Bars:
    offsets = draw(st.lists(st.integers(0, 800), min_size=1, max_size=60, unique=True))
    days = [date(2020, 1, 1) + timedelta(days=offset) for offset in sorted(offsets)]
    columns = {
        name: draw(st.lists(PRICES, min_size=len(days), max_size=len(days)))
        for name in ("open", "high", "low", "close", "volume", "vwap")
    }
    return make_days(days, **columns)


@given(days=some_days(), timeframe=st.sampled_from(sorted(PERIODS)))
def test_weeks_and_months_are_those_of_pandas(days: Bars, timeframe: Timeframe) -> None:
    longer = resample_days(days, timeframe)
    frame = pd.DataFrame(days.model_dump(include={"open", "high", "low", "close", "volume", "vwap"}))
    frame["day"] = days.timestamp
    frame["worth"] = frame["vwap"] * frame["volume"]
    groups = frame.groupby(pd.DatetimeIndex(days.timestamp).to_period(PERIODS[timeframe]))
    assert longer.timestamp == groups["day"].last().tolist()
    assert longer.open == groups["open"].first().tolist()
    assert longer.high == groups["high"].max().tolist()
    assert longer.low == groups["low"].min().tolist()
    assert longer.close == groups["close"].last().tolist()
    assert longer.volume == pytest.approx(groups["volume"].sum().tolist())
    assert longer.vwap == pytest.approx((groups["worth"].sum() / groups["volume"].sum()).tolist())


def test_a_week_is_null_where_one_of_its_days_is() -> None:
    monday = date(2024, 1, 1)
    days = make_days(
        [monday, monday + timedelta(days=1)],
        open=[None, 2.0],
        high=[3.0, None],
        volume=[1.0, None],
        close=[1.0, None],
    )
    week = resample_days(days, "1Week")
    assert (week.open, week.high, week.low, week.close, week.volume) == (
        [None],
        [None],
        [0.5],
        [None],
        [None],
    )
    assert week.vwap == [None]


def test_days_without_trades_have_no_average() -> None:
    days = make_days([date(2024, 1, 1), date(2024, 1, 2)], volume=[0.0, 0.0])
    assert resample_days(days, "1Week").vwap == [None]
    assert resample_days(days, "1Week").volume == [0.0]


def test_the_turn_of_the_year_does_not_cut_a_week() -> None:
    days = make_days([date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 2)])
    assert resample_days(days, "1Week").timestamp == ["2025-01-02"]
    assert resample_days(days, "1Month").timestamp == ["2024-12-31", "2025-01-02"]


@given(days=some_days(), limit=st.integers(1, 80))
def test_the_last_bars_are_the_end_of_every_column(days: Bars, limit: int) -> None:
    chosen = choose_bars(days, limit, is_period=False)
    assert chosen.timestamp == days.timestamp[-limit:]
    assert chosen.vwap == (days.vwap or [])[-limit:]
    assert len(chosen.close) == len(chosen.volume) == min(limit, len(days.close))


def test_a_period_is_whole_or_refused() -> None:
    days = make_days([date(2024, 1, day) for day in (2, 3, 4)])
    assert choose_bars(days, 3, is_period=True) == days
    with pytest.raises(BadArgument, match="pass limit=3") as caught:
        choose_bars(days, 2, is_period=True)
    assert caught.value.wire.details == {"available": 3}
    with pytest.raises(BadArgument, match="more than 2 bars") as caught:
        choose_bars(days, 2, is_period=True, is_whole=False)
    assert caught.value.wire.details == {"available": None}


@given(first=some_days(), second=some_days())
def test_a_table_is_the_outer_join_of_its_symbols(first: Bars, second: Bars) -> None:
    table = tabulate({"A": first, "B": second}, "1Day")
    joined = pd.concat(
        {
            name: pd.Series(each.close, index=each.timestamp)
            for name, each in {"A": first, "B": second}.items()
        },
        axis=1,
    ).sort_index()
    assert table.symbols == ["A", "B"]
    assert table.timestamp == joined.index.tolist()
    for symbol in ("A", "B"):
        expected = [None if pd.isna(value) else value for value in joined[symbol]]
        assert table.close[symbol] == expected
