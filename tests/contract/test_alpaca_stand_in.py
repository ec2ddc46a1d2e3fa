"""Our stand-in is read without complaint by the vendor's own client: so it speaks as the vendor does."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar

import httpx2
import pytest
from alpaca.common.exceptions import APIError
from alpaca.common.rest import RESTClient
from alpaca.data.enums import Adjustment, DataFeed
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.historical.news import NewsClient
from alpaca.data.historical.screener import ScreenerClient
from alpaca.data.requests import (
    CryptoBarsRequest,
    CryptoSnapshotRequest,
    MarketMoversRequest,
    MostActivesRequest,
    NewsRequest,
    StockBarsRequest,
    StockSnapshotRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, QueryOrderStatus
from alpaca.trading.requests import (
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
)

from tests.doubles.vendors.alpaca import KEY, SECRET
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.small_market import days_of
from tests.doubles.vendors.stand_in import rate_limited

Client = TypeVar("Client", bound=RESTClient)


class Connect(Protocol):
    """Makes a client of one kind."""

    def __call__(self, kind: Callable[..., Client]) -> Client: ...


pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the client's own requests

START = datetime(2022, 6, 1, tzinfo=UTC)
END = datetime(2022, 6, 30, tzinfo=UTC)


@pytest.fixture
def connect(stand_ins: StandIns) -> Iterator[Connect]:
    """Makes the vendor's clients of the stand-in, which leave their sockets open."""
    opened: list[RESTClient] = []

    def make(kind: Callable[..., Client]) -> Client:
        client = kind(KEY, SECRET, url_override=stand_ins.alpaca.url)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client._session.close()


def test_bars_over_several_pages(stand_ins: StandIns, connect: Connect) -> None:
    stand_ins.alpaca_app.points_per_page_max = 7
    request = StockBarsRequest(
        symbol_or_symbols=["AAPL", "XOM"],
        timeframe=TimeFrame.Day,
        start=START,
        end=END,
        adjustment=Adjustment.ALL,
        feed=DataFeed.IEX,
    )
    read: Any = connect(StockHistoricalDataClient).get_stock_bars(request)
    for symbol in ("AAPL", "XOM"):
        expected = [bar.close for bar in days_of(symbol) if START <= bar.at <= END]
        assert [bar.close for bar in read.data[symbol]] == expected
    assert len(stand_ins.alpaca.seen) > 2


def test_crypto_bars_and_snapshots(connect: Connect) -> None:
    client = connect(CryptoHistoricalDataClient)
    bars: Any = client.get_crypto_bars(
        CryptoBarsRequest(symbol_or_symbols="BTC/USD", timeframe=TimeFrame.Day, start=START, end=END)
    )
    assert len(bars.data["BTC/USD"]) == 30
    snapshots: Any = client.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols="BTC/USD"))
    assert snapshots["BTC/USD"].latest_trade.price == days_of("BTC/USD")[-1].close


def test_stock_snapshots(connect: Connect) -> None:
    request = StockSnapshotRequest(symbol_or_symbols=["AAPL", "XOM"], feed=DataFeed.IEX)
    read: Any = connect(StockHistoricalDataClient).get_stock_snapshot(request)
    assert read["XOM"].previous_daily_bar.close == days_of("XOM")[-2].close


def test_news_and_screens(connect: Connect) -> None:
    news: Any = connect(NewsClient).get_news(NewsRequest(symbols="MSFT"))
    assert len(news.data["news"]) == 10
    screener = connect(ScreenerClient)
    actives: Any = screener.get_most_actives(MostActivesRequest(top=2))
    assert [each.symbol for each in actives.most_actives] == ["MSFT", "AAPL"]
    movers: Any = screener.get_market_movers(MarketMoversRequest(top=1))
    assert (movers.gainers[0].symbol, movers.losers[0].percent_change) == ("AAPL", -1.25)


def test_the_account(connect: Connect) -> None:
    client = connect(TradingClient)
    account: Any = client.get_account()
    assert account.equity == "103820.56"
    positions: Any = client.get_all_positions()
    assert {position.symbol for position in positions} == {"AAPL", "MSFT"}
    orders: Any = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL))
    assert [order.status.value for order in orders] == ["accepted", "filled"]
    history: Any = client.get_portfolio_history(GetPortfolioHistoryRequest(period="1M", timeframe="1D"))
    assert history.equity == [100_000.0, 101_000.0, 99_500.0]
    (watchlist,) = client.get_watchlists()
    found: Any = client.get_watchlist_by_id(watchlist.id)  # type: ignore[union-attr]
    assert [asset.symbol for asset in found.assets] == ["MSFT", "AAPL"]


def test_hours_and_assets(connect: Connect) -> None:
    client = connect(TradingClient)
    clock: Any = client.get_clock()
    assert clock.is_open is True
    days: Any = client.get_calendar(GetCalendarRequest(start=date(2023, 7, 1), end=date(2023, 7, 4)))
    assert [day.close.hour for day in days] == [13]
    assets: Any = client.get_all_assets(GetAssetsRequest(asset_class=AssetClass.CRYPTO))
    assert {asset.symbol for asset in assets} == {"BTC/USD", "ETH/USD"}


def test_a_feed_that_is_not_in_the_plan(connect: Connect) -> None:
    request = StockSnapshotRequest(symbol_or_symbols=["AAPL"], feed=DataFeed.SIP)
    with pytest.raises(APIError) as caught:
        connect(StockHistoricalDataClient).get_stock_snapshot(request)
    assert caught.value.status_code == 403
    assert "subscription" in caught.value.message


def test_the_vendors_client_waits_when_it_is_limited(stand_ins: StandIns, connect: Connect) -> None:
    stand_ins.alpaca.faults.append(rate_limited())
    client = connect(TradingClient)
    client._retry_wait = 0  # the client waits three seconds, whatever the headers say
    account: Any = client.get_account()
    assert account.status == "ACTIVE"
    assert len(stand_ins.alpaca.seen) == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_whatever_could_trade_is_refused(stand_ins: StandIns, method: str) -> None:
    headers = {"APCA-API-KEY-ID": KEY, "APCA-API-SECRET-KEY": SECRET}
    reply = httpx2.request(method, f"{stand_ins.alpaca.url}/v2/orders", headers=headers)
    assert reply.status_code == 403
