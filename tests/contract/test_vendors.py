"""What every vendor must do, whichever kinds of data it has. A new vendor is one more line in `VENDORS`."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors import requests as ask
from mcp_servers.financial.vendors.files.vendor import open_files
from mcp_servers.financial.vendors.kinds import ALL_KINDS, Kind
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.simulated.vendor import open_simulated
from mcp_servers.financial.vendors.vendor import AnyFetcher, Vendor, answer
from mcp_servers.problems import BadArgument, NoData, UnknownSymbol
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars, Timeframe
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.small_market import NOW

BAR_FILES = Path(__file__).parents[1] / "doubles" / "bar_files"

VENDORS: dict[str, Callable[[StandIns], Vendor]] = {
    "sample": lambda _: load_sample(),
    "alpaca": lambda stand_ins: stand_ins.open_alpaca(),
    "eodhd": lambda stand_ins: stand_ins.open_eodhd(),
    "files": lambda _: open_files(BAR_FILES, lambda: NOW),
    "simulated": lambda _: open_simulated(lambda: NOW),
}
LACKING = {
    "sample": "account assets calendar clock constituents crypto_bars crypto_snapshots dividends earnings "
    "fundamentals movers news orders portfolio_history positions splits watchlists",
    "alpaca": "constituents dividends earnings fundamentals splits",
    "eodhd": "account calendar clock most_actives movers orders portfolio_history positions watchlists",
    "files": "account assets calendar clock constituents dividends earnings fundamentals most_actives movers "
    "news orders portfolio_history positions splits watchlists",
    "simulated": "",
}
"""The kinds that each vendor has not: those tests are skipped for it, and no others."""
TIMEFRAMES: tuple[Timeframe, ...] = ("1Day", "1Week", "1Month")
ORDINARY: dict[Kind[Any, Any], Any] = {
    kinds.STOCK_BARS: ask.BarsRequest(["AAPL"], "1Day", 5),
    kinds.STOCK_SNAPSHOTS: ask.SnapshotsRequest(["AAPL"]),
    kinds.CRYPTO_BARS: ask.BarsRequest(["BTC/USD"], "1Day", 5),
    kinds.CRYPTO_SNAPSHOTS: ask.SnapshotsRequest(["BTC/USD"]),
    kinds.NEWS: ask.NewsRequest(["AAPL"], 3),
    kinds.MOST_ACTIVES: ask.MostActivesRequest(3),
    kinds.MOVERS: ask.MoversRequest(3),
    kinds.CLOCK: ask.ClockRequest(),
    kinds.CALENDAR: ask.CalendarRequest(date(2023, 7, 1), date(2023, 7, 7)),
    kinds.ASSETS: ask.AssetsRequest("apple", 3),
    kinds.CONSTITUENTS: ask.ConstituentsRequest("SPY"),
    kinds.ACCOUNT: ask.AccountRequest(),
    kinds.POSITIONS: ask.PositionsRequest(),
    kinds.ORDERS: ask.OrdersRequest(10),
    kinds.PORTFOLIO_HISTORY: ask.PortfolioHistoryRequest("1M", "1D"),
    kinds.WATCHLISTS: ask.WatchlistsRequest(),
    kinds.FUNDAMENTALS: ask.FundamentalsRequest("AAPL"),
    kinds.DIVIDENDS: ask.DividendsRequest("AAPL"),
    kinds.SPLITS: ask.SplitsRequest("AAPL"),
    kinds.EARNINGS: ask.EarningsRequest(["AAPL"], date(2023, 10, 1), date(2024, 3, 1)),
}


@pytest.fixture(params=list(VENDORS))
async def vendor(request: pytest.FixtureRequest, stand_ins: StandIns) -> AsyncIterator[Vendor]:
    opened = VENDORS[request.param](stand_ins)
    yield opened
    await opened.close()


def has(vendor: Vendor, kind: Kind[Any, Any]) -> AnyFetcher:
    """How `vendor` answers `kind`; the test is not for it when it has no such data."""
    fetcher = kind.of(vendor)
    if fetcher is None:
        pytest.skip(f"{vendor.name} has no {kind.name}")
    return fetcher


async def bars(vendor: Vendor, symbol: str = "AAPL", **differences: Any) -> Bars:
    """Thirty daily bars, or what differs from that."""
    wanted: dict[str, Any] = {"timeframe": "1Day", "limit": 30, **differences}
    envelope = await answer(has(vendor, kinds.STOCK_BARS), ask.BarsRequest([symbol], **wanted))
    found: Bars = envelope.data.bars[symbol]
    return found


def test_there_is_an_ordinary_request_of_every_kind() -> None:
    assert set(ORDINARY) == set(ALL_KINDS)
    assert all(isinstance(request, kind.request) for kind, request in ORDINARY.items())


async def test_it_has_every_kind_but_those_it_is_known_to_lack(vendor: Vendor) -> None:
    known = {kind.name for kind in ALL_KINDS}
    assert vendor.fetchers.keys() <= known
    assert known - vendor.fetchers.keys() == set(LACKING[vendor.name].split())


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
async def test_every_kind_is_answered_in_neutral_form_and_labelled(
    vendor: Vendor, kind: Kind[Any, Any]
) -> None:
    envelope: Envelope[Any] = await answer(has(vendor, kind), ORDINARY[kind])
    assert isinstance(envelope.data, kind.data)
    assert envelope.metadata.source == vendor.name
    assert envelope.metadata.endpoint
    assert envelope.metadata.as_of is not None
    assert envelope.metadata.fallback_from == []


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
async def test_the_middle_step_is_still_as_the_vendor_sent_it(vendor: Vendor, kind: Kind[Any, Any]) -> None:
    fetcher = has(vendor, kind)
    assert not isinstance(await fetcher.fetch(fetcher.make_query(ORDINARY[kind])), BaseModel)


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
async def test_bars_are_columns_of_one_length_oldest_first(vendor: Vendor, timeframe: Timeframe) -> None:
    found = await bars(vendor, timeframe=timeframe)
    columns = (found.timestamp, found.open, found.high, found.low, found.close, found.volume)
    assert {len(column) for column in columns} == {30}
    assert found.timestamp == sorted(set(found.timestamp))
    assert all(close is not None and close > 0 for close in found.close)
    assert (found.symbol, found.timeframe) == ("AAPL", timeframe)


@pytest.mark.parametrize("timeframe", ["1Week", "1Month"])
async def test_longer_bars_close_as_their_last_day_does(vendor: Vendor, timeframe: Timeframe) -> None:
    days = await bars(vendor, limit=150)
    by_day = dict(zip(days.timestamp, days.close, strict=True))
    longer = await bars(vendor, timeframe=timeframe, limit=5)
    assert longer.close == [by_day[day] for day in longer.timestamp]


@pytest.mark.parametrize("kind", [kinds.STOCK_BARS, kinds.CRYPTO_BARS], ids=lambda kind: kind.name)
@pytest.mark.parametrize("timeframe", ["1Week", "1Month"])
async def test_a_limit_of_longer_bars_gives_as_many_and_whole_ones(
    vendor: Vendor, kind: Kind[Any, Any], timeframe: Timeframe
) -> None:
    fetcher = has(vendor, kind)
    symbol = "AAPL" if kind is kinds.STOCK_BARS else "BTC/USD"
    few, many = [
        (await answer(fetcher, ask.BarsRequest([symbol], timeframe, limit))).data.bars[symbol]
        for limit in (12, 24)
    ]
    assert len(few.close) == 12
    assert (few.open, few.high, few.volume) == (many.open[-12:], many.high[-12:], many.volume[-12:])


async def test_a_limit_without_a_start_takes_the_newest_bars(vendor: Vendor) -> None:
    many = await bars(vendor, limit=30)
    few = await bars(vendor, limit=5)
    assert few.timestamp == many.timestamp[-5:]
    assert few.close == many.close[-5:]


async def test_a_limit_counts_back_from_the_end_asked_for(vendor: Vendor) -> None:
    many = await bars(vendor, limit=30)
    few = await bars(vendor, limit=5, end=date.fromisoformat(many.timestamp[19]))
    assert few.timestamp == many.timestamp[15:20]


async def test_a_period_takes_in_its_first_and_last_day(vendor: Vendor) -> None:
    many = await bars(vendor, limit=30)
    first, last = (date.fromisoformat(many.timestamp[position]) for position in (3, 9))
    period = await bars(vendor, start=first, end=last)
    assert period.timestamp == many.timestamp[3:10]


async def test_a_period_with_more_bars_than_the_limit_is_refused_and_not_cut(vendor: Vendor) -> None:
    many = await bars(vendor, limit=30)
    with pytest.raises(BadArgument) as caught:
        await bars(vendor, limit=29, start=date.fromisoformat(many.timestamp[0]))
    assert caught.value.wire.details == {"available": 30}


async def test_a_period_without_bars_says_what_there_is(vendor: Vendor) -> None:
    newest = (await bars(vendor, limit=1)).timestamp[0]
    with pytest.raises(NoData) as caught:
        await bars(vendor, start=date.fromisoformat(newest) + timedelta(days=3650))
    assert caught.value.wire.details["last"] == newest
    assert caught.value.wire.details["first"] < newest


async def test_several_symbols_come_in_one_answer_each_as_it_would_alone(vendor: Vendor) -> None:
    request = ask.BarsRequest(["XOM", "AAPL"], "1Day", 12)
    together = (await answer(has(vendor, kinds.STOCK_BARS), request)).data.bars
    assert list(together) == ["XOM", "AAPL"]
    for symbol in together:
        assert together[symbol] == await bars(vendor, symbol, limit=12)


async def test_an_unknown_symbol_names_the_nearest_ones(vendor: Vendor) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await bars(vendor, "APPL")
    assert caught.value.wire.details["symbol"] == "APPL"
    assert "AAPL" in caught.value.wire.details["nearest"]


async def test_one_unknown_symbol_among_others_is_not_left_out_in_silence(vendor: Vendor) -> None:
    request = ask.BarsRequest(["AAPL", "NOPE1"], "1Day", 5)
    with pytest.raises(UnknownSymbol) as caught:
        await answer(has(vendor, kinds.STOCK_BARS), request)
    assert caught.value.wire.details["symbols"] == ["NOPE1"]


@pytest.mark.parametrize("symbol", ["../v2/account", "A?x=1", "A%2Fb", "Ä", "A\nB", " "])
async def test_a_symbol_that_cannot_be_one_is_unknown_and_reaches_no_other_address(
    vendor: Vendor, stand_ins: StandIns, symbol: str
) -> None:
    with pytest.raises(UnknownSymbol):
        await bars(vendor, symbol)
    paths = {seen.path for seen in (*stand_ins.alpaca.seen, *stand_ins.eodhd.seen)}
    assert all(path in ("/v2/stocks/bars", "/v2/assets") or path.startswith("/api/search/") for path in paths)


async def test_snapshots_come_in_the_order_asked_for(vendor: Vendor) -> None:
    request = ask.SnapshotsRequest(["XOM", "aapl", "XOM"])
    snapshots = (await answer(has(vendor, kinds.STOCK_SNAPSHOTS), request)).data.snapshots
    assert [snapshot.symbol for snapshot in snapshots] == ["XOM", "AAPL", "XOM"]


@pytest.mark.parametrize(
    ("of_bars", "of_snapshots", "symbol"),
    [
        (kinds.STOCK_BARS, kinds.STOCK_SNAPSHOTS, "AAPL"),
        (kinds.CRYPTO_BARS, kinds.CRYPTO_SNAPSHOTS, "BTC/USD"),
    ],
)
async def test_a_snapshot_agrees_with_the_newest_bar(
    vendor: Vendor, of_bars: Kind[Any, Any], of_snapshots: Kind[Any, Any], symbol: str
) -> None:
    newest = await answer(has(vendor, of_bars), ask.BarsRequest([symbol], "1Day", 2))
    found = await answer(has(vendor, of_snapshots), ask.SnapshotsRequest([symbol]))
    (snapshot,) = found.data.snapshots
    assert [snapshot.previous_close, snapshot.price] == newest.data.bars[symbol].close


async def test_snapshots_name_every_unknown_symbol(vendor: Vendor) -> None:
    request = ask.SnapshotsRequest(["AAPL", "NOPE1", "NOPE2"])
    with pytest.raises(UnknownSymbol) as caught:
        await answer(has(vendor, kinds.STOCK_SNAPSHOTS), request)
    assert caught.value.wire.details["symbols"] == ["NOPE1", "NOPE2"]


async def test_the_screen_is_ranked_from_one_and_says_by_what(vendor: Vendor) -> None:
    screen = (await answer(has(vendor, kinds.MOST_ACTIVES), ask.MostActivesRequest(3))).data
    assert [row.rank for row in screen.rows] == [1, 2, 3]
    assert len({row.symbol for row in screen.rows}) == 3
    assert screen.ranked_by


async def test_news_are_newest_first_and_about_what_was_asked(vendor: Vendor) -> None:
    articles = (await answer(has(vendor, kinds.NEWS), ask.NewsRequest(["MSFT"], 4))).data.articles
    times = [article.published_at for article in articles]
    assert times == sorted(times, reverse=True)
    assert all("MSFT" in article.symbols for article in articles)
    assert len(articles) == 4
    assert not any("<" in article.headline for article in articles)


async def test_its_health_names_it_without_asking_it(vendor: Vendor, stand_ins: StandIns) -> None:
    part = vendor.check_health()
    assert part.status == "up"
    assert part.name == part.facts["vendor"] == vendor.name
    assert not stand_ins.alpaca.seen
    assert not stand_ins.eodhd.seen
