"""The folder as a vendor of bars and snapshots, of stocks and of crypto pairs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mcp_servers.financial.hours import market_state
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.files.bars import FileRows, make_bars, read_rows
from mcp_servers.financial.vendors.files.folder import DataFolder, open_folder
from mcp_servers.financial.vendors.requests import BarsRequest, SnapshotsRequest
from mcp_servers.financial.vendors.vendor import AnyFetcher
from schemas.health import PartHealth
from schemas.market.envelope import Envelope, Metadata
from schemas.market.prices import Adjustment, BarsBySymbol, Snapshot, Snapshots
from schemas.wire import utc_now

SOURCE = "files"


@dataclass(frozen=True)
class FilesFetcher:
    """What reading bars and reading snapshots have in common."""

    folder: DataFolder
    clock: Callable[[], datetime]
    is_crypto: bool

    def resolve(self, symbols: list[str]) -> list[str]:
        """Canonical spellings; raises `UnknownSymbol` and `BadFile`."""
        return self.folder.symbols(is_crypto=self.is_crypto).resolve(symbols)

    async def read(self, request: BarsRequest) -> dict[str, FileRows]:
        """Bars of each symbol; in a thread, as files may be large."""

        def read_one(symbol: str) -> FileRows:
            return self.folder.ask(symbol, lambda tables, file: read_rows(tables, file, symbol, request))

        symbols = list(dict.fromkeys(request.symbols))
        return dict(zip(symbols, await asyncio.to_thread(list, map(read_one, symbols)), strict=True))

    def label(self, read: dict[str, FileRows], adjustment: Adjustment | None) -> Metadata:
        """The feed is the file; of several, all their names. Files do not say their currency."""
        names = ", ".join(dict.fromkeys(each.file.file_name for each in read.values()))
        newest = max(read.values(), key=lambda each: each.last_second)
        moment = datetime.fromtimestamp(newest.last_second, ZoneInfo(newest.file.zone))
        return Metadata(
            source=SOURCE,
            endpoint=names,
            feed=names,
            as_of=moment.astimezone(UTC) if newest.file.has_times else moment.date(),
            adjustment=adjustment,
            currency=None,
            market_state="open" if self.is_crypto else market_state(self.clock()),
        )


class FilesBars(FilesFetcher):
    """Bars as the files have them, or longer ones."""

    def make_query(self, request: BarsRequest) -> BarsRequest:
        return replace(request, symbols=self.resolve(request.symbols))

    async def fetch(self, query: BarsRequest) -> dict[str, FileRows]:
        return await self.read(query)

    def make_rows(self, query: BarsRequest, raw: dict[str, FileRows]) -> Envelope[BarsBySymbol]:
        adjustments = {each.adjustment for each in raw.values()}
        bars = {symbol: make_bars(symbol, query.timeframe, each.rows) for symbol, each in raw.items()}
        metadata = self.label(raw, adjustments.pop() if len(adjustments) == 1 else None)
        return Envelope[BarsBySymbol](data=BarsBySymbol(bars=bars), metadata=metadata)


class FilesSnapshots(FilesFetcher):
    """The last day of each symbol and its change from the day before."""

    def make_query(self, request: SnapshotsRequest) -> SnapshotsRequest:
        return SnapshotsRequest(self.resolve(request.symbols))

    async def fetch(self, query: SnapshotsRequest) -> dict[str, FileRows]:
        return await self.read(BarsRequest(query.symbols, "1Day", limit=2))

    def make_rows(self, query: SnapshotsRequest, raw: dict[str, FileRows]) -> Envelope[Snapshots]:
        snapshots = [_make_snapshot(symbol, raw[symbol]) for symbol in query.symbols]
        metadata = self.label(raw, None)
        return Envelope[Snapshots](data=Snapshots(snapshots=snapshots), metadata=metadata)


def _make_snapshot(symbol: str, read: FileRows) -> Snapshot:
    bars = make_bars(symbol, "1Day", read.rows)
    price, before = bars.close[-1], bars.close[-2] if len(bars.close) > 1 else None
    change = None if price is None or before is None else price - before
    return Snapshot(
        symbol=bars.symbol,
        price=price,
        previous_close=before,
        change=change,
        change_fraction=change / before if change is not None and before else None,
        open=bars.open[-1],
        high=bars.high[-1],
        low=bars.low[-1],
        volume=bars.volume[-1],
        as_of=bars.timestamp[-1],
    )


class FilesVendor:
    """The user's own bars."""

    name = SOURCE

    def __init__(self, folder: DataFolder, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self.fetchers: dict[str, AnyFetcher] = {
            kinds.STOCK_BARS.name: FilesBars(folder, clock, is_crypto=False),
            kinds.STOCK_SNAPSHOTS.name: FilesSnapshots(folder, clock, is_crypto=False),
            kinds.CRYPTO_BARS.name: FilesBars(folder, clock, is_crypto=True),
            kinds.CRYPTO_SNAPSHOTS.name: FilesSnapshots(folder, clock, is_crypto=True),
        }

    def check_health(self) -> PartHealth:
        """Files are counted and not read."""
        count = len(self._folder.versions())
        is_there = self._folder.path.is_dir()
        facts = {"vendor": self.name, "files": count}
        if not is_there:
            detail = "the folder of MARKET_DATA_FILES_DIR is not there; make it, or unset the variable"
            return PartHealth(name=self.name, status="down", detail=detail, facts=facts)
        return PartHealth(name=self.name, status="up", detail="bars of the user's own files", facts=facts)

    async def close(self) -> None:
        """Let go of the tables."""
        self._folder.connection.close()


def open_files(path: Path, clock: Callable[[], datetime] = utc_now) -> FilesVendor:
    """Files of the folder `path`; they are read when they are asked for."""
    return FilesVendor(open_folder(path), clock)
