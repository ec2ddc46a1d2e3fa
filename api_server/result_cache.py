"""Results that are given again while they are true: in the cache, and behind it in the database.

A result is as fresh as its most volatile tool call. Failures, stale, partial and empty results are not kept.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.results import ResultStore, StoredResult
from schemas.execution import ExecutionReport, Outcome, ToolCall
from schemas.tools import Tool, ToolCatalogue
from schemas.wire import utc_now
from service.cache.cache import Cache
from service.lifetimes import answer_seconds, is_empty

PREFIX = "result:"


@dataclass(frozen=True)
class KeptResult:
    """A run from before whose result is still true. `report` has no tape; its execution has it."""

    report: ExecutionReport
    fresh_until: datetime
    age_seconds: float


def result_key(user_id: str, script: str, parameters: dict[str, Any], catalogue: ToolCatalogue) -> str:
    """What a result depends on, as SHA-256.

    Feed and adjustment are in the script, in its parameters, or in what the tools' servers say of
    their configuration.
    """
    configurations = sorted({f"{tool.server}: {tool.configuration}" for tool in catalogue.tools})
    parts = [user_id, script, parameters, catalogue.digest, configurations]
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def fresh_until(report: ExecutionReport, catalogue: ToolCatalogue, now: datetime) -> datetime | None:
    """Until when the result is true; None when it must not be given again at all.

    Not beyond the day, in UTC, that the script took for today.
    """
    calls = report.metadata.tool_calls
    if report.outcome is not Outcome.COMPLETED or not calls or is_empty(report.result):
        return None
    tools = {tool.name: tool for tool in catalogue.tools}
    ends = [_answer_end(call, tools.get(call.tool), now) for call in calls]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    next_day = report.timestamp.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    end = min([*known, next_day])
    return end if end > now else None


def _answer_end(call: ToolCall, tool: Tool | None, now: datetime) -> datetime | None:
    if not call.success or tool is None or not tool.is_read_only or not tool.volatility_seconds:
        return None
    if call.metadata.get("cache") is not None:
        return None  # given from memory while its server was away
    answered = min(_read_time(call.metadata.get("timestamp"), now), now)
    seconds = answer_seconds(tool.volatility_seconds, tool.follows_market, call.metadata, answered)
    return answered + timedelta(seconds=seconds)


def _read_time(text: Any, otherwise: datetime) -> datetime:
    """When a tool says that it answered: an answer from memory is older than the run."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return otherwise
    return moment if moment.tzinfo else otherwise


class ResultCache:
    """Asked before a run and told after it. Switched off, it finds and keeps nothing."""

    def __init__(
        self,
        cache: Cache,
        store: ResultStore,
        seconds_max: float,
        *,
        is_enabled: bool = True,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._cache = cache
        self._store = store
        self._seconds_max = seconds_max
        self._is_enabled = is_enabled
        self._now = now

    async def find(self, user_id: str, key: str) -> KeptResult | None:
        """A result that is still true. Raises `DatabaseUnavailable`."""
        if not self._is_enabled:
            return None
        entry = await self._cache.get(PREFIX + key)
        if entry is None:
            stored = await self._store.find(user_id, key, self._now())
            if stored is None:
                return None
            entry = stored.entry
            await self._remember(key, entry)
        kept_until = datetime.fromisoformat(entry["fresh_until"])
        report = ExecutionReport.model_validate(entry["report"])
        age = (self._now() - report.timestamp).total_seconds()
        return KeptResult(report, kept_until, max(0.0, age)) if kept_until > self._now() else None

    def judge(
        self, user_id: str, key: str, report: ExecutionReport, catalogue: ToolCatalogue
    ) -> StoredResult | None:
        """What to keep of a run, as long as it is true; None when it must not be given again."""
        now = self._now()
        until = fresh_until(report, catalogue, now) if self._is_enabled else None
        if until is None:
            return None
        until = min(until, now + timedelta(seconds=self._seconds_max))
        entry = {
            "report": report.model_copy(update={"tape": None}).model_dump(mode="json"),
            "fresh_until": until.isoformat(),
        }
        return StoredResult(key, user_id, report.execution_id, entry, now, until)

    async def put(self, connection: AsyncConnection, result: StoredResult) -> None:
        """Write it down with its execution, which must be there before anybody finds it."""
        await self._store.put(connection, result)

    async def offer(self, result: StoredResult) -> None:
        """Let it be found: its execution is on record."""
        await self._remember(result.key, result.entry)

    async def forget_all(self) -> int:
        """Drop every result; how many there were. Raises `DatabaseUnavailable`."""
        in_cache = await self._cache.forget_all(PREFIX)
        return max(in_cache, await self._store.forget_all())

    async def _remember(self, key: str, entry: dict[str, Any]) -> None:
        left = datetime.fromisoformat(entry["fresh_until"]) - self._now()
        await self._cache.put(PREFIX + key, entry, left.total_seconds())
