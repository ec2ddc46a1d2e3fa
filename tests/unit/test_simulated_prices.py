"""The simulated market's prices: the same for everybody, and consistent from the minute to the month."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.financial.vendors.kinds import CRYPTO_BARS, SPLITS, STOCK_BARS
from mcp_servers.financial.vendors.requests import BarsRequest, SplitsRequest
from mcp_servers.financial.vendors.simulated.draws import SHOCKS, TABLE_DECIMALS, draw_words
from mcp_servers.financial.vendors.simulated.market import CHUNKS_KEPT, SimulatedMarket
from mcp_servers.financial.vendors.simulated.moment import SimulatedView
from mcp_servers.financial.vendors.simulated.vendor import SimulatedVendor
from mcp_servers.financial.vendors.vendor import answer
from mcp_servers.problems import BadArgument, NoData
from schemas.market.prices import Bars, Timeframe
from tests.doubles.simulated import CLOSED, OPEN, ask, bars_of, market

SERIES: list[tuple[str, Timeframe]] = [
    ("AAPL", "1Day"),
    ("XLE", "1Hour"),
    ("BTC/USD", "1Day"),
    ("ETH/USD", "5Min"),
    ("KO", "1Min"),
]
GOLDEN = "15ed8834b5608923a6bf4f623711d2b9db7a05db431f7e4e6178db91b09e9dc3"
"""Of SERIES, 500 bars each at OPEN. It changes when the model or its tables do, and never otherwise."""
COLUMNS = ("open", "high", "low", "close", "volume")
INTRADAY: list[Timeframe] = ["5Min", "15Min", "30Min", "1Hour", "4Hour"]


async def digest(order: Sequence[tuple[str, Timeframe]], whole: SimulatedMarket) -> str:
    """One digest of SERIES, asked for in `order`."""
    vendor = SimulatedVendor(SimulatedView(whole, lambda: OPEN))
    found = {}
    for symbol, timeframe in order:
        kind = CRYPTO_BARS if "/" in symbol else STOCK_BARS
        request = BarsRequest([symbol], timeframe, 500, adjustment="raw")
        found[symbol] = (await answer(vendor.fetchers[kind.name], request)).data.bars[symbol]
    text = "".join(found[symbol].model_dump_json() for symbol, _ in SERIES)
    return hashlib.sha256(text.encode()).hexdigest()


async def test_golden_digest() -> None:
    assert await digest(SERIES, market()) == GOLDEN


@pytest.mark.parametrize("order", [[4, 2, 0, 3, 1], [1, 3, 4, 0, 2]])
async def test_the_order_of_questions_does_not_matter(order: list[int]) -> None:
    fresh = SimulatedMarket(1)
    fresh.at(OPEN).intraday("TSLA", range(2000, 2010), 60, OPEN)
    assert await digest([SERIES[place] for place in order], fresh) == GOLDEN


def test_another_process_with_another_hash_seed_has_the_same_market() -> None:
    code = (
        "import asyncio; from tests.unit.test_simulated_prices import SERIES, digest, market;"
        "print(asyncio.run(digest(SERIES[::-1], market())))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(Path.cwd())}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert run.stdout.strip() == GOLDEN


async def test_another_seed_is_another_market() -> None:
    other = SimulatedVendor(SimulatedView(SimulatedMarket(2), lambda: CLOSED))
    theirs = await answer(other.fetchers[STOCK_BARS.name], BarsRequest(["AAPL"], "1Day", 5))
    assert theirs.data.bars["AAPL"].close != (await bars_of("AAPL", "1Day", 5)).close
    assert theirs.metadata.feed == "seed 2"


def test_no_table_entry_is_near_enough_to_a_tie_for_machines_to_differ() -> None:
    for exact in SHOCKS.unrounded.values():
        scaled = np.abs(exact) * 10**TABLE_DECIMALS
        assert np.abs(scaled - np.floor(scaled) - 0.5).min() > 1e-8
        assert abs(float(np.mean(SHOCKS.normal))) < 1e-6


@given(first=st.integers(0, 3000), count=st.integers(1, 300))
def test_a_draw_depends_on_its_place_only(first: int, count: int) -> None:
    whole = draw_words(7, "stream", 0, first + count)
    assert draw_words(7, "stream", first, count).tolist() == whole[first:].tolist()
    assert draw_words(7, "other", first, count).tolist() != whole[first:].tolist()


@pytest.mark.parametrize("symbol", ["AAPL", "QQQ", "SOL/USD"])
@pytest.mark.parametrize("earlier", [date(2015, 7, 1), date(2025, 12, 31), date(2026, 1, 2)])
async def test_days_that_are_over_never_change(symbol: str, earlier: date) -> None:
    then = datetime.combine(earlier, CLOSED.time(), UTC)
    before = await bars_of(symbol, "1Day", now=then, end=earlier - timedelta(days=1))
    after = await bars_of(symbol, "1Day", now=CLOSED, end=earlier - timedelta(days=1))
    assert before == after


@settings(max_examples=15, deadline=None)
@given(minutes=st.integers(1, 389), more=st.integers(1, 389))
async def test_the_day_that_is_on_only_grows(minutes: int, more: int) -> None:
    opened = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
    first, second = (opened + timedelta(minutes=count) for count in (minutes, minutes + more))
    earlier = await bars_of("MSFT", "1Min", now=first, start=date(2026, 11, 25))
    later = await bars_of("MSFT", "1Min", now=second, start=date(2026, 11, 25))
    assert len(earlier.timestamp) == minutes
    assert later.close[:minutes] == earlier.close
    assert later.volume[:minutes] == earlier.volume


async def test_a_question_for_few_bars_gets_the_end_of_many() -> None:
    many, few = await bars_of("NVDA", "15Min", 900), await bars_of("NVDA", "15Min", 7)
    assert (few.timestamp, few.close) == (many.timestamp[-7:], many.close[-7:])


def aggregate(bars: Bars, keys: list[str]) -> dict[str, list[float]]:
    """By key: open, high, low, close, volume. A plain loop as the oracle."""
    merged: dict[str, list[float]] = {}
    rows = zip(keys, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)
    for key, opened, high, low, close, volume in rows:
        assert None not in (opened, high, low, close, volume)
        bar = merged.setdefault(key, [opened, high, low, close, 0.0])
        bar[1:] = [max(bar[1], high), min(bar[2], low), close, bar[4] + volume]
    return merged


def rows_of(bars: Bars) -> dict[str, list[float | None]]:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    return {stamp: list(row) for stamp, *row in zip(bars.timestamp, *columns, strict=True)}


@pytest.mark.parametrize("now", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("adjustment", ["raw", "all"])
@pytest.mark.parametrize("symbol", ["AAPL", "GLD", "AMC", "BTC/USD"])
async def test_minutes_add_up_to_days(symbol: str, adjustment: str, now: datetime) -> None:
    period: dict[str, Any] = {
        "start": date(2026, 11, 23),
        "end": date(2026, 11, 25),
        "adjustment": adjustment,
    }
    minutes = await bars_of(symbol, "1Min", now=now, **period)
    days = await bars_of(symbol, "1Day", now=now, **period)
    assert aggregate(minutes, [stamp[:10] for stamp in minutes.timestamp]) == rows_of(days)


@pytest.mark.parametrize("timeframe", INTRADAY)
@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2025, 11, 28), date(2026, 7, 1)])
async def test_five_minutes_add_up_to_longer_bars(timeframe: Timeframe, day: date) -> None:
    minutes = await bars_of("JPM", "1Min", start=day, end=day)
    longer = await bars_of("JPM", timeframe, start=day, end=day)
    starts = [max(each for each in longer.timestamp if each <= stamp) for stamp in minutes.timestamp]
    assert aggregate(minutes, starts) == rows_of(longer)
    lengths = {"5Min": 5, "15Min": 15, "30Min": 30, "1Hour": 60}
    whole_hours = {int(stamp[14:16]) % lengths.get(timeframe, 60) for stamp in longer.timestamp}
    assert whole_hours == {0}


async def test_a_bar_begins_on_the_exchange_s_whole_hours_and_half_days_end_at_one() -> None:
    half_day = await bars_of("SPY", "1Min", start=date(2025, 11, 28), end=date(2025, 11, 28))
    assert (half_day.timestamp[0], half_day.timestamp[-1]) == ("2025-11-28T14:30:00Z", "2025-11-28T17:59:00Z")
    summer = await bars_of("SPY", "4Hour", start=date(2026, 7, 1), end=date(2026, 7, 1))
    assert summer.timestamp == ["2026-07-01T12:00:00Z", "2026-07-01T16:00:00Z"]


@pytest.mark.parametrize("timeframe", ["1Week", "1Month"])
async def test_days_add_up_to_weeks_and_months(timeframe: Timeframe) -> None:
    days = await bars_of("XLU", "1Day", 400)
    longer = await bars_of("XLU", timeframe, 12)
    inside = [stamp for stamp in days.timestamp if stamp > longer.timestamp[0]]
    ends = [min(end for end in longer.timestamp if end >= stamp) for stamp in inside]
    kept = days.model_copy(update={name: getattr(days, name)[-len(inside) :] for name in COLUMNS})
    expected = aggregate(kept, ends)
    assert expected == {stamp: row for stamp, row in rows_of(longer).items() if stamp in expected}
    assert len(expected) == 11


@pytest.mark.parametrize("listing", market().universe.listings.values(), ids=lambda each: each.symbol)
def test_every_bar_is_possible(listing: Any) -> None:
    history = market().at(CLOSED).history(listing.symbol)
    bars = history.bars
    assert (bars.low >= 1).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.volume >= 1).all()
    assert bars.close[history.anchor] / history.tick == pytest.approx(listing.price, rel=1e-4)


async def test_there_are_twenty_years_of_days_on_the_exchange_s_calendar() -> None:
    days = (await bars_of("AAPL", "1Day")).timestamp
    assert days[0] == "2006-01-03"
    assert {"2012-10-29", "2018-12-05", "2025-01-09", "2024-12-25", "2026-11-26"}.isdisjoint(days)
    assert {"2024-12-24", "2026-11-25"} <= set(days)


async def test_a_split_moves_raw_prices_and_no_others() -> None:
    splits = (await ask(SPLITS, SplitsRequest("NVDA"))).data
    day, ratio = date.fromisoformat(splits.date[-1]), splits.ratio[-1]
    period: dict[str, Any] = {"start": day - timedelta(days=7), "end": day}
    raw, adjusted = [await bars_of("NVDA", "1Day", adjustment=each, **period) for each in ("raw", "split")]
    raw_change, change = (bars.close[-1] / bars.close[-2] for bars in (raw, adjusted))  # type: ignore[operator]
    assert change == pytest.approx(raw_change * ratio, rel=1e-4)
    assert 0.8 < change < 1.25
    assert adjusted.volume[-2] == raw.volume[-2] * ratio


@pytest.mark.parametrize("symbol", ["KO", "SPY", "TLT"])
async def test_adjusted_returns_are_those_with_dividends(symbol: str) -> None:
    history = market().at(CLOSED).history(symbol)
    place = int(np.flatnonzero(history.dividends[: history.anchor])[-1])
    day = market().at(CLOSED).us.date_at(place)
    period: dict[str, Any] = {"start": day - timedelta(days=6), "end": day}
    raw, adjusted = [await bars_of(symbol, "1Day", adjustment=each, **period) for each in ("raw", "dividend")]
    before, after = raw.close[-2:]
    kept = 1 - history.dividends[place] / before
    expected = after / before / kept  # type: ignore[operator]
    assert adjusted.close[-1] / adjusted.close[-2] == pytest.approx(expected, rel=1e-5)  # type: ignore[operator]


async def test_a_period_with_too_many_minutes_is_refused_before_they_are_made() -> None:
    with pytest.raises(BadArgument) as caught:
        await bars_of("AAPL", "1Min", 100, start=date(2010, 1, 1))
    available = caught.value.wire.details["available"]
    sessions = market().at(CLOSED).us
    inside = slice(sessions.place_of(date(2010, 1, 1)), sessions.place_of(date(2026, 11, 26)))
    assert available == int((sessions.closes - sessions.opens)[inside].sum())


async def test_before_the_first_minute_of_a_day_it_has_no_bar() -> None:
    before_open = datetime(2026, 11, 25, 14, 30, 59, tzinfo=UTC)
    assert (await bars_of("AAPL", "1Day", 1, now=before_open)).timestamp == ["2026-11-24"]
    with pytest.raises(NoData):
        await bars_of("AAPL", "1Min", now=before_open, start=date(2026, 11, 25))


async def test_the_store_of_minutes_is_bounded() -> None:
    years = SimulatedMarket(1).at(CLOSED)
    years.intraday("AAPL", range(len(years.us.days)), 240, CLOSED)
    info = years._chunk.cache_info()
    assert info.misses > CHUNKS_KEPT >= info.currsize
