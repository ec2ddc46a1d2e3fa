"""What Alpaca's adapter makes of the wire format, number by number."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest

from mcp_servers.financial.hours import NEW_YORK, market_state
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors import requests as ask
from mcp_servers.financial.vendors.alpaca.snapshots import make_snapshot
from mcp_servers.financial.vendors.alpaca.vendor import AlpacaVendor
from mcp_servers.financial.vendors.failures import NotInPlan, NotOffered
from mcp_servers.financial.vendors.kinds import Kind
from mcp_servers.financial.vendors.vendor import answer
from mcp_servers.problems import BadArgument, NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.small_market import LISTED_SINCE, SPLIT_DAY, days_of, minutes_of
from tests.doubles.vendors.stand_in import Fault

Data = TypeVar("Data")
DAYS = ask.BarsRequest(["AAPL"], "1Day", 20)


@pytest.fixture
async def alpaca(stand_ins: StandIns) -> AsyncIterator[AlpacaVendor]:
    vendor = stand_ins.open_alpaca()
    yield vendor
    await vendor.close()


async def put(vendor: AlpacaVendor, kind: Kind[Any, Data], request: Any) -> Envelope[Data]:
    """The answer to `request`, which is one of `kind`."""
    fetcher = kind.of(vendor)
    assert fetcher is not None
    return await answer(fetcher, request)


async def bars(vendor: AlpacaVendor, request: ask.BarsRequest) -> dict[str, Bars]:
    """Bars by symbol."""
    return (await put(vendor, kinds.STOCK_BARS, request)).data.bars


@pytest.mark.parametrize("points", [1, 7, 10_000])
async def test_pages_of_any_size_are_put_together(
    alpaca: AlpacaVendor, stand_ins: StandIns, points: int
) -> None:
    stand_ins.alpaca_app.points_per_page_max = points
    period = replace(DAYS, symbols=["XOM", "AAPL"], start=date(2023, 12, 11), end=date(2023, 12, 22))
    found = await bars(alpaca, period)
    for symbol in ("XOM", "AAPL"):
        expected = [bar for bar in days_of(symbol) if date(2023, 12, 11) <= bar.day <= date(2023, 12, 22)]
        assert found[symbol].close == [bar.close for bar in expected]
        assert found[symbol].timestamp == [str(bar.day) for bar in expected]
    assert len(stand_ins.alpaca.seen) == -(-20 // points)


async def test_paging_stops_when_the_limit_is_passed(alpaca: AlpacaVendor, stand_ins: StandIns) -> None:
    stand_ins.alpaca_app.points_per_page_max = 10
    with pytest.raises(BadArgument, match="more than 5 bars") as caught:
        await bars(alpaca, replace(DAYS, limit=5, start=date(2020, 1, 1)))
    assert caught.value.wire.details == {"available": None}
    assert len(stand_ins.alpaca.seen) == 1


async def test_a_symbol_listed_lately_has_fewer_bars_and_is_asked_for_once_more(
    alpaca: AlpacaVendor, stand_ins: StandIns
) -> None:
    found = await bars(alpaca, replace(DAYS, symbols=["AAPL", "NEWCO"], limit=15))
    assert len(found["AAPL"].close) == 15
    assert found["NEWCO"].timestamp[0] == str(LISTED_SINCE["NEWCO"])
    assert len(found["NEWCO"].close) == 12
    assert [seen.query["symbols"] for seen in stand_ins.alpaca.seen] == ["AAPL,NEWCO", "NEWCO"]


async def test_prices_are_adjusted_as_asked_for(alpaca: AlpacaVendor) -> None:
    around = replace(DAYS, start=SPLIT_DAY.replace(day=3), end=SPLIT_DAY)
    adjusted, raw = [
        (await bars(alpaca, replace(around, adjustment=adjustment)))["AAPL"] for adjustment in ("all", "raw")
    ]
    assert [raw.close[0], raw.close[1]] == [4 * (adjusted.close[0] or 0), adjusted.close[1]]


async def test_minutes_are_in_utc_and_days_where_the_market_is(alpaca: AlpacaVendor) -> None:
    minutes = (await bars(alpaca, replace(DAYS, timeframe="5Min", limit=3)))["AAPL"]
    expected = minutes_of("AAPL", 5)[-3:]
    assert minutes.timestamp == [bar.at.strftime("%Y-%m-%dT%H:%M:%SZ") for bar in expected]
    assert minutes.volume == [bar.volume for bar in expected]
    assert minutes.vwap is not None
    crypto = await put(alpaca, kinds.CRYPTO_BARS, ask.BarsRequest(["BTC/USD"], "1Day", 1))
    assert crypto.data.bars["BTC/USD"].timestamp == ["2024-01-02"]
    assert (crypto.metadata.market_state, crypto.metadata.adjustment) == ("open", None)


async def test_the_label_names_feed_adjustment_and_state(alpaca: AlpacaVendor) -> None:
    metadata = (await put(alpaca, kinds.STOCK_BARS, replace(DAYS, feed="delayed_sip"))).metadata
    assert (metadata.source, metadata.feed, metadata.adjustment) == ("alpaca", "delayed_sip", "all")
    assert (metadata.as_of, metadata.market_state, metadata.simulated) == (date(2024, 1, 2), "open", False)


async def test_the_configured_feed_is_asked_for(alpaca: AlpacaVendor, stand_ins: StandIns) -> None:
    await bars(alpaca, DAYS)
    assert stand_ins.alpaca.seen[0].query["feed"] == "iex"


async def test_a_feed_outside_the_plan_is_told_with_the_vendors_reason(alpaca: AlpacaVendor) -> None:
    with pytest.raises(NotInPlan, match="subscription does not permit"):
        await bars(alpaca, replace(DAYS, feed="sip"))


async def test_a_listed_symbol_without_bars_is_not_unknown(alpaca: AlpacaVendor) -> None:
    with pytest.raises(NoData, match="none at all on this feed"):
        await bars(alpaca, replace(DAYS, symbols=["QUIET"]))


async def test_the_list_of_assets_is_asked_for_once(alpaca: AlpacaVendor, stand_ins: StandIns) -> None:
    for _ in range(3):
        await put(alpaca, kinds.ASSETS, ask.AssetsRequest("apple", 5, "stock"))
    assert [seen.path for seen in stand_ins.alpaca.seen] == ["/v2/assets"]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [("aapl", ["AAPL"]), ("EXX", ["XOM"]), ("class b", ["BRK.B"]), ("company", ["NEWCO"]), ("zzz", [])],
)
async def test_assets_are_found_by_ticker_and_name(
    alpaca: AlpacaVendor, text: str, symbols: list[str]
) -> None:
    assets = (await put(alpaca, kinds.ASSETS, ask.AssetsRequest(text, 5))).data.assets
    assert [asset.symbol for asset in assets] == symbols


async def test_funds_cannot_be_told_from_stocks(alpaca: AlpacaVendor) -> None:
    with pytest.raises(NotOffered, match="search for crypto or stock"):
        await put(alpaca, kinds.ASSETS, ask.AssetsRequest("spy", 5, "etf"))


async def test_money_in_strings_becomes_numbers(alpaca: AlpacaVendor) -> None:
    account = await put(alpaca, kinds.ACCOUNT, ask.AccountRequest())
    assert (account.data.cash, account.data.equity, account.data.multiplier) == (-23140.2, 103820.56, 4.0)
    assert "010203ABCD" not in account.model_dump_json()
    positions = (await put(alpaca, kinds.POSITIONS, ask.PositionsRequest())).data.positions
    assert [(each.symbol, each.side, each.quantity) for each in positions] == [
        ("AAPL", "long", 5.0),
        ("MSFT", "short", -2.0),
    ]
    assert positions[0].unrealized_gain_fraction == 0.2


@pytest.mark.parametrize(
    ("status", "statuses"), [("all", ["accepted", "filled"]), ("open", ["accepted"]), ("closed", ["filled"])]
)
async def test_orders_of_each_status(alpaca: AlpacaVendor, status: Any, statuses: list[str]) -> None:
    orders = (await put(alpaca, kinds.ORDERS, ask.OrdersRequest(10, status))).data.orders
    assert [order.status for order in orders] == statuses


async def test_portfolio_history_is_dated_in_new_york_and_its_gains_are_of_the_base(
    alpaca: AlpacaVendor,
) -> None:
    request = ask.PortfolioHistoryRequest("1M", "1D")
    history = (await put(alpaca, kinds.PORTFOLIO_HISTORY, request)).data
    assert history.timestamp == ["2023-12-28", "2023-12-29", "2024-01-02"]
    assert history.gain_fraction == [0.0, 0.01, -0.005]


async def test_a_short_trading_day_closes_early(alpaca: AlpacaVendor) -> None:
    calendar = (
        await put(alpaca, kinds.CALENDAR, ask.CalendarRequest(date(2023, 7, 3), date(2023, 7, 5)))
    ).data
    assert calendar.day == ["2023-07-03", "2023-07-05"]
    assert calendar.closes_at == ["2023-07-03T17:00:00Z", "2023-07-05T20:00:00Z"]


async def test_prices_of_the_screen_are_those_of_snapshots_where_there_are_any(alpaca: AlpacaVendor) -> None:
    rows = (await put(alpaca, kinds.MOST_ACTIVES, ask.MostActivesRequest(3))).data.rows
    assert [row.symbol for row in rows] == ["MSFT", "AAPL", "QUIET"]
    assert rows[0].price == days_of("MSFT")[-1].close
    assert (rows[2].price, rows[2].change_fraction, rows[2].volume) == (None, None, 8_998_000)


async def test_movers_change_by_fractions(alpaca: AlpacaVendor) -> None:
    movers = (await put(alpaca, kinds.MOVERS, ask.MoversRequest(5))).data
    assert (movers.gainers[0].change_fraction, movers.losers[0].change_fraction) == (0.025, -0.0125)


async def test_news_over_several_pages_end_at_the_limit(alpaca: AlpacaVendor, stand_ins: StandIns) -> None:
    stand_ins.alpaca_app.points_per_page_max = 3
    articles = (await put(alpaca, kinds.NEWS, ask.NewsRequest(["BTC/USD"], 7))).data.articles
    assert len(articles) == 7
    assert articles[0].headline == "Apple & others, part 19"
    assert len(stand_ins.alpaca.seen) == 3


def test_before_the_first_bar_of_a_day_the_last_close_is_yesterdays() -> None:
    item = {
        "latestTrade": {"t": "2024-01-03T13:00:00Z", "p": 110.0},
        "dailyBar": {"t": "2024-01-02T05:00:00Z", "o": 1.0, "h": 1.0, "l": 1.0, "c": 100.0, "v": 9.0},
        "prevDailyBar": {"t": "2023-12-29T05:00:00Z", "c": 50.0},
    }
    snapshot = make_snapshot("X", item, NEW_YORK)
    assert (snapshot.price, snapshot.previous_close, snapshot.change) == (110.0, 100.0, 10.0)
    assert snapshot.change_fraction == pytest.approx(0.1)
    assert (snapshot.open, snapshot.volume, snapshot.bid) == (None, None, None)


async def test_parts_of_a_snapshot_may_be_missing(alpaca: AlpacaVendor, stand_ins: StandIns) -> None:
    body = b'{"AAPL":{"latestTrade":null,"latestQuote":null,"dailyBar":{"t":"2024-01-02T05:00:00Z","c":5.0}}}'
    stand_ins.alpaca.faults.append(Fault(body=body))
    (snapshot,) = (await put(alpaca, kinds.STOCK_SNAPSHOTS, ask.SnapshotsRequest(["AAPL"]))).data.snapshots
    assert (snapshot.price, snapshot.previous_close, snapshot.change) == (5.0, None, None)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (datetime(2024, 1, 2, 14, 29, 59, tzinfo=UTC), "closed"),
        (datetime(2024, 1, 2, 14, 30, tzinfo=UTC), "open"),
        (datetime(2024, 1, 2, 21, 0, tzinfo=UTC), "closed"),
        (datetime(2023, 7, 3, 17, 30, tzinfo=UTC), "closed"),
        (datetime(2023, 12, 25, 16, 0, tzinfo=UTC), "closed"),
        (datetime(2023, 7, 5, 13, 30, tzinfo=UTC), "open"),
        (datetime(1999, 1, 1, tzinfo=UTC), "unknown"),
    ],
)
def test_the_market_is_open_in_regular_sessions(moment: datetime, state: str) -> None:
    assert market_state(moment) == state
