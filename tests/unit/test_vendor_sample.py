"""The sample vendor against the files that it reads."""

import subprocess
import sys
from datetime import date
from importlib.metadata import distribution
from typing import Any, TypeVar

import pandas as pd
import pytest

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.kinds import Kind
from mcp_servers.financial.vendors.requests import BarsRequest, MostActivesRequest, SnapshotsRequest
from mcp_servers.financial.vendors.sample import INDEX_FILE, STOCKS_FILE, SampleVendor, load_sample
from mcp_servers.financial.vendors.vendor import answer
from mcp_servers.problems import BadArgument, NoData
from schemas.market.envelope import Envelope
from schemas.market.prices import Adjustment, Bars, Timeframe

Data = TypeVar("Data")


def read(name: str) -> pd.DataFrame:
    """One file of the package, read as a test would read it."""
    return pd.read_csv(str(distribution("skfolio").locate_file(name)), index_col="Date", parse_dates=["Date"])


@pytest.fixture(scope="module")
def vendor() -> SampleVendor:
    return load_sample()


@pytest.fixture(scope="module")
def stocks() -> pd.DataFrame:
    return read(STOCKS_FILE)


async def bars(
    vendor: SampleVendor,
    symbol: str = "AAPL",
    timeframe: Timeframe = "1Day",
    *,
    limit: int = 10_000,
    period: tuple[date | None, date | None] = (None, None),
    adjustment: Adjustment = "all",
) -> Envelope[Bars]:
    """Bars with everything left out that does not matter."""
    request = BarsRequest([symbol], timeframe, limit, *period, adjustment)
    envelope = await ask(vendor, kinds.STOCK_BARS, request)
    (found,) = envelope.data.bars.values()
    return Envelope[Bars](data=found, metadata=envelope.metadata)


async def ask(vendor: SampleVendor, kind: Kind[Any, Data], request: Any) -> Envelope[Data]:
    """The answer to `request`, which is one of `kind`."""
    fetcher = kind.of(vendor)
    assert fetcher is not None
    return await answer(fetcher, request)


async def test_every_stock_has_its_closes_of_the_file(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    for symbol in stocks.columns:
        data = (await bars(vendor, symbol)).data
        assert data.close == stocks[symbol].tolist()
        assert data.timestamp == [day.date().isoformat() for day in stocks.index]


@pytest.mark.parametrize("asked", ["^GSPC", "SPX", "sp500"])
async def test_the_index_answers_to_its_aliases(vendor: SampleVendor, asked: str) -> None:
    envelope = await bars(vendor, asked)
    assert envelope.data.symbol == "^GSPC"
    assert envelope.data.close == read(INDEX_FILE)["SP500"].tolist()
    assert (envelope.metadata.currency, envelope.metadata.adjustment) == (None, None)
    assert envelope.metadata.endpoint == INDEX_FILE


async def test_what_the_sample_lacks_is_null(vendor: SampleVendor) -> None:
    data = (await bars(vendor, limit=5)).data
    assert data.open == data.high == data.low == data.volume == [None] * 5


async def test_the_label_says_what_the_data_is(vendor: SampleVendor) -> None:
    metadata = (await bars(vendor, limit=1)).metadata
    assert metadata.source == "sample"
    assert metadata.endpoint == STOCKS_FILE
    assert metadata.feed == f"skfolio {distribution('skfolio').version}"
    assert metadata.as_of == date(2022, 12, 28)
    assert (metadata.adjustment, metadata.market_state, metadata.currency) == ("all", "closed", "USD")
    assert (metadata.delay, metadata.rate_limit, metadata.simulated) == (None, None, False)


async def test_a_period_takes_in_both_of_its_days(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    year = (await bars(vendor, period=(date(2008, 1, 2), date(2008, 12, 31)))).data
    assert (year.timestamp[0], year.timestamp[-1]) == ("2008-01-02", "2008-12-31")
    assert year.close == stocks["AAPL"].loc["2008"].tolist()


async def test_months_are_the_last_close_of_each(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    data = (await bars(vendor, "KO", "1Month")).data
    expected = stocks["KO"].resample("ME").last()
    assert data.close == expected.tolist()
    assert [stamp[:7] for stamp in data.timestamp] == [month.strftime("%Y-%m") for month in expected.index]
    assert data.timestamp[:2] == ["1990-01-31", "1990-02-28"]


async def test_weeks_are_the_last_close_of_each(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    data = (await bars(vendor, "KO", "1Week")).data
    assert data.close == stocks["KO"].resample("W-SUN").last().dropna().tolist()
    assert data.close == stocks.loc[data.timestamp, "KO"].tolist()


async def test_a_bar_does_not_depend_on_the_days_asked_for(vendor: SampleVendor) -> None:
    whole = (await bars(vendor, timeframe="1Month")).data
    part = (await bars(vendor, timeframe="1Month", period=(date(2008, 9, 15), date(2008, 11, 15)))).data
    assert part.timestamp == ["2008-09-30", "2008-10-31"]
    first = whole.timestamp.index("2008-09-30")
    assert part.close == whole.close[first : first + 2]


async def test_intraday_bars_are_refused_with_what_there_is(vendor: SampleVendor) -> None:
    with pytest.raises(NoData) as caught:
        await bars(vendor, timeframe="1Hour")
    assert caught.value.wire.details == {"available": ["1Day", "1Week", "1Month"]}


@pytest.mark.parametrize("adjustment", ["raw", "split", "dividend"])
async def test_adjustments_that_the_sample_lacks_are_refused(
    vendor: SampleVendor, adjustment: Adjustment
) -> None:
    with pytest.raises(BadArgument, match=adjustment):
        await bars(vendor, adjustment=adjustment)


async def test_a_snapshot_is_the_last_close_and_its_change(
    vendor: SampleVendor, stocks: pd.DataFrame
) -> None:
    envelope = await ask(vendor, kinds.STOCK_SNAPSHOTS, SnapshotsRequest(["XOM"]))
    (snapshot,) = envelope.data.snapshots
    before, last = stocks["XOM"].iloc[-2:]
    assert (snapshot.price, snapshot.previous_close) == (last, before)
    assert snapshot.change == pytest.approx(last - before)
    assert snapshot.change_fraction == pytest.approx(last / before - 1)
    assert snapshot.as_of == "2022-12-28"


async def test_the_screen_ranks_by_change_and_says_so(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    screen = (await ask(vendor, kinds.MOST_ACTIVES, MostActivesRequest(100))).data
    with pytest.raises(NotOffered, match="no volumes"):
        await ask(vendor, kinds.MOST_ACTIVES, MostActivesRequest(100, by="volume"))
    changes = stocks.pct_change().iloc[-1].abs().sort_values(ascending=False)
    assert [row.symbol for row in screen.rows] == changes.index.tolist()
    assert {row.volume for row in screen.rows} == {None}
    assert screen.ranked_by == "absolute change of the last day; there is no volume"


def test_every_column_has_a_name_and_every_name_a_column(vendor: SampleVendor, stocks: pd.DataFrame) -> None:
    data = vendor.data
    assert set(data.symbols.names) == {*stocks.columns, "^GSPC"}
    assert set(data.symbols.aliases.values()) <= set(data.symbols.names)
    assert len(data.closes) == len(stocks)
    assert not data.closes.isna().any().any()


def test_reading_the_files_does_not_import_their_package() -> None:
    code = (
        "import sys; from mcp_servers.financial.vendors.sample import load_sample; load_sample();"
        "sys.exit('skfolio' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
