"""Several API servers over one database serve the same session, with a Redis in common and without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from api_server.storage.recorder import Conclusion, Understanding
from schemas.conversation import Context
from tests.doubles.api_app import make_api_settings, opened_app, storage_of
from tests.doubles.asked_api import asked_api, prepared
from tests.doubles.databases import a_question, a_report, accepted, migrate
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.redis_server import RedisServer
from tests.doubles.stacks import STACKS, stack_settings

Pair = tuple[httpx2.AsyncClient, httpx2.AsyncClient]
SESSION = "sess_shared"


SCRIPT = '''
def analyze(symbols: list[str] = ["KO"], days: int = 60) -> dict:
    """Volatility.

    symbols: tickers
    days: trading days to look back
    """
    return {"description": "volatility", "body": [{"key": symbol, "value": days} for symbol in symbols]}
'''


@pytest.fixture(params=STACKS)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """What several servers have in common, as settings: a file of SQLite, or a whole stack of servers."""
    if request.param == "embedded":
        return {"database_url": SecretStr(f"sqlite:///{tmp_path}/shared.db")}
    return stack_settings(request.param, tmp_path, request)


@pytest.fixture
async def servers(shared: dict[str, Any], tmp_path: Path) -> AsyncIterator[Pair]:
    async with opened_pair(shared, tmp_path) as both:
        yield both


@asynccontextmanager
async def opened_pair(shared: dict[str, Any], folder: Path) -> AsyncIterator[Pair]:
    both = [make_api_settings(folder / name, **shared) for name in ("one", "two")]
    await asyncio.to_thread(migrate, both[0])
    async with opened_app(both[0]) as one, opened_app(both[1]) as two:
        yield one, two


async def read_context(server: httpx2.AsyncClient) -> Context:
    reply = await server.get(f"/conversation/{SESSION}/context")
    assert reply.status_code == 200, reply.text
    return Context.model_validate(reply.json()["context"])


async def test_what_one_server_writes_the_other_shows_at_once(servers: Pair) -> None:
    one, two = servers
    recording = await accepted(storage_of(one), a_question("local", SESSION))
    assert [message.role for message in (await read_context(two)).messages] == ["user"]
    await recording.understood(Understanding("Volatility of KO over 60 days", 0.9))
    assert len((await read_context(two)).expanded_queries) == 1
    await recording.finished(Conclusion(a_report(recording.execution.id), "KO moved by 17 %"))
    seen = [await read_context(server) for server in (two, one, two)]
    assert seen[0] == seen[1] == seen[2]
    assert [message.content for message in seen[0].messages] == ["How volatile was KO?", "KO moved by 17 %"]
    await two.delete(f"/conversation/{SESSION}")
    assert (await one.get(f"/conversation/{SESSION}/context")).status_code == 404


async def test_a_session_is_served_while_redis_is_away(
    one_redis: RedisServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stack = await asyncio.to_thread(stack_settings, "servers", tmp_path, request)
    async with opened_pair(stack, tmp_path) as (one, two):
        await accepted(storage_of(one), a_question("local", SESSION))
        before = await read_context(two)
        one_redis.kill()
        try:
            assert await read_context(two) == before
            await accepted(storage_of(two), a_question("local", SESSION, "And PEP?"))
            assert len((await read_context(one)).messages) == 2
        finally:
            one_redis.start()
        assert len((await read_context(two)).messages) == 2


async def test_a_follow_up_is_understood_at_the_other_server(
    shared: dict[str, Any], executor: ExecutionServer, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, make_api_settings(tmp_path, **shared))
    async with (
        asked_api(executor, tmp_path / "one", prepared(SCRIPT), **shared) as one,
        asked_api(executor, tmp_path / "two", prepared(), **shared) as two,
    ):
        first = await one.ask("How volatile was KO over the last 60 trading days?", session_id=SESSION)
        second = await two.ask("and JPM?", session_id=SESSION)
        third = await one.ask("make it 120 days", session_id=SESSION)
    assert second["understanding"]["follow_up_of"] == first["execution_id"]
    assert second["parameters"]["values"] == {"symbols": ["JPM"], "days": 60}
    assert third["understanding"]["follow_up_of"] == second["execution_id"]
    assert third["parameters"]["values"] == {"symbols": ["JPM"], "days": 120}
