"""The user's own bars: spellings, times, resampling, and complaints that name the file and the column."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.files.columns import BadFile
from mcp_servers.financial.vendors.files.folder import TABLES_MAX
from mcp_servers.financial.vendors.files.vendor import FilesVendor, open_files
from mcp_servers.financial.vendors.kinds import CRYPTO_BARS, STOCK_BARS, STOCK_SNAPSHOTS
from mcp_servers.financial.vendors.requests import BarsRequest, SnapshotsRequest
from mcp_servers.financial.vendors.vendor import answer
from mcp_servers.problems import BadArgument, NoData, UnknownSymbol
from schemas.market.envelope import Envelope
from schemas.market.prices import Adjustment, Bars, Timeframe

NOW = datetime(2026, 11, 25, 16, 37, tzinfo=UTC)
DAYS = """Date,Open,High,Low,Close,Adj Close,Volume
2024-01-30,10,12,9,11,5.5,100
2024-01-31,11,13,10,12,6,200
2024-02-01,12,14,11,13,13,300
2024-02-05,13,15,12,14,14,400
"""
Write = Callable[..., FilesVendor]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A vendor over files of the given texts, by name."""

    def make(**texts: str) -> FilesVendor:
        for name, text in texts.items():
            (tmp_path / name.replace("__", "-").replace("_", ".")).write_text(text)
        return open_files(tmp_path, lambda: NOW)

    return make


async def ask(vendor: FilesVendor, symbol: str = "AAPL", **wanted: Any) -> Envelope[Any]:
    """Daily bars as they are in the file, unless told otherwise."""
    request = {"timeframe": "1Day", "limit": 100, "adjustment": "all", **wanted}
    kind = CRYPTO_BARS if "/" in symbol else STOCK_BARS
    return await answer(vendor.fetchers[kind.name], BarsRequest([symbol], **request))


async def bars(vendor: FilesVendor, symbol: str = "AAPL", **wanted: Any) -> Bars:
    found: Bars = (await ask(vendor, symbol, **wanted)).data.bars[symbol]
    return found


async def test_days_of_a_csv_are_its_rows(write: Write) -> None:
    envelope = await ask(write(AAPL_csv=DAYS), adjustment="raw")
    found = envelope.data.bars["AAPL"]
    assert found.timestamp == ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-05"]
    assert (found.open, found.high) == ([10, 11, 12, 13], [12, 13, 14, 15])
    assert (found.low, found.close, found.volume) == ([9, 10, 11, 12], [11, 12, 13, 14], [100, 200, 300, 400])


async def test_the_label_says_which_file_and_what_it_does_not_know(write: Write) -> None:
    metadata = (await ask(write(AAPL_csv=DAYS))).metadata
    assert (metadata.source, metadata.feed, metadata.as_of) == ("files", "AAPL.csv", date(2024, 2, 5))
    assert (metadata.simulated, metadata.currency, metadata.adjustment) == (False, None, "all")
    assert metadata.market_state == "open"
    plain = DAYS.replace("Adj Close", "Remark")
    assert (await ask(write(AAPL_csv=plain))).metadata.adjustment is None


async def test_adjusted_closes_take_the_other_prices_with_them(write: Write) -> None:
    found = await bars(write(AAPL_csv=DAYS), adjustment="all")
    assert found.close == [5.5, 6, 13, 14]
    assert found.open == [5, 5.5, 12, 13]
    assert found.high == [6, 6.5, 14, 15]


@pytest.mark.parametrize("adjustment", ["split", "dividend"])
async def test_half_an_adjustment_is_refused(write: Write, adjustment: Adjustment) -> None:
    with pytest.raises(NotOffered) as caught:
        await bars(write(AAPL_csv=DAYS), adjustment=adjustment)
    assert caught.value.wire.details["available"] == ["all", "raw"]


async def test_adjusted_closes_alone_leave_other_prices_unknown(write: Write) -> None:
    vendor = write(AAPL_csv="date,open,adj_close\n2024-01-30,10,5\n2024-01-31,11,6\n")
    found = await bars(vendor)
    assert (found.close, found.open, found.high, found.volume) == ([5, 6], [None] * 2, [None] * 2, [None] * 2)
    with pytest.raises(NotOffered):
        await bars(vendor, adjustment="raw")


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,open,high,low,close,volume",
        "DATE,OPEN,HIGH,LOW,CLOSE,VOLUME",
        "Datetime, Open , High, Low, Close*, Volume",
        "t,o,h,l,c,v",
        "time,Open Price,High Price,Low Price,Close/Last,Vol.",
    ],
)
async def test_usual_spellings_are_understood(write: Write, header: str) -> None:
    found = await bars(write(AAPL_csv=f"{header}\n2024-01-30,1,4,0.5,2,9\n"))
    assert [found.open, found.high, found.low, found.close, found.volume] == [[1], [4], [0.5], [2], [9]]


