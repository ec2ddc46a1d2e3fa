"""What an API server remembers, forgotten or made up: cheaper than a new server for each test of the page."""

import asyncio
import copy
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from api_server.access.caller import LOCAL_USER_ID
from api_server.parts import Parts
from api_server.storage.tables import (
    api_servers,
    execution_tapes,
    executions,
    metadata,
    tape_blob_uses,
    users,
)
from api_server.vectors.index import Collection
from schemas.wire import utc_now
from tests.doubles.developer_house import Seed

KEPT = (api_servers, users)
"""Tables whose rows are of the server itself."""
END_SECONDS_MAX = 10.0
END_LOOKS_MAX = 1000


async def forget_everything(parts: Parts) -> None:
    """Stop what is under way, then empty tables, index and caches."""
    database = parts.storage.database
    known = [row["id"] for row in await database.read(select(executions.c.id))]
    await _end_all(parts, known)
    await parts.pipeline.reusing.memory.finish(END_SECONDS_MAX)
    if known:
        await parts.vectors.forget(Collection.QUESTIONS, known, owner=LOCAL_USER_ID)
    async with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table not in KEPT:
                await connection.execute(delete(table))
    await parts.live.cache.forget_all("")
    await parts.pipeline.executor.forget_answers()


async def falsify_recording(
    parts: Parts, execution_id: str, place: Sequence[str | int], value: Any, packages: Mapping[str, str]
) -> None:
    """As if the run had given `value` at `place` of its result, with other versions of packages."""
    tapes = parts.storage.tapes
    taped = await tapes.load(LOCAL_USER_ID, execution_id)
    result = copy.deepcopy(taped.report.result)
    within = result
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = value
    tape = taped.tape.model_copy(update={"packages": {**taped.tape.packages, **packages}})
    packed = await tapes.pack(taped.report.model_copy(update={"result": result, "tape": tape}))
    async with parts.storage.database.writing() as connection:
        await connection.execute(delete(tape_blob_uses).where(tape_blob_uses.c.execution_id == execution_id))
        await connection.execute(
            delete(execution_tapes).where(execution_tapes.c.execution_id == execution_id)
        )
        await tapes.put(connection, execution_id, packed)


async def _end_all(parts: Parts, execution_ids: Sequence[str]) -> None:
    stops = parts.live.events.stops
    for execution_id in filter(stops.is_under_way, execution_ids):
        await stops.stop(execution_id)
    for _ in range(END_LOOKS_MAX):
        if not any(map(stops.is_under_way, execution_ids)):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("an execution did not end")


async def make_up_questions(parts: Parts, count: int, apart: timedelta, facts: Mapping[str, Any]) -> None:
    """Answered questions, the latest first; `facts` are columns of the latest."""
    seed = Seed(parts.storage, utc_now())
    for number in range(count):
        told = {"question": f"Earlier question {number}?", **(facts if number == 0 else {})}
        await seed.add(number * apart, **told)
