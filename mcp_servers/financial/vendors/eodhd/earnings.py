"""The earnings calendar of EODHD."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_servers.financial.vendors.connection import Reply
from mcp_servers.financial.vendors.eodhd.access import EodhdFetcher
from mcp_servers.financial.vendors.eodhd.tickers import US, split_ticker, to_ticker
from mcp_servers.financial.vendors.reading import read_day, read_number, read_percent
from mcp_servers.financial.vendors.requests import EarningsRequest
from schemas.market.company import EarningsCalendar, EarningsReport, ReportTime
from schemas.market.envelope import Envelope

ENDPOINT = "/calendar/earnings"
TIMES: Mapping[str, ReportTime] = {"BeforeMarket": "before_market", "AfterMarket": "after_market"}


class EodhdEarnings(EodhdFetcher[EarningsRequest, EarningsRequest, EarningsCalendar]):
    """Without symbols, those of US exchanges. With symbols the vendor ignores dates: they count here."""

    def make_query(self, request: EarningsRequest) -> EarningsRequest:
        return request

    async def ask(self, query: EarningsRequest) -> Sequence[Reply]:
        parameters = {"from": query.start.isoformat(), "to": query.end.isoformat()}
        if query.symbols:
            unspeakable = [symbol for symbol in query.symbols if to_ticker(symbol) is None]
            if unspeakable:
                raise await self._access.unknown(unspeakable)
            parameters["symbols"] = ",".join(str(to_ticker(symbol)) for symbol in query.symbols)
        return [await self._access.get(ENDPOINT, parameters)]

    def read(self, query: EarningsRequest, replies: Sequence[Reply]) -> Envelope[EarningsCalendar]:
        first, last = query.start.isoformat(), query.end.isoformat()
        reports = [
            _make_report(row)
            for row in replies[0].content["earnings"]
            if first <= row["report_date"] <= last and (query.symbols or row["code"].endswith(US))
        ]
        reports.sort(key=lambda report: (report.report_date, report.symbol))
        metadata = self._access.label(ENDPOINT, replies)
        return Envelope[EarningsCalendar](data=EarningsCalendar(reports=reports), metadata=metadata)


def _make_report(row: dict[str, Any]) -> EarningsReport:
    return EarningsReport(
        symbol=split_ticker(row["code"]),
        report_date=row["report_date"],
        period_end=read_day(row.get("date")),
        time=TIMES.get(row.get("before_after_market") or ""),
        eps_estimate=read_number(row.get("estimate")),
        eps_actual=read_number(row.get("actual")),
        surprise_fraction=read_percent(row.get("percent")),
    )