@pytest.mark.parametrize(
    "text",
    [
        *("2024-01-30", "01/30/2024", "20240130", "2024/01/30", "30-Jan-2024", "2024-01-30 00:00:00"),
        *("2024-01-30T00:00:00-05:00", "2024-01-30T00:00:00Z", "1706590800", "1706590800000"),
    ],
)
async def test_days_are_read_in_usual_forms(write: Write, text: str) -> None:
    assert (await bars(write(AAPL_csv=f"date,close\n{text},1\n"))).timestamp == ["2024-01-30"]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-30 09:30", "2024-01-30T14:30:00Z"),
        ("2024-07-30 09:30:00", "2024-07-30T13:30:00Z"),
        ("2024-01-30T14:30:00Z", "2024-01-30T14:30:00Z"),
        ("1706625000", "2024-01-30T14:30:00Z"),
        ("01/30/2024 09:30", "2024-01-30T14:30:00Z"),
    ],
)
async def test_times_without_a_zone_are_new_york_s(write: Write, text: str, utc: str) -> None:
    vendor = write(AAPL_csv=f"timestamp,close\n{text},1\n")
    envelope = await ask(vendor, timeframe="1Min")
    assert envelope.data.bars["AAPL"].timestamp == [utc]
    assert envelope.metadata.as_of == datetime.fromisoformat(utc)


async def test_a_date_and_a_time_of_day_may_be_two_columns(write: Write) -> None:
    vendor = write(AAPL_csv="Date,Time,Close\n2024-01-30,09:30:00,1\n2024-01-30,09:31:00,2\n")
    assert (await bars(vendor, timeframe="1Min")).timestamp == [
        "2024-01-30T14:30:00Z",
        "2024-01-30T14:31:00Z",
    ]


async def test_numbers_may_have_commas_and_gaps_are_null(write: Write) -> None:
    vendor = write(AAPL_csv='date,close,volume\n2024-01-30,"$1,234.50","1,000"\n2024-01-31,null,\n')
    found = await bars(vendor)
    assert (found.close, found.volume) == ([1234.5, None], [1000, None])


async def test_rows_may_come_in_any_order(write: Write) -> None:
    lines = DAYS.splitlines()
    assert await bars(write(AAPL_csv="\n".join([lines[0], *lines[:0:-1]]))) == await bars(
        write(AAPL_csv=DAYS)
    )


def minutes(length: int, count: int) -> pd.DataFrame:
    """Bars from 09:30 in New York on two days."""
    parts = []
    for day in ("2024-01-30", "2024-01-31"):
        times = pd.date_range(f"{day} 09:30", periods=count, freq=f"{length}min", tz="America/New_York")
        parts.append(pd.DataFrame({"time": times}))
    frame = pd.concat(parts, ignore_index=True)
    frame["open"] = [10 + (7 * place) % 11 for place in range(len(frame))]
    frame["close"] = [10 + (5 * place) % 13 for place in range(len(frame))]
    frame["high"] = frame[["open", "close"]].max(axis=1) + 1.0
    frame["low"] = frame[["open", "close"]].min(axis=1) - 1.0
    frame["volume"] = range(100, 100 + len(frame))
    return frame


@pytest.mark.parametrize(
    ("timeframe", "rule"), [("15Min", "15min"), ("1Hour", "1h"), ("4Hour", "4h"), ("1Day", "1D")]
)
async def test_resampling_agrees_with_pandas(tmp_path: Path, timeframe: Timeframe, rule: str) -> None:
    frame = minutes(5, 78)
    frame.to_csv(tmp_path / "AAPL.csv", index=False)
    found = await bars(open_files(tmp_path), timeframe=timeframe)
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    expected = frame.set_index("time").resample(rule).agg(how).dropna()
    assert found.close == expected["close"].tolist()
    assert (found.open, found.high, found.low, found.volume) == tuple(
        expected[name].tolist() for name in ("open", "high", "low", "volume")
    )
    if timeframe != "1Day":
        assert found.timestamp == [
            moment.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ") for moment in expected.index
        ]


@pytest.mark.parametrize(
    ("timeframe", "days", "closes"),
    [
        ("1Week", ["2024-02-01", "2024-02-05"], [13, 14]),
        ("1Month", ["2024-01-31", "2024-02-05"], [12, 14]),
    ],
)
async def test_weeks_and_months_are_dated_by_their_last_day(
    write: Write, timeframe: Timeframe, days: list[str], closes: list[float]
) -> None:
    found = await bars(write(AAPL_csv=DAYS), timeframe=timeframe, adjustment="raw")
    assert (found.timestamp, found.close) == (days, closes)


