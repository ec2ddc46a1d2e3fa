"""One file as a checked table in DuckDB: symbol, wall (time on the market's clock), prices and volume."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from mcp_servers.financial.vendors.files.columns import NUMBERS, BadFile, Columns, recognise

NULLS = "['', 'null', 'NULL', 'None', 'NaN', 'nan', 'NA', 'N/A', '-']"
FORMATS = (
    "['%Y%m%d', '%Y%m%d %H:%M:%S', '%Y%m%d %H:%M', '%m/%d/%Y', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', "
    "'%Y/%m/%d', '%Y/%m/%d %H:%M', '%Y/%m/%d %H:%M:%S', '%d-%b-%Y', '%b %d, %Y']"
)
"""Besides ISO 8601. A date with slashes begins with the year or the month."""
EPOCH_SCALES = (("1e17", "1e9"), ("1e14", "1e6"), ("1e11", "1e3"))
"""Above which number a time since 1970 is in nano-, micro- and milliseconds, and how many make a second."""
STOCK_ZONE, CRYPTO_ZONE = "America/New_York", "UTC"
TEXT = "VARCHAR"
INTEGERS = ("BIGINT", "INTEGER", "UBIGINT", "HUGEINT")


@dataclass(frozen=True)
class LoadedFile:
    """`table` has a row per symbol and bar.

    `has_times` tells intraday bars from days and longer, `closes` which kinds of close there are.
    """

    table: str
    file_name: str
    zone: str
    has_times: bool
    closes: Literal["own", "adjusted", "both"]


def load_file(connection: duckdb.DuckDBPyConnection, path: Path, symbol: str, table: str) -> LoadedFile:
    """Read `path` into `table`; `symbol` is whose bars they are when no column says so. Raises `BadFile`."""
    symbols = list_symbols(connection, path, symbol)
    zone = CRYPTO_ZONE if all("/" in each for each in symbols) else STOCK_ZONE
    connection.execute(f"SET TimeZone = '{zone}'")
    columns = _read_columns(connection, path)
    rows = f"SELECT {', '.join(_readings(columns, symbol))} FROM {_source(path)}"  # noqa: S608 quoted names
    _execute(connection, path, f"CREATE OR REPLACE TEMP TABLE raw AS {rows}")
    _check(connection, path, columns)
    has_times, wall = _wall(connection, zone)
    prices = ", ".join(NUMBERS)
    connection.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT symbol, {wall} AS wall, {prices} FROM raw"  # noqa: S608 our names
    )
    _check_order(connection, path, table)
    connection.execute("DROP TABLE raw")
    closes: Literal["own", "adjusted", "both"] = "own"
    if columns.has("adjusted"):
        closes = "both" if columns.has("close") else "adjusted"
    return LoadedFile(table, path.name, zone, has_times, closes)


def list_symbols(connection: duckdb.DuckDBPyConnection, path: Path, symbol: str) -> tuple[str, ...]:
    """Those of the symbol column, or `symbol` when there is none. Raises `BadFile`."""
    columns = _read_columns(connection, path)
    if not columns.has("symbol"):
        return (symbol,)
    query = f"SELECT DISTINCT {_symbol(columns)} AS symbol FROM {_source(path)} ORDER BY symbol"  # noqa: S608 quoted
    return tuple(row[0] for row in _execute(connection, path, query) if row[0])


def _source(path: Path) -> str:
    if path.suffix.lower() == ".parquet":
        return "read_parquet(?)"
    return f"read_csv(?, all_varchar = true, header = true, nullstr = {NULLS})"


def _execute(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query with the file as its one parameter."""
    try:
        return connection.execute(query, [str(path)]).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(path), path.name)
        raise _bad(path, None, f"cannot be read: {reason}; export it again") from error


def _read_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> Columns:
    described = _execute(connection, path, f"DESCRIBE SELECT * FROM {_source(path)}")  # noqa: S608 our text
    return recognise(path.name, {row[0]: row[1] for row in described})


def _symbol(columns: Columns) -> str:
    return f"upper(trim(CAST({_quote(columns.names['symbol'])} AS VARCHAR)))"


