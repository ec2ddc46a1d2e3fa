"""What the simulated vendor says beside prices: each answer agrees with all others."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors import requests as want
from mcp_servers.financial.vendors.kinds import ALL_KINDS, Kind
from mcp_servers.problems import NoData, UnknownSymbol
from schemas.market.company import Fundamentals, Statement
from tests.contract.test_vendors import ORDINARY
from tests.doubles.simulated import CLOSED, OPEN, ask, bars_of, market, vendor_at

REPORTING = ["AAPL", "JPM", "KO", "INTC", "LCID", "GOOGL", "BRK.A"]


async def fundamentals(symbol: str, now: datetime = CLOSED) -> Fundamentals:
    found: Fundamentals = (await ask(kinds.FUNDAMENTALS, want.FundamentalsRequest(symbol), now)).data
    return found


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
async def test_every_answer_says_that_it_is_simulated(kind: Kind[Any, Any]) -> None:
    metadata = (await ask(kind, ORDINARY[kind])).metadata
    assert (metadata.simulated, metadata.source, metadata.feed) == (True, "simulated", "seed 1")


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
async def test_the_same_moment_gets_the_same_answer(kind: Kind[Any, Any]) -> None:
    first, second = await ask(kind, ORDINARY[kind], OPEN), await ask(kind, ORDINARY[kind], OPEN)
    assert first.data == second.data


async def test_a_clock_before_the_history_is_told_so() -> None:
    with pytest.raises(NoData, match="2006-03-01"):
        await ask(kinds.CLOCK, want.ClockRequest(), datetime(2005, 5, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "is_open", "next_open", "next_close"),
    [
        (OPEN, True, "2026-11-27T14:30:00Z", "2026-11-25T21:00:00Z"),
        (CLOSED, False, "2026-11-27T14:30:00Z", "2026-11-27T18:00:00Z"),
        (datetime(2026, 12, 31, 22, 0, tzinfo=UTC), False, "2027-01-04T14:30:00Z", "2027-01-04T21:00:00Z"),
        (datetime(2026, 11, 27, 14, 30, tzinfo=UTC), True, "2026-11-30T14:30:00Z", "2026-11-27T18:00:00Z"),
    ],
)
async def test_the_clock_knows_holidays_and_half_days(
    now: datetime, is_open: bool, next_open: str, next_close: str
) -> None:
    envelope = await ask(kinds.CLOCK, want.ClockRequest(), now)
    clock = envelope.data
    assert (clock.is_open, clock.next_open, clock.next_close) == (is_open, next_open, next_close)
    assert envelope.metadata.market_state == ("open" if is_open else "closed")


async def test_the_calendar_leaves_out_thanksgiving() -> None:
    request = want.CalendarRequest(date(2026, 11, 25), date(2026, 11, 30))
    calendar = (await ask(kinds.CALENDAR, request)).data
    assert calendar.day == ["2026-11-25", "2026-11-27", "2026-11-30"]
    assert calendar.closes_at[1] == "2026-11-27T18:00:00Z"
    with pytest.raises(NoData):
        await ask(kinds.CALENDAR, want.CalendarRequest(date(2040, 1, 1), date(2040, 2, 1)))


@pytest.mark.parametrize(("text", "best"), [("apple", "AAPL"), ("SPY", "SPY"), ("bitcoin", "BTC/USD")])
async def test_assets_are_found_by_symbol_and_name(text: str, best: str) -> None:
    assets = (await ask(kinds.ASSETS, want.AssetsRequest(text, 5))).data.assets
    assert assets[0].symbol == best
    only = (await ask(kinds.ASSETS, want.AssetsRequest("s", 50, "etf"))).data.assets
    assert {asset.asset_class for asset in only} == {"etf"}


async def test_pairs_are_no_stocks_and_answer_to_their_usual_spellings() -> None:
    request = want.SnapshotsRequest(["btc", "BTC-USD", "BTC/USD"])
    snapshots = (await ask(kinds.CRYPTO_SNAPSHOTS, request)).data.snapshots
    assert {each.symbol for each in snapshots} == {"BTC/USD"}
    with pytest.raises(UnknownSymbol):
        await ask(kinds.STOCK_BARS, want.BarsRequest(["BTC/USD"], "1Day", 5))


@pytest.mark.parametrize("now", [OPEN, CLOSED], ids=["open", "closed"])
async def test_snapshots_are_the_newest_daily_bar(now: datetime) -> None:
    (snapshot,) = (await ask(kinds.STOCK_SNAPSHOTS, want.SnapshotsRequest(["MSFT"]), now)).data.snapshots
    bars = await bars_of("MSFT", "1Day", 2, now=now)
    row = [snapshot.open, snapshot.high, snapshot.low, snapshot.price, snapshot.volume]
    assert row == [bars.open[1], bars.high[1], bars.low[1], bars.close[1], bars.volume[1]]
    assert snapshot.previous_close == bars.close[0]
    assert snapshot.bid < snapshot.price < snapshot.ask
    assert snapshot.as_of == ("2026-11-25T16:37:00Z" if now == OPEN else "2026-11-25T21:00:00Z")


async def test_on_the_day_of_a_split_the_close_before_is_in_new_shares() -> None:
    day = date.fromisoformat((await ask(kinds.SPLITS, want.SplitsRequest("NVDA"))).data.date[-1])
    now = datetime.combine(day, CLOSED.time(), UTC)
    (snapshot,) = (await ask(kinds.STOCK_SNAPSHOTS, want.SnapshotsRequest(["NVDA"]), now)).data.snapshots
    assert abs(snapshot.change_fraction) < 0.25


async def test_screens_rank_the_day_s_snapshots() -> None:
    symbols = [each.symbol for each in market().universe.of_class("stock")]
    snapshots = (await ask(kinds.STOCK_SNAPSHOTS, want.SnapshotsRequest(symbols), OPEN)).data.snapshots
    by_volume = sorted(snapshots, key=lambda each: -each.volume)[:7]
    by_change = sorted(snapshots, key=lambda each: each.change_fraction)
    actives = (await ask(kinds.MOST_ACTIVES, want.MostActivesRequest(7), OPEN)).data
    movers = (await ask(kinds.MOVERS, want.MoversRequest(5), OPEN)).data
    assert [row.symbol for row in actives.rows] == [each.symbol for each in by_volume]
    assert [row.symbol for row in movers.losers] == [each.symbol for each in by_change[:5]]
    assert [row.symbol for row in movers.gainers] == [each.symbol for each in by_change[:-6:-1]]
    crypto = (await ask(kinds.MOVERS, want.MoversRequest(20, "crypto"), OPEN)).data
    assert all("/" in row.symbol for row in (*crypto.gainers, *crypto.losers))


@pytest.mark.parametrize("symbol", ["SPY", "QQQ", "DIA", "XLK", "XLRE", "VTI", "IWM", "^GSPC"])
async def test_weights_of_members_add_up_to_one(symbol: str) -> None:
    members = (await ask(kinds.CONSTITUENTS, want.ConstituentsRequest(symbol))).data.constituents
    weights = [member.weight for member in members]
    assert sum(weights) == pytest.approx(1)
    assert weights == sorted(weights, reverse=True)
    assert max(Counter(member.symbol for member in members).values()) == 1


async def test_members_of_a_sector_fund_are_of_the_sector() -> None:
    members = (await ask(kinds.CONSTITUENTS, want.ConstituentsRequest("XLE"))).data.constituents
    assert {member.sector for member in members} == {"Energy"}
    with pytest.raises(NoData, match="SPY"):
        await ask(kinds.CONSTITUENTS, want.ConstituentsRequest("GLD"))


@pytest.mark.parametrize("now", [OPEN, CLOSED, datetime(2012, 5, 1, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize("symbol", REPORTING)
async def test_ratios_are_those_of_price_shares_and_reports(symbol: str, now: datetime) -> None:
    facts = await fundamentals(symbol, now)
    (snapshot,) = (await ask(kinds.STOCK_SNAPSHOTS, want.SnapshotsRequest([symbol]), now)).data.snapshots
    price, shares, eps = snapshot.price, facts.shares.outstanding, facts.highlights.eps
    assert shares is not None
    assert eps is not None
    assert facts.valuation.market_cap == pytest.approx(price * shares)
    assert facts.valuation.trailing_pe == (pytest.approx(price / eps) if eps > 0 else None)
    assert eps == pytest.approx(sum(each or 0 for each in facts.earnings.eps_actual[:4]), abs=1e-3)
    assert facts.highlights.revenue == pytest.approx(
        sum(each or 0 for each in facts.quarterly.income.items["revenue"][:4])
    )
    assert facts.highlights.dividend_yield == pytest.approx(
        (facts.highlights.dividend_per_share or 0) / price
    )


def columns(statement: Statement, *names: str) -> list[list[float | None]]:
    return [statement.items[name] for name in names]


@pytest.mark.parametrize("symbol", REPORTING)
async def test_statements_add_up(symbol: str) -> None:
    facts = await fundamentals(symbol)
    for statements in (facts.quarterly, facts.yearly):
        rows = zip(*columns(statements.balance, "total_assets", "total_liabilities", "equity"), strict=True)
        assert all(assets == liabilities + equity for assets, liabilities, equity in rows)
        names = ("income_before_tax", "income_tax", "net_income")
        rows = zip(*columns(statements.income, *names), strict=True)
        assert all(before - tax == net for before, tax, net in rows)
        names = ("operating_cash_flow", "capital_expenditures", "free_cash_flow")
        rows = zip(*columns(statements.cash_flow, *names), strict=True)
        assert all(flow - spent == free for flow, spent, free in rows)


async def test_nothing_is_known_before_it_is_reported() -> None:
    facts = await fundamentals("AAPL", datetime(2026, 1, 10, tzinfo=UTC))
    assert facts.highlights.most_recent_quarter == "2025-09-30"
    filed = [day for day in facts.quarterly.income.filed if day]
    assert max(filed) <= "2026-01-10"
    request = want.EarningsRequest(["AAPL"], date(2025, 10, 1), date(2026, 3, 1))
    reports = (await ask(kinds.EARNINGS, request, datetime(2026, 1, 10, tzinfo=UTC))).data.reports
    assert [report.eps_actual is None for report in reports] == [False, True]


async def test_a_report_that_is_out_never_changes() -> None:
    request = want.EarningsRequest(["MSFT", "XOM"], date(2024, 1, 1), date(2024, 12, 31))
    then = (await ask(kinds.EARNINGS, request, datetime(2025, 3, 1, tzinfo=UTC))).data
    assert (await ask(kinds.EARNINGS, request, CLOSED)).data == then
    assert len(then.reports) == 8


async def test_the_earnings_season_has_every_company_once() -> None:
    request = want.EarningsRequest([], date(2026, 10, 1), date(2026, 12, 31))
    reports = (await ask(kinds.EARNINGS, request)).data.reports
    assert sorted(report.symbol for report in reports) == sorted(
        each.symbol for each in market().universe.of_class("stock")
    )
    assert [report.report_date for report in reports] == sorted(report.report_date for report in reports)


async def test_dividends_of_a_period_and_adjusted_for_later_splits() -> None:
    whole = (await ask(kinds.DIVIDENDS, want.DividendsRequest("NVDA"))).data
    splits = (await ask(kinds.SPLITS, want.SplitsRequest("NVDA"))).data
    for day, amount, unadjusted in zip(whole.ex_date, whole.amount, whole.unadjusted_amount, strict=True):
        ratio = 1.0
        for split_day, each in zip(splits.date, splits.ratio, strict=True):
            ratio *= each if split_day > day else 1
        assert amount == pytest.approx(unadjusted / ratio, abs=1e-6)
    year = want.DividendsRequest("NVDA", date(2020, 1, 1), date(2020, 12, 31))
    assert len((await ask(kinds.DIVIDENDS, year)).data.ex_date) == 4
    assert (await ask(kinds.DIVIDENDS, want.DividendsRequest("TSLA"))).data.ex_date == []


async def test_news_tell_of_reports_and_large_moves_that_have_happened() -> None:
    articles = (await ask(kinds.NEWS, want.NewsRequest(["TSLA"], 400), OPEN)).data.articles
    topics = {article.id.rsplit("-", 1)[1] for article in articles}
    assert topics == {"earnings", "move", "talk"}
    assert max(article.published_at for article in articles) <= "2026-11-25T16:37:20Z"
    move = next(article for article in articles if article.id.endswith("move"))
    day = date.fromisoformat(move.published_at[:10])
    bars = await bars_of("TSLA", "1Day", 2, end=day)
    change = bars.close[1] / bars.close[0] - 1  # type: ignore[operator]
    assert f"{abs(change):.1%}" in move.headline
    assert ("rises" in move.headline) == (change > 0)


async def test_news_of_a_period_stay_inside_it() -> None:
    request = want.NewsRequest([], 50, date(2024, 3, 4), date(2024, 3, 8))
    articles = (await ask(kinds.NEWS, request)).data.articles
    assert len(articles) == 50
    assert all("2024-03-04" <= article.published_at[:10] <= "2024-03-08" for article in articles)


async def test_the_books_balance() -> None:
    account = (await ask(kinds.ACCOUNT, want.AccountRequest(), OPEN)).data
    positions = (await ask(kinds.POSITIONS, want.PositionsRequest(), OPEN)).data.positions
    assert account.long_market_value == pytest.approx(sum(each.market_value for each in positions))
    assert account.equity == pytest.approx(account.cash + account.long_market_value)
    for each in positions:
        assert each.market_value == pytest.approx(each.quantity * each.price, abs=0.01)
        assert each.unrealized_gain == pytest.approx(each.market_value - each.cost_basis)
    history = (await ask(kinds.PORTFOLIO_HISTORY, want.PortfolioHistoryRequest("1W", "1D"), OPEN)).data
    assert history.equity[-1] == pytest.approx(account.equity, abs=0.05)
    assert history.equity[-2] == pytest.approx(account.previous_equity, abs=0.05)


async def test_cash_is_the_deposit_less_what_orders_cost_plus_dividends() -> None:
    now = datetime(2023, 3, 31, 22, 0, tzinfo=UTC)
    orders = (await ask(kinds.ORDERS, want.OrdersRequest(500), now)).data.orders
    spent = sum(order.filled_quantity * (order.average_fill_price or 0) for order in orders)
    received = 0.0
    for symbol in {order.symbol for order in orders}:
        dividends = (await ask(kinds.DIVIDENDS, want.DividendsRequest(symbol), now)).data
        for day, amount in zip(dividends.ex_date, dividends.unadjusted_amount, strict=True):
            held = sum(
                order.filled_quantity
                for order in orders
                if order.symbol == symbol and order.submitted_at < day
            )
            received += held * (amount or 0)
    account = (await ask(kinds.ACCOUNT, want.AccountRequest(), now)).data
    assert account.cash == pytest.approx(100_000 - spent + received, abs=0.2)
    assert received > 0


async def test_orders_are_filled_at_the_price_of_their_minute_and_newest_first() -> None:
    orders = (await ask(kinds.ORDERS, want.OrdersRequest(500))).data.orders
    assert [order.submitted_at for order in orders] == sorted(
        (order.submitted_at for order in orders), reverse=True
    )
    bought = next(order for order in orders if order.symbol == "MSFT")
    day = date.fromisoformat(bought.submitted_at[:10])
    minutes = await bars_of("MSFT", "1Min", start=day, end=day)
    place = minutes.timestamp.index(bought.submitted_at)
    assert bought.average_fill_price == minutes.close[place]
    assert {order.status for order in orders} == {"filled", "canceled"}
    assert {
        order.status for order in (await ask(kinds.ORDERS, want.OrdersRequest(9, "open"))).data.orders
    } == set()


@pytest.mark.parametrize("timeframe", ["5Min", "15Min", "1H"])
async def test_intraday_equity_ends_each_day_at_the_daily_one(timeframe: Any) -> None:
    period = want.PortfolioHistoryRequest("1W", timeframe)
    intraday = (await ask(kinds.PORTFOLIO_HISTORY, period, CLOSED)).data
    daily = (await ask(kinds.PORTFOLIO_HISTORY, want.PortfolioHistoryRequest("1W", "1D"), CLOSED)).data
    ends = {stamp[:10]: value for stamp, value in zip(intraday.timestamp, intraday.equity, strict=True)}
    # Coins go on trading after the close; everything else stands still.
    assert list(ends) == daily.timestamp
    assert list(ends.values()) == pytest.approx(daily.equity, rel=0.01)
    assert intraday.base_value == daily.base_value


async def test_before_the_account_is_opened_there_is_none() -> None:
    for kind in (kinds.ACCOUNT, kinds.POSITIONS, kinds.ORDERS, kinds.PORTFOLIO_HISTORY):
        with pytest.raises(NoData, match="2023-01-03"):
            await ask(kind, ORDINARY[kind], datetime(2022, 6, 1, tzinfo=UTC))


async def test_watchlists_name_symbols_that_are_listed() -> None:
    lists = (await ask(kinds.WATCHLISTS, want.WatchlistsRequest())).data.watchlists
    assert {symbol for each in lists for symbol in each.symbols} <= set(market().universe.listings)


def test_it_says_of_itself_what_it_is() -> None:
    health = vendor_at(OPEN).check_health()
    assert health.status == "up"
    assert health.facts["as_of"] == "2026-11-25"
    assert timedelta(days=365 * 15) < OPEN.date() - date.fromisoformat(str(health.facts["first_day"]))