@pytest.mark.parametrize(("text", "timeframe"), [(DAYS, "1Hour"), (DAYS, "1Min")])
async def test_days_do_not_make_hours(write: Write, text: str, timeframe: Timeframe) -> None:
    with pytest.raises(NotOffered, match=r"AAPL\.csv has days"):
        await bars(write(AAPL_csv=text), timeframe=timeframe)


async def test_shorter_bars_than_the_file_s_are_refused(tmp_path: Path) -> None:
    minutes(30, 13).to_csv(tmp_path / "AAPL.csv", index=False)
    for timeframe in ("1Min", "15Min"):
        with pytest.raises(NotOffered, match="30 minutes"):
            await bars(open_files(tmp_path), timeframe=timeframe)


async def test_weeks_make_neither_days_nor_months(write: Write) -> None:
    weekly = "date,close\n2024-01-05,1\n2024-01-12,2\n2024-01-19,3\n2024-01-26,4\n"
    vendor = write(AAPL_csv=weekly)
    assert (await bars(vendor, timeframe="1Week")).close == [1, 2, 3, 4]
    for timeframe in ("1Day", "1Month"):
        with pytest.raises(NotOffered, match="weeks"):
            await bars(vendor, timeframe=timeframe)


async def test_parquet_is_read_with_its_own_types(tmp_path: Path) -> None:
    frame = minutes(1, 60)
    duckdb.connect().execute(
        "COPY (SELECT * FROM frame) TO $path (FORMAT parquet)", {"path": str(tmp_path / "AAPL.parquet")}
    )
    found = await bars(open_files(tmp_path), timeframe="1Min", limit=200)
    assert found.close == frame["close"].tolist()
    assert found.timestamp[0] == "2024-01-30T14:30:00Z"


async def test_one_file_may_hold_many_symbols(write: Write) -> None:
    vendor = write(
        everything_csv="Ticker,Date,Close\nmsft,2024-01-30,1\nKO,2024-01-30,2\nMSFT,2024-01-31,3\n"
    )
    assert (await bars(vendor, "MSFT")).close == [1, 3]
    assert (await bars(vendor, "KO")).close == [2]
    with pytest.raises(UnknownSymbol):
        await bars(vendor, "EVERYTHING")


async def test_a_pair_is_a_file_with_a_hyphen_and_its_days_are_utc(write: Write) -> None:
    vendor = write(BTC__USD_csv="date,close\n2024-01-30T00:00:00Z,1\n2024-01-31T00:00:00Z,2\n", AAPL_csv=DAYS)
    assert (await bars(vendor, "BTC/USD")).timestamp == ["2024-01-30", "2024-01-31"]
    with pytest.raises(UnknownSymbol):
        await answer(vendor.fetchers[STOCK_BARS.name], BarsRequest(["BTC/USD"], "1Day", 5))


@pytest.mark.parametrize(
    "symbol", ["../AAPL", "/etc/passwd", "AAPL.csv", "..", "*", "A?PL", "secret/AAPL", "AAPL'--", ""]
)
async def test_a_symbol_is_never_a_path_or_a_query(tmp_path: Path, symbol: str) -> None:
    inside, beside = tmp_path / "bars", tmp_path / "secret"
    for folder in (inside, beside):
        folder.mkdir()
        (folder / "AAPL.csv").write_text(DAYS)
    vendor = open_files(inside)
    for kind in (STOCK_BARS, CRYPTO_BARS):
        with pytest.raises(UnknownSymbol):
            await answer(vendor.fetchers[kind.name], BarsRequest([symbol], "1Day", 5))


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("", "date or timestamp", "no date or timestamp column"),
        ("date,close\n", None, "has no rows"),
        ("close,open\n1,2\n", "date or timestamp", "no date or timestamp column; it has 'close', 'open'"),
        ("date,open\n2024-01-30,1\n", "close", "no close column"),
        ("date,close\n2024-01-30,1\nsoon,2\n", "date", "'soon' in column 'date'"),
        ("date,close\n2024-01-30,1\n,2\n", "date", "in column 'date'"),
        ("date,Close\n2024-01-30,1\n2024-01-31,many\n", "Close", "'many' in column 'Close'"),
        ("date,close,volume\n2024-01-30,1,inf\n", "volume", "'inf' in column 'volume'"),
        ("date,close\n2024-01-30,1\n2024-01-30,2\n", None, "two bars of AAPL at 2024-01-30"),
        ("date,close,Last\n2024-01-30,1,2\n", "Last", "two columns for close"),
        ("date,high,low,close\n2024-01-30,1,2,1.5\n", "high", "a high below the low"),
        ("13/01/2024,close\n", "date or timestamp", "no date or timestamp column"),
        ("date,close\n13/01/2024,1\n", "date", "'13/01/2024'"),
    ],
)
async def test_a_file_that_cannot_be_read_is_named_with_its_column(
    write: Write, text: str, column: str | None, told: str
) -> None:
    with pytest.raises(BadFile) as caught:
        await bars(write(AAPL_csv=text))
    assert told in str(caught.value)
    assert "AAPL.csv" in str(caught.value)
    details = caught.value.wire.details
    assert details == {"vendor": "files", "endpoint": "AAPL.csv", "column": column}