def _readings(columns: Columns, symbol: str) -> Iterator[str]:
    """SQL of each column of the raw table: the reading and, for complaints, the text it was read from."""
    if columns.has("symbol"):
        yield f"{_symbol(columns)} AS symbol"
    else:
        yield f"'{symbol}' AS symbol"
    moment, text = _moment(columns)
    yield f"{moment} AS moment, {text} AS moment_text"
    for role in NUMBERS:
        if not columns.has(role):
            yield f"CAST(NULL AS DOUBLE) AS {role}, CAST(NULL AS VARCHAR) AS {role}_text"
            continue
        name = _quote(columns.names[role])
        is_text = columns.types[role] == TEXT
        cleaned = f"regexp_replace(trim({name}), '[$,]', '', 'g')" if is_text else name
        number = f"TRY_CAST({cleaned} AS DOUBLE)"
        known = name if is_text else f"CASE WHEN NOT isnan(CAST({name} AS DOUBLE)) THEN {name} END"
        finite = f"CASE WHEN isfinite({number}) THEN {number} END"
        yield f"{finite} AS {role}, CAST({known} AS VARCHAR) AS {role}_text"


def _moment(columns: Columns) -> tuple[str, str]:
    """SQL of the time of a bar, and of its text. A date and a time of day may be two columns."""
    roles = [role for role in ("date", "time") if columns.has(role)]
    names = [_quote(columns.names[role]) for role in roles]
    if len(names) == 2:
        text = f"concat_ws(' ', CAST({names[0]} AS VARCHAR), CAST({names[1]} AS VARCHAR))"
        return _read_text(text), text
    kind = columns.types[roles[0]]
    text = f"CAST({names[0]} AS VARCHAR)"
    if kind == TEXT or kind in INTEGERS:
        return _read_text(text), text
    return f"CAST({names[0]} AS TIMESTAMPTZ)", text


def _read_text(text: str) -> str:
    """ISO 8601 and `FORMATS`; nine digits and more are seconds since 1970, or thousandths and so on."""
    digits = f"CAST({text} AS DOUBLE)"
    steps = " ".join(f"WHEN {digits} > {above} THEN {scale}" for above, scale in EPOCH_SCALES)
    scale = f"CASE {steps} ELSE 1 END"
    return (
        f"CASE WHEN regexp_full_match(trim({text}), '[0-9]{{9,}}') THEN to_timestamp({digits} / {scale}) "
        f"ELSE coalesce(TRY_CAST({text} AS TIMESTAMPTZ), "
        f"CAST(try_strptime(trim({text}), {FORMATS}) AS TIMESTAMPTZ)) END"
    )


def _check(connection: duckdb.DuckDBPyConnection, path: Path, columns: Columns) -> None:
    """Every row has a time, and what is written in a column of numbers is a finite number."""
    if not _first(connection, "SELECT 1 FROM raw LIMIT 1"):
        raise _bad(path, None, "has no rows; put bars into it or remove it")
    if missing := _first(connection, "SELECT moment_text FROM raw WHERE moment IS NULL LIMIT 1"):
        name = columns.names.get("date") or columns.names["time"]
        raise _bad(
            path, name, f"has {missing[0]!r} in column {name!r}, which is no time; write it as 2024-01-31"
        )
    for role in NUMBERS:
        wrong = f"SELECT {role}_text FROM raw WHERE {role} IS NULL AND {role}_text IS NOT NULL LIMIT 1"  # noqa: S608
        if found := _first(connection, wrong):
            name = columns.names[role]
            raise _bad(path, name, f"has {found[0]!r} in column {name!r}, which is no number; correct it")
    if _first(connection, "SELECT 1 FROM raw WHERE symbol IS NULL OR symbol = '' LIMIT 1"):
        name = columns.names["symbol"]
        raise _bad(path, name, f"has rows without a symbol in column {name!r}; fill them in")


def _check_order(connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
    """No bar is there twice, none has its high below its low."""
    twice = f"SELECT symbol, wall FROM {table} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1"  # noqa: S608 our name
    if found := _first(connection, twice):
        raise _bad(path, None, f"has two bars of {found[0]} at {found[1]}; remove one")
    crossed = f"SELECT symbol, wall FROM {table} WHERE high < low ORDER BY ALL LIMIT 1"  # noqa: S608 our name
    if found := _first(connection, crossed):
        raise _bad(path, "high", f"has a high below the low of {found[0]} at {found[1]}; correct it")


def _wall(connection: duckdb.DuckDBPyConnection, zone: str) -> tuple[bool, str]:
    """Whether bars have times of day, and SQL of their wall time.

    Days written as midnight UTC are days all the same, though New York's clock shows the evening before.
    """
    for place in (zone, "UTC"):
        local = f"(moment AT TIME ZONE '{place}')"
        if not _first(connection, f"SELECT 1 FROM raw WHERE {local} != date_trunc('day', {local}) LIMIT 1"):  # noqa: S608
            return False, local
    return True, f"(moment AT TIME ZONE '{zone}')"


def _first(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    return row


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _bad(path: Path, column: str | None, what: str) -> BadFile:
    return BadFile(f"{path.name} {what}", vendor="files", endpoint=path.name, column=column)
