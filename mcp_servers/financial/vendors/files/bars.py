"""Bars out of the table of a file, resampled by DuckDB to the timeframe asked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from mcp_servers.financial.vendors.failures import NotOffered
from mcp_servers.financial.vendors.files.loading import LoadedFile
from mcp_servers.financial.vendors.reading import need_time_text
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.problems import BadArgument, NoData
from schemas.market.prices import Adjustment, Bars, Timeframe

MINUTES: dict[Timeframe, int] = {"1Min": 1, "5Min": 5, "15Min": 15, "30Min": 30, "1Hour": 60, "4Hour": 240}
SPANS: dict[Timeframe, str] = {"1Day": "day", "1Week": "week", "1Month": "month"}
SPAN_DAYS = {"day": 4, "week": 12, "month": 45}
"""The longest ordinary distance between two bars of that length, weekends and holidays included."""


@dataclass(frozen=True)
class FileRows:
    """Bars of one symbol, oldest first: stamp, open, high, low, close, volume, second of the last row."""

    file: LoadedFile
    adjustment: Adjustment | None
    rows: list[tuple[Any, ...]]

    @property
    def last_second(self) -> float:
        """When the last row of the last bar was, in seconds since 1970."""
        return float(self.rows[-1][-1])


def read_rows(
    connection: duckdb.DuckDBPyConnection, file: LoadedFile, symbol: str, request: BarsRequest
) -> FileRows:
    """The last `limit` bars, or all of a period.

    Open of the first row, highest high, lowest low, close of the last, sum of volumes; null when a row of the
    bar has none. Raises `NotOffered` for what the file's own bars cannot be made into, `NoData`, and
    `BadArgument` for a period with more than `limit` bars.
    """
    adjustment = adjustment_of(file, request.adjustment)
    bucket = _bucket(connection, file, symbol, request.timeframe)
    parameters = {
        "symbol": symbol,
        "first": request.start or date.min,
        "last": request.end or date.max,
        "limit": request.limit,
    }
    rows = connection.execute(_query(file, bucket, request), parameters).fetchall()
    if not rows:
        raise _nothing(connection, file, symbol, request)
    available = rows[0][-1]
    if request.start is not None and available > request.limit:
        raise BadArgument(
            f"the period has {available} bars of {symbol}, and limit={request.limit}; "
            f"pass limit={available} or a shorter period",
            available=available,
        )
    rows = [row[:-1] for row in (rows if request.start else reversed(rows))]
    return FileRows(file, adjustment, rows)


def _query(file: LoadedFile, bucket: str, request: BarsRequest) -> str:
    """SQL of the rows, and of how many there are without the limit."""
    close, ratio = _closes(file, request.adjustment)
    return f"""
        WITH bars AS (
            SELECT wall, {bucket} AS bucket, {close} AS close, volume,
                open * {ratio} AS open, high * {ratio} AS high, low * {ratio} AS low
            FROM {file.table} WHERE symbol = $symbol
        ), longer AS (
            SELECT bucket, max(wall) AS last_wall, first(open ORDER BY wall) AS open,
                CASE WHEN count(high) = count(*) THEN max(high) END AS high,
                CASE WHEN count(low) = count(*) THEN min(low) END AS low,
                last(close ORDER BY wall) AS close,
                CASE WHEN count(volume) = count(*) THEN sum(volume) END AS volume
            FROM bars GROUP BY bucket
        ), stamped AS (
            SELECT {_stamp(file, request.timeframe)} AS stamp, {_day(request.timeframe)} AS day,
                epoch(last_wall AT TIME ZONE '{file.zone}') AS last_second, open, high, low, close, volume
            FROM longer
        )
        SELECT stamp, open, high, low, close, volume, last_second, count(*) OVER () FROM stamped
        WHERE day BETWEEN $first AND $last
        ORDER BY stamp {"ASC" if request.start else "DESC"} LIMIT $limit
    """  # noqa: S608 only our own names are put in


def adjustment_of(file: LoadedFile, asked: Adjustment) -> Adjustment | None:
    """What closes are adjusted for: unknown unless the file has adjusted ones beside its own.

    Raises `NotOffered` for one half of the adjustment, which no file tells.
    """
    if file.closes == "own":
        return None
    available: list[Adjustment] = ["all", "raw"] if file.closes == "both" else ["all"]
    if asked not in available:
        raise NotOffered(
            f"{file.file_name} has no closes with adjustment {asked!r}; ask for {' or '.join(available)}",
            available=available,
        )
    return asked


def _closes(file: LoadedFile, adjustment: Adjustment) -> tuple[str, str]:
    """SQL of a row's close, and of what its other prices are multiplied by to go with it."""
    if file.closes == "both" and adjustment == "all":
        return "adjusted", "(adjusted / close)"
    # Opens, highs and lows do not go with closes that were adjusted by an unknown factor: they are null.
    return ("adjusted", "CAST(NULL AS DOUBLE)") if file.closes == "adjusted" else ("close", "1")


