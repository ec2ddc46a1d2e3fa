"""What EODHD's adapter makes of the wire format, number by number."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors import requests as ask
from mcp_servers.financial.vendors.eodhd.vendor import EodhdVendor
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.kinds import Kind
from mcp_servers.financial.vendors.vendor import answer
from mcp_servers.problems import NoData, UnknownSymbol
from schemas.market.envelope import Envelope
from schemas.market.prices import Bars
from tests.doubles.vendors.eodhd import DIVIDEND_FACTOR
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.small_market import SPLIT_DAY, days_of

Data = TypeVar("Data")
DAYS = ask.BarsRequest(["AAPL"], "1Day", 20)
AROUND_SPLIT = replace(DAYS, start=SPLIT_DAY.replace(day=3), end=SPLIT_DAY)


@pytest.fixture
async def eodhd(stand_ins: StandIns) -> AsyncIterator[EodhdVendor]:
    vendor = stand_ins.open_eodhd()
    yield vendor
    await vendor.close()


async def put(vendor: EodhdVendor, kind: Kind[Any, Data], request: Any) -> Envelope[Data]:
    """The answer to `request`, which is one of `kind`."""
    fetcher = kind.of(vendor)
    assert fetcher is not None
    return await answer(fetcher, request)


async def bars(vendor: EodhdVendor, request: ask.BarsRequest) -> Bars:
    """Bars of the one symbol."""
    (found,) = (await put(vendor, kinds.STOCK_BARS, request)).data.bars.values()
    return found


async def test_a_days_prices_are_adjusted_as_its_close_is(eodhd: EodhdVendor) -> None:
    before, after = (bar for bar in days_of("AAPL") if SPLIT_DAY.replace(day=3) <= bar.day <= SPLIT_DAY)
    found = await bars(eodhd, AROUND_SPLIT)
    assert found.close == pytest.approx([before.close * DIVIDEND_FACTOR, after.close])
    assert found.open == pytest.approx([before.open * DIVIDEND_FACTOR, after.open])
    assert found.high == pytest.approx([before.high * DIVIDEND_FACTOR, after.high])
    assert found.volume == [before.volume, after.volume]


async def test_raw_prices_come_without_volumes_which_are_adjusted(eodhd: EodhdVendor) -> None:
    before, after = (bar for bar in days_of("AAPL") if SPLIT_DAY.replace(day=3) <= bar.day <= SPLIT_DAY)
    found = await bars(eodhd, replace(AROUND_SPLIT, adjustment="raw"))
    assert found.close == pytest.approx([before.close * 4, after.close])
    assert found.volume == [None, None]


@pytest.mark.parametrize("differences", [{"timeframe": "1Min"}, {"adjustment": "split"}])
async def test_what_it_has_in_another_form_is_said(eodhd: EodhdVendor, differences: dict[str, Any]) -> None:
    with pytest.raises(NotOffered, match="ask for"):
        await bars(eodhd, replace(DAYS, **differences))


async def test_a_symbol_listed_lately_gets_all_there_is(eodhd: EodhdVendor, stand_ins: StandIns) -> None:
    assert len((await bars(eodhd, replace(DAYS, symbols=["NEWCO"]))).close) == 12
    assert ["from" in seen.query for seen in stand_ins.eodhd.seen] == [True, False]


async def test_a_listed_symbol_without_bars_is_not_unknown(eodhd: EodhdVendor) -> None:
    with pytest.raises(NoData, match="none at all"):
        await bars(eodhd, replace(DAYS, symbols=["QUIET"]))


async def test_an_index_has_no_currency_and_no_adjustment(eodhd: EodhdVendor) -> None:
    envelope = await put(eodhd, kinds.STOCK_BARS, replace(DAYS, symbols=["SPX"]))
    assert list(envelope.data.bars) == ["^GSPC"]
    assert (envelope.metadata.currency, envelope.metadata.adjustment) == (None, None)


async def test_one_quote_is_an_object_and_several_are_a_list(eodhd: EodhdVendor, stand_ins: StandIns) -> None:
    for symbols in (["BRK.B"], ["BRK.B", "AAPL"]):
        envelope = await put(eodhd, kinds.STOCK_SNAPSHOTS, ask.SnapshotsRequest(symbols))
        assert [each.symbol for each in envelope.data.snapshots] == symbols
    assert [seen.path for seen in stand_ins.eodhd.seen] == ["/api/real-time/BRK-B.US"] * 2
    assert envelope.metadata.delay == 900
    before, last = days_of("AAPL")[-2:]
    assert envelope.data.snapshots[1].change_fraction == pytest.approx(last.close / before.close - 1)


async def test_a_listed_symbol_without_a_quote_is_not_unknown(eodhd: EodhdVendor) -> None:
    with pytest.raises(NoData, match="QUIET"):
        await put(eodhd, kinds.STOCK_SNAPSHOTS, ask.SnapshotsRequest(["QUIET"]))


async def test_an_article_about_two_symbols_is_shown_once(eodhd: EodhdVendor) -> None:
    articles = (await put(eodhd, kinds.NEWS, ask.NewsRequest(["AAPL", "MSFT"], 50))).data.articles
    links = [article.url for article in articles]
    assert len(links) == len(set(links)) == 8
    assert articles[0].symbols == ["AAPL", "MSFT"]
    assert len(articles[0].summary) == 1000


async def test_news_need_a_symbol(eodhd: EodhdVendor) -> None:
    with pytest.raises(NotOffered, match="name at least one"):
        await put(eodhd, kinds.NEWS, ask.NewsRequest([], 5))


async def test_dividends_are_columns_and_what_is_not_known_is_null(eodhd: EodhdVendor) -> None:
    envelope = await put(
        eodhd, kinds.DIVIDENDS, ask.DividendsRequest("AAPL", date(2012, 8, 1), date(2012, 12, 1))
    )
    assert envelope.data.ex_date == ["2012-08-09", "2012-11-07"]
    assert envelope.data.amount == [0.0946, 0.0946]
    assert envelope.data.unadjusted_amount == [2.6488, None]
    assert envelope.data.payment_date == ["2012-08-16", None]
    assert (envelope.metadata.currency, envelope.metadata.adjustment) == ("USD", "split")
    period = ask.DividendsRequest("AAPL", date(2012, 9, 1), date(2012, 12, 1))
    assert (await put(eodhd, kinds.DIVIDENDS, period)).data.ex_date == ["2012-11-07"]


async def test_a_company_that_never_paid_has_no_dividends(eodhd: EodhdVendor) -> None:
    assert (await put(eodhd, kinds.DIVIDENDS, ask.DividendsRequest("MSFT"))).data.ex_date == []


async def test_a_split_is_new_shares_for_each_old_one(eodhd: EodhdVendor) -> None:
    splits = (await put(eodhd, kinds.SPLITS, ask.SplitsRequest("aapl"))).data
    assert (splits.symbol, splits.date, splits.ratio) == ("AAPL", ["2014-06-09", "2020-08-31"], [7.0, 4.0])


@pytest.mark.parametrize("request_of", [ask.SplitsRequest, ask.FundamentalsRequest, ask.ConstituentsRequest])
async def test_unknown_symbols_are_told_from_html_pages(eodhd: EodhdVendor, request_of: Any) -> None:
    kind = next(kind for kind in kinds.ALL_KINDS if kind.request is request_of)
    with pytest.raises(UnknownSymbol) as caught:
        await put(eodhd, kind, request_of("APPL"))
    assert "AAPL" in caught.value.wire.details["nearest"]


async def test_earnings_of_symbols_keep_to_the_period_that_the_vendor_ignores(eodhd: EodhdVendor) -> None:
    request = ask.EarningsRequest(["AAPL", "MSFT"], date(2024, 1, 1), date(2024, 2, 1))
    (report,) = (await put(eodhd, kinds.EARNINGS, request)).data.reports
    assert (report.symbol, report.time, report.eps_estimate, report.eps_actual) == (
        "MSFT",
        "after_market",
        2.78,
        None,
    )


async def test_earnings_of_everybody_are_those_of_us_exchanges(eodhd: EodhdVendor) -> None:
    request = ask.EarningsRequest([], date(2024, 1, 15), date(2024, 2, 1))
    reports = (await put(eodhd, kinds.EARNINGS, request)).data.reports
    assert [report.symbol for report in reports] == ["MSFT"]


@pytest.mark.parametrize(
    ("symbol", "members"),
    [("^GSPC", {"BRK.B": 0.017, "XOM": 0.012}), ("SPY", {"AAPL": 0.071, "MSFT": 0.065})],
)
async def test_weights_are_fractions_heaviest_first(
    eodhd: EodhdVendor, symbol: str, members: dict[str, float]
) -> None:
    constituents = (await put(eodhd, kinds.CONSTITUENTS, ask.ConstituentsRequest(symbol))).data.constituents
    assert {each.symbol: each.weight for each in constituents} == pytest.approx(members)
    assert [each.symbol for each in constituents] == list(members)


async def test_a_company_has_no_constituents(eodhd: EodhdVendor) -> None:
    with pytest.raises(NoData, match="index or fund"):
        await put(eodhd, kinds.CONSTITUENTS, ask.ConstituentsRequest("AAPL"))


async def test_fundamentals_are_numbers_fractions_and_cut_texts(eodhd: EodhdVendor) -> None:
    found = (await put(eodhd, kinds.FUNDAMENTALS, ask.FundamentalsRequest("AAPL"))).data
    assert (found.profile.name, found.profile.asset_class, found.profile.employees) == (
        "Apple Inc",
        "stock",
        164_000,
    )
    assert found.profile.description.startswith("Apple Inc. designs devices")
    assert len(found.profile.description) <= 1000
    assert (found.valuation.market_cap, found.valuation.ev_to_ebitda) == (3_500_000_000_000, None)
    assert found.shares.institutions_fraction == pytest.approx(0.6225)
    assert (found.highlights.dividend_yield, found.highlights.eps) == (0.0044, 6.08)
    assert found.technicals.high_52_weeks == 237.49


async def test_a_fund_has_a_profile_and_little_else(eodhd: EodhdVendor) -> None:
    found = (await put(eodhd, kinds.FUNDAMENTALS, ask.FundamentalsRequest("SPY"))).data
    assert (found.profile.asset_class, found.technicals.beta) == ("etf", 1.0)
    assert found.valuation.market_cap is None
    assert found.yearly.income.period_end == []


@pytest.mark.parametrize(
    ("asset_class", "symbols"), [(None, ["AAPL", "AAPL.F"]), ("etf", []), ("stock", ["AAPL", "AAPL.F"])]
)
async def test_search_spells_symbols_as_everywhere(
    eodhd: EodhdVendor, asset_class: Any, symbols: list[str]
) -> None:
    assets = (await put(eodhd, kinds.ASSETS, ask.AssetsRequest("aapl", 5, asset_class))).data.assets
    assert [asset.symbol for asset in assets] == symbols


@pytest.mark.parametrize("text", ["..", "/../secret", "?x", "%2e%2e"])
async def test_a_search_reaches_no_other_address(eodhd: EodhdVendor, stand_ins: StandIns, text: str) -> None:
    await put(eodhd, kinds.ASSETS, ask.AssetsRequest(text, 5))
    assert all(seen.path.startswith("/api/search/") for seen in stand_ins.eodhd.seen)
