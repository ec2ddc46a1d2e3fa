"""Kept results: from the cache, from the database when that forgot, of their user only, until their time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from api_server.result_cache import ResultCache
from api_server.storage.opened import Storage
from api_server.storage.results import ResultStore
from schemas.execution import ExecutionReport, ToolCall
from schemas.tools import Tool, ToolCatalogue
from schemas.wire import utc_now
from service.cache.cache import Cache
from tests.doubles.databases import (
    a_question,
    a_report,
    accepted,
)

CATALOGUE = ToolCatalogue(
    tools=[Tool(name="bars", server="s", input_schema={}, volatility_seconds=60, is_read_only=True)],
    servers=[],
    digest="d",
)


class Moment:
    """A time of day that is set by hand."""

    def __init__(self) -> None:
        self.now = utc_now().replace(hour=12)

    def __call__(self) -> datetime:
        return self.now


async def a_run(storage: Storage, user: str, moment: Moment) -> ExecutionReport:
    new = a_question(user, f"sess_{uuid4().hex}")
    await accepted(storage, new)
    report = a_report(new.id)
    call = ToolCall(tool="bars", arguments={}, started_ms=0, duration_ms=1)
    metadata = report.metadata.model_copy(update={"tool_calls": [call]})
    return report.model_copy(update={"metadata": metadata, "timestamp": moment.now})


def new_key() -> str:
    return uuid4().hex * 2


async def keep(
    results: ResultCache, storage: Storage, user: str, key: str, report: ExecutionReport
) -> datetime | None:
    """Until when it is kept, on record and offered; None when it is not."""
    kept = results.judge(user, key, report, CATALOGUE)
    if kept is None:
        return None
    async with storage.database.writing() as connection:
        await results.put(connection, kept)
    await results.offer(kept)
    return kept.expires_at


async def test_a_result_is_given_again_with_its_age_until_its_time_is_over(
    storage: Storage, new_cache: Callable[[], Cache]
) -> None:
    moment, user, key = Moment(), f"user_{uuid4().hex}", new_key()
    results = ResultCache(new_cache(), ResultStore(storage.database), 86_400, now=moment)
    report = await a_run(storage, user, moment)
    until = await keep(results, storage, user, key, report)
    assert until == moment.now + timedelta(seconds=60)
    moment.now += timedelta(seconds=59)
    kept = await results.find(user, key)
    assert kept is not None
    assert (kept.age_seconds, kept.fresh_until) == (59, until)
    assert (kept.report.result, kept.report.execution_id) == (report.result, report.execution_id)
    moment.now += timedelta(seconds=1)
    assert await results.find(user, key) is None


async def test_what_the_cache_forgot_is_in_the_database(
    storage: Storage, new_cache: Callable[[], Cache]
) -> None:
    moment, user, key = Moment(), f"user_{uuid4().hex}", new_key()
    store = ResultStore(storage.database)
    report = await a_run(storage, user, moment)
    first = ResultCache(new_cache(), store, 86_400, now=moment)
    await keep(first, storage, user, key, report)
    cache = new_cache()
    restarted = ResultCache(cache, store, 86_400, now=moment)
    assert await restarted.find(user, key) is not None
    assert await restarted.find(user, key) is not None
    assert cache.counts.hits == 1
    assert await ResultCache(new_cache(), store, 86_400, now=moment).find("somebody_else", key) is None
    moment.now += timedelta(seconds=60)
    assert await ResultCache(new_cache(), store, 86_400, now=moment).find(user, key) is None


async def test_nothing_is_kept_longer_than_the_operator_allows(
    storage: Storage, new_cache: Callable[[], Cache]
) -> None:
    moment, user, key = Moment(), f"user_{uuid4().hex}", new_key()
    results = ResultCache(new_cache(), ResultStore(storage.database), 5, now=moment)
    until = await keep(results, storage, user, key, await a_run(storage, user, moment))
    assert until == moment.now + timedelta(seconds=5)


async def test_switched_off_it_keeps_and_finds_nothing(
    storage: Storage, new_cache: Callable[[], Cache]
) -> None:
    moment, user, key = Moment(), f"user_{uuid4().hex}", new_key()
    cache, store = new_cache(), ResultStore(storage.database)
    report = await a_run(storage, user, moment)
    off = ResultCache(cache, store, 86_400, is_enabled=False, now=moment)
    assert await keep(off, storage, user, key, report) is None
    on = ResultCache(cache, store, 86_400, now=moment)
    assert await on.find(user, key) is None
    await keep(on, storage, user, key, report)
    assert await off.find(user, key) is None


async def test_all_results_can_be_forgotten_at_once(storage: Storage, new_cache: Callable[[], Cache]) -> None:
    moment, user, key = Moment(), f"user_{uuid4().hex}", new_key()
    results = ResultCache(new_cache(), ResultStore(storage.database), 86_400, now=moment)
    await keep(results, storage, user, key, await a_run(storage, user, moment))
    assert await results.forget_all() >= 1
    assert await results.find(user, key) is None
