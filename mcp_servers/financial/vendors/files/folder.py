"""The folder of the user's bars: which symbols its files have, read when they are new or have changed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import TypeVar

import duckdb

from mcp_servers.financial.symbols import SymbolTable
from mcp_servers.financial.vendors.files.columns import BadFile
from mcp_servers.financial.vendors.files.loading import LoadedFile, list_symbols, load_file

SUFFIXES = (".csv", ".parquet")
FILE_NAME = re.compile(r"[A-Za-z0-9.^=_-]+")
"""No characters that DuckDB would take for a pattern."""
PAIR = re.compile(r"([A-Z0-9]{2,10})[-_](USD|USDT|USDC|EUR|GBP|BTC|ETH)")
TABLES_MAX = 64
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class FileVersion:
    """What tells one content of a file from the next."""

    path: Path
    modified_ns: int
    size: int


@dataclass
class DataFolder:
    """Files of `path`, their tables in one DuckDB connection that one thread at a time uses."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    _symbols: dict[FileVersion, tuple[str, ...]] = field(default_factory=dict)
    _tables: dict[FileVersion, LoadedFile] = field(default_factory=dict)
    _tables_made: int = 0
    _lock: RLock = field(default_factory=RLock)

    def symbols(self, *, is_crypto: bool) -> SymbolTable:
        """Symbols of all files: of pairs, or of everything else. Files have no company names.

        Raises `BadFile`.
        """
        with self._lock:
            names = {symbol: symbol for symbol in self._owners() if ("/" in symbol) == is_crypto}
        pairs = names if is_crypto else {}
        spellings = {symbol.replace("/", mark): symbol for symbol in pairs for mark in ("-", "")}
        return SymbolTable(names, spellings)

    def ask(self, symbol: str, question: Callable[[duckdb.DuckDBPyConnection, LoadedFile], Answer]) -> Answer:
        """The answer of the table that has `symbol`, one of `symbols()`. Raises `BadFile`."""
        with self._lock:
            return question(self.connection, self._load(self._owners()[symbol]))

    def versions(self) -> list[FileVersion]:
        """The files that can hold bars, by name, as they are now."""
        if not self.path.is_dir():
            return []
        files = (path for path in sorted(self.path.iterdir()) if path.suffix.lower() in SUFFIXES)
        return [
            FileVersion(path, (stat := path.stat()).st_mtime_ns, stat.st_size)
            for path in files
            if FILE_NAME.fullmatch(path.name) and path.is_file()
        ]

    def _owners(self) -> dict[str, FileVersion]:
        """The file of each symbol; to be asked with the lock."""
        owners: dict[str, FileVersion] = {}
        versions = self.versions()
        self._symbols = {version: self._symbols[version] for version in versions if version in self._symbols}
        for version in versions:
            for symbol in self._symbols_in(version):
                if symbol in owners:
                    both = f"{owners[symbol].path.name} and {version.path.name}"
                    raise BadFile(
                        f"{both} both have bars of {symbol}; remove one",
                        vendor="files",
                        endpoint=version.path.name,
                        column=None,
                    )
                owners[symbol] = version
        return owners

    def _symbols_in(self, version: FileVersion) -> tuple[str, ...]:
        """A file that cannot be read counts as that of its name, so that only its own symbol suffers."""
        if version not in self._symbols:
            name = symbol_of(version.path)
            try:
                self._symbols[version] = list_symbols(self.connection, version.path, name)
            except BadFile:
                self._symbols[version] = (name,)
        return self._symbols[version]

    def _load(self, version: FileVersion) -> LoadedFile:
        """The table of a file, made anew when the file has changed; of too many tables the oldest goes."""
        if version not in self._tables:
            stale = [known for known in self._tables if known.path == version.path]
            if not stale and len(self._tables) >= TABLES_MAX:
                stale = [next(iter(self._tables))]
            for known in stale:
                self.connection.execute(f"DROP TABLE {self._tables.pop(known).table}")
            self._tables_made += 1
            name = f"bars_{self._tables_made}"
            self._tables[version] = load_file(self.connection, version.path, symbol_of(version.path), name)
        return self._tables[version]


def open_folder(path: Path) -> DataFolder:
    """A connection in memory that neither fetches extensions nor writes."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "2",
    }
    return DataFolder(path, duckdb.connect(":memory:", config=config))


def symbol_of(path: Path) -> str:
    """AAPL for AAPL.csv, BTC/USD for BTC-USD.parquet."""
    name = path.stem.upper()
    pair = PAIR.fullmatch(name)
    return "/".join(pair.groups()) if pair else name
