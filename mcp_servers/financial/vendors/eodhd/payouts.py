"""Dividends and splits from EODHD."""

from collections.abc import Sequence
from typing import Any

from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.eodhd.access import EodhdPlainFetcher
from mcp_servers.financial.vendors.eodhd.tickers import canonical
from mcp_servers.financial.vendors.reading import need_number, read_day, read_number
from mcp_servers.financial.vendors.requests import DividendsRequest, SplitsRequest
from schemas.market.company import Dividends, Splits
from schemas.market.envelope import Envelope

DIVIDENDS_ENDPOINT = "/div"
SPLITS_ENDPOINT = "/splits"


class EodhdDividends(EodhdPlainFetcher[DividendsRequest, Dividends]):
    """The vendor's `date` is the ex-date."""

    async def ask(self, query: DividendsRequest) -> Sequence[Reply]:
        period = {"from": query.start, "to": query.end}
        parameters = {name: day.isoformat() for name, day in period.items() if day}
        return [await self._access.get_of(query.symbol, DIVIDENDS_ENDPOINT, parameters)]

    def read(self, query: DividendsRequest, replies: Sequence[Reply]) -> Envelope[Dividends]:
        rows = sorted(replies[0].content, key=lambda row: row["date"])
        dividends = Dividends(
            symbol=canonical(query.symbol),
            ex_date=[row["date"] for row in rows],
            amount=[need_number(row["value"]) for row in rows],
            unadjusted_amount=[read_number(row.get("unadjustedValue")) for row in rows],
            declaration_date=_days(rows, "declarationDate"),
            record_date=_days(rows, "recordDate"),
            payment_date=_days(rows, "paymentDate"),
        )
        currencies = {row.get("currency") for row in rows}
        currency = currencies.pop() if len(currencies) == 1 else None
        metadata = self._access.label(DIVIDENDS_ENDPOINT, replies, adjustment="split", currency=currency)
        return Envelope[Dividends](data=dividends, metadata=metadata)


class EodhdSplits(EodhdPlainFetcher[SplitsRequest, Splits]):
    """The vendor writes a ratio as two numbers: 4.000000/1.000000."""

    async def ask(self, query: SplitsRequest) -> Sequence[Reply]:
        return [await self._access.get_of(query.symbol, SPLITS_ENDPOINT)]

    def read(self, query: SplitsRequest, replies: Sequence[Reply]) -> Envelope[Splits]:
        rows = sorted(replies[0].content, key=lambda row: row["date"])
        splits = Splits(
            symbol=canonical(query.symbol),
            date=[row["date"] for row in rows],
            ratio=[_ratio(row["split"]) for row in rows],
        )
        metadata = self._access.label(SPLITS_ENDPOINT, replies, currency=None)
        return Envelope[Splits](data=splits, metadata=metadata)


def _days(rows: list[dict[str, Any]], name: str) -> list[str | None]:
    return [read_day(row.get(name)) for row in rows]


def _ratio(text: str) -> float:
    new, old = text.split("/")
    if need_number(old) <= 0 or need_number(new) <= 0:
        raise ValueError(f"not a split: {text}")
    return need_number(new) / need_number(old)