async def test_bytes_that_are_no_table_are_named_without_the_path(tmp_path: Path) -> None:
    (tmp_path / "AAPL.parquet").write_bytes(b"PAR1 not at all")
    with pytest.raises(BadFile) as caught:
        await bars(open_files(tmp_path))
    assert "AAPL.parquet cannot be read" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


async def test_a_bad_file_spoils_its_own_symbol_only(write: Write) -> None:
    vendor = write(AAPL_csv=DAYS, MSFT_csv="nothing of use\n")
    assert len((await bars(vendor)).close) == 4
    with pytest.raises(BadFile, match=r"MSFT\.csv"):
        await bars(vendor, "MSFT")


async def test_two_files_with_the_same_symbol_are_a_mistake(write: Write) -> None:
    vendor = write(AAPL_csv=DAYS, more_csv="symbol,date,close\nAAPL,2024-01-30,1\n")
    with pytest.raises(BadFile, match=r"AAPL\.csv and more\.csv both have bars of AAPL"):
        await bars(vendor)


async def test_a_changed_file_is_read_again(write: Write, tmp_path: Path) -> None:
    vendor = write(AAPL_csv=DAYS)
    assert len((await bars(vendor)).close) == 4
    (tmp_path / "AAPL.csv").write_text(DAYS + "2024-02-06,14,16,13,15,15,500\n")
    os.utime(tmp_path / "AAPL.csv", (2_000_000_000, 2_000_000_000))
    assert (await bars(vendor)).close[-1] == 15
    (tmp_path / "AAPL.csv").unlink()
    with pytest.raises(UnknownSymbol):
        await bars(vendor)


async def test_more_files_than_tables_are_all_answered(tmp_path: Path) -> None:
    for number in range(TABLES_MAX + 5):
        (tmp_path / f"S{number}.csv").write_text(f"date,close\n2024-01-30,{number + 1}\n")
    vendor = open_files(tmp_path)
    for number in (*range(TABLES_MAX + 5), 0):
        assert (await bars(vendor, f"S{number}")).close == [number + 1]


async def test_a_period_is_whole_or_refused_and_an_empty_one_says_what_there_is(write: Write) -> None:
    vendor = write(AAPL_csv=DAYS)
    part = await bars(vendor, start=date(2024, 1, 31), end=date(2024, 2, 1))
    assert part.timestamp == ["2024-01-31", "2024-02-01"]
    with pytest.raises(BadArgument) as refused:
        await bars(vendor, start=date(2024, 1, 1), limit=3)
    assert refused.value.wire.details == {"available": 4}
    with pytest.raises(NoData) as empty:
        await bars(vendor, start=date(2025, 1, 1))
    assert empty.value.wire.details == {"first": "2024-01-30", "last": "2024-02-05"}


async def test_a_snapshot_is_the_last_day_of_the_minutes(tmp_path: Path) -> None:
    frame = minutes(5, 78)
    frame.to_csv(tmp_path / "AAPL.csv", index=False)
    vendor = open_files(tmp_path)
    (found,) = (
        await answer(vendor.fetchers[STOCK_SNAPSHOTS.name], SnapshotsRequest(["AAPL"]))
    ).data.snapshots
    last = frame.iloc[78:]
    assert (found.price, found.previous_close) == (last["close"].iloc[-1], frame["close"].iloc[77])
    assert (found.high, found.low, found.volume) == (
        last["high"].max(),
        last["low"].min(),
        last["volume"].sum(),
    )
    assert found.as_of == "2024-01-31"


async def test_a_single_day_has_no_change(write: Write) -> None:
    vendor = write(AAPL_csv="date,close\n2024-01-30,1\n")
    (found,) = (
        await answer(vendor.fetchers[STOCK_SNAPSHOTS.name], SnapshotsRequest(["AAPL"]))
    ).data.snapshots
    assert (found.price, found.previous_close, found.change, found.change_fraction) == (1, None, None, None)


async def test_its_health_counts_files_and_misses_the_folder(write: Write, tmp_path: Path) -> None:
    health = write(AAPL_csv=DAYS, notes_txt="none").check_health()
    assert (health.status, health.facts) == ("up", {"vendor": "files", "files": 1})
    gone = open_files(tmp_path / "nowhere")
    assert gone.check_health().status == "down"
    await gone.close()