def _bucket(
    connection: duckdb.DuckDBPyConnection, file: LoadedFile, symbol: str, timeframe: Timeframe
) -> str:
    """SQL of what bar of `timeframe` a row belongs to, cut at whole hours of the market's clock."""
    if file.has_times:
        if timeframe in SPANS:
            return f"date_trunc('{SPANS[timeframe]}', wall)"
        minutes = _usual_gap(connection, file, symbol, "minute")
        if MINUTES[timeframe] % minutes:
            raise _not_offered(file, timeframe, f"bars of {minutes} minutes")
        return f"time_bucket(INTERVAL {MINUTES[timeframe]} MINUTE, wall, TIMESTAMP '2000-01-01')"
    if timeframe in MINUTES:
        raise _not_offered(file, timeframe, "days")
    days = _usual_gap(connection, file, symbol, "day")
    own = next((name for name, most in SPAN_DAYS.items() if days <= most), "longer span")
    # A week may lie in two months, so that only days make months.
    if own == "day" or SPANS[timeframe] == own:
        return f"date_trunc('{SPANS[timeframe]}', wall)"
    raise _not_offered(file, timeframe, f"{own}s")


def _usual_gap(connection: duckdb.DuckDBPyConnection, file: LoadedFile, symbol: str, unit: str) -> int:
    """The most frequent distance of two rows in minutes or days; 1 for a single row."""
    query = f"""
        SELECT gap FROM (
            SELECT date_diff('{unit}', lag(wall) OVER (ORDER BY wall), wall) AS gap
            FROM {file.table} WHERE symbol = $symbol
        ) WHERE gap > 0 GROUP BY gap ORDER BY count(*) DESC, gap LIMIT 1
    """  # noqa: S608 only our own names are put in
    row = connection.execute(query, {"symbol": symbol}).fetchone()
    return int(row[0]) if row else 1


def _stamp(file: LoadedFile, timeframe: Timeframe) -> str:
    """SQL of a bar's timestamp: text for days and longer, seconds since 1970 for shorter ones."""
    if timeframe in SPANS:
        return "strftime(last_wall, '%Y-%m-%d')"
    return f"epoch(bucket AT TIME ZONE '{file.zone}')"


def _day(timeframe: Timeframe) -> str:
    return "CAST(last_wall AS DATE)" if timeframe in SPANS else "CAST(bucket AS DATE)"


def make_bars(symbol: str, timeframe: Timeframe, rows: list[tuple[Any, ...]]) -> Bars:
    """`rows` as columns."""
    stamps, opens, highs, lows, closes, volumes, _ = (list(column) for column in zip(*rows, strict=True))
    if timeframe in MINUTES:
        stamps = [need_time_text(datetime.fromtimestamp(second, UTC)) for second in stamps]
    return Bars(
        symbol=symbol,
        timeframe=timeframe,
        timestamp=stamps,
        open=opens,
        high=highs,
        low=lows,
        close=closes,
        volume=volumes,
    )


def _nothing(
    connection: duckdb.DuckDBPyConnection, file: LoadedFile, symbol: str, request: BarsRequest
) -> NoData:
    query = f"SELECT min(wall)::DATE, max(wall)::DATE FROM {file.table} WHERE symbol = $symbol"  # noqa: S608 our name
    first, last = connection.execute(query, {"symbol": symbol}).fetchall()[0]
    return NoData(
        f"no {request.timeframe} bar of {symbol} in this period; {file.file_name} has {first} to {last}",
        first=str(first),
        last=str(last),
    )


def _not_offered(file: LoadedFile, timeframe: Timeframe, own: str) -> NotOffered:
    return NotOffered(
        f"{file.file_name} has {own}, of which no {timeframe} bars can be made; ask for another timeframe",
        timeframe=timeframe,
        own=own,
    )
