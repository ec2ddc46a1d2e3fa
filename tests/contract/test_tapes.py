"""What the store of recordings promises, on SQLite and on PostgreSQL."""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import func, select, update

from api_server.errors import ExecutionNotFound, NotReplayable
from api_server.settings.storage import StorageSettings
from api_server.storage.opened import Storage
from api_server.storage.tables import execution_tapes, executions, tape_blob_uses, tape_blobs
from schemas.execution import ExecutionReport, Outcome, RecordedCall, Tape, TapedTool
from tests.doubles.databases import a_question, accepted

BARS = {"data": {"close": [101.5, 1e-17, 0.1 + 0.2, 3.0, 3], "z": None, "a": "é 🙂 \\u0000"}, "metadata": {}}


@pytest.fixture(scope="module")
def settings(settings: StorageSettings) -> StorageSettings:
    return settings.model_copy(update={"tape_size_max_mb": 1})


def a_call(response: Any = BARS, **facts: Any) -> RecordedCall:
    size = len(orjson.dumps(response))
    return RecordedCall(
        tool="bars",
        arguments={"symbol": "KO", "limit": 3},
        started_ms=1.25,
        duration_ms=2,
        metadata={"source": "sample"},
        response=response,
        size=size,
        **facts,
    )


def a_recording(
    *calls: RecordedCall, outcome: Outcome = Outcome.COMPLETED, result: Any = 1
) -> ExecutionReport:
    tape = Tape(
        execution_id="exec_1",
        script="result = 1",
        script_sha256="0" * 64,
        parameters={"days": 3},
        policy_version="p",
        catalogue_digest="c",
        packages={"python": "3.11.7"},
        clock=datetime(2026, 1, 5, 15, 0, 0, 123456, tzinfo=UTC),
        seed=1,
        tools={"bars": TapedTool(name="bars", arguments={"from": "from_"})},
        calls=list(calls),
    )
    return ExecutionReport(
        success=outcome is Outcome.COMPLETED,
        execution_id="exec_1",
        outcome=outcome,
        execution_time_ms=12.5,
        result=result,
        tape=tape,
    )


async def keep(storage: Storage, user: str, report: ExecutionReport) -> str:
    """The id of an execution of `user` with this recording."""
    new = a_question(user, f"sess_{uuid4().hex}")
    await accepted(storage, new)
    await put(storage, new.id, report)
    return new.id


async def put(storage: Storage, execution_id: str, report: ExecutionReport) -> None:
    packed = await storage.tapes.pack(report)
    async with storage.database.writing() as connection:
        await storage.tapes.put(connection, execution_id, packed)


async def count(storage: Storage, table: Any) -> int:
    async with storage.database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_tape_is_loaded_as_it_was_saved_to_the_byte(storage: Storage, user: str) -> None:
    report = a_recording(
        a_call(), a_call(occurrence=1, success=False, response=None), result={"b": 1, "a": [2.0]}
    )
    loaded = await storage.tapes.load(user, await keep(storage, user, report))
    assert report.tape is not None
    # Not only equal: the order of keys that the script saw is kept too.
    assert loaded.tape.model_dump_json() == report.tape.model_dump_json()
    assert loaded.report.model_dump_json() == report.model_copy(update={"tape": None}).model_dump_json()


async def test_the_same_answer_is_kept_once_whoever_got_it(storage: Storage, user: str) -> None:
    mine = {"data": {"close": [hash(user) % 1000 / 7] * 500}}
    before = await count(storage, tape_blobs)
    await keep(storage, user, a_recording(a_call(mine), a_call(mine, occurrence=1), result=mine))
    await keep(storage, f"{user}_2", a_recording(a_call(mine), result=mine))
    assert await count(storage, tape_blobs) == before + 1


async def test_data_is_kept_compressed(storage: Storage, user: str) -> None:
    rows = {"data": {"close": [100.0 + place / 8 for place in range(2000)]}, "of": user}
    execution_id = await keep(storage, user, a_recording(a_call(rows)))
    used = select(func.sum(func.length(tape_blobs.c.content))).select_from(
        tape_blobs.join(tape_blob_uses, tape_blobs.c.digest == tape_blob_uses.c.digest)
    )
    async with storage.database.reading() as connection:
        size = (
            await connection.execute(used.where(tape_blob_uses.c.execution_id == execution_id))
        ).scalar_one()
    assert size < len(orjson.dumps(rows)) / 2


async def test_an_execution_with_too_much_data_says_that_it_cannot_be_replayed(
    storage: Storage, user: str
) -> None:
    execution_id = await keep(storage, user, a_recording(a_call("x" * 2**20)))
    with pytest.raises(NotReplayable, match=r"its data has 1\.0 MB, and at most 1 MB"):
        await storage.tapes.load(user, execution_id)
    assert "MB" in (await storage.tapes.why_not_replayable(user, execution_id) or "")


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.CRASHED])
async def test_an_end_that_depends_on_the_machine_cannot_be_replayed(
    storage: Storage, user: str, outcome: Outcome
) -> None:
    execution_id = await keep(storage, user, a_recording(outcome=outcome))
    with pytest.raises(NotReplayable, match=f"ended as {outcome}"):
        await storage.tapes.load(user, execution_id)


async def test_an_execution_without_a_tape_says_so(storage: Storage, user: str) -> None:
    new = a_question(user, f"sess_{uuid4().hex}")
    await accepted(storage, new)
    with pytest.raises(NotReplayable, match="did not run to an end"):
        await storage.tapes.load(user, new.id)


async def test_another_users_tape_does_not_exist(storage: Storage, user: str) -> None:
    execution_id = await keep(storage, user, a_recording(a_call()))
    await storage.tapes.attach(execution_id, "sources", b"{}")
    for attempt in (
        storage.tapes.load("somebody_else", execution_id),
        storage.tapes.why_not_replayable("somebody_else", execution_id),
        storage.tapes.find_attached("somebody_else", execution_id, "sources"),
    ):
        with pytest.raises(ExecutionNotFound):
            await attempt


async def test_damaged_data_is_noticed(storage: Storage, user: str) -> None:
    mine = {"damaged": user}
    execution_id = await keep(storage, user, a_recording(a_call(mine), result=mine))
    async with storage.database.writing() as connection:
        digests = select(tape_blob_uses.c.digest).where(tape_blob_uses.c.execution_id == execution_id)
        damage = (
            update(tape_blobs).where(tape_blobs.c.digest.in_(digests)).values(content=zlib.compress(b"2"))
        )
        await connection.execute(damage)
    with pytest.raises(NotReplayable, match="damaged"):
        await storage.tapes.load(user, execution_id)


async def test_saving_again_changes_nothing(storage: Storage, user: str) -> None:
    execution_id = await keep(storage, user, a_recording(a_call()))
    await put(storage, execution_id, a_recording(result="another"))
    assert (await storage.tapes.load(user, execution_id)).report.result == 1


async def test_what_was_found_out_is_kept_beside_the_tape(storage: Storage, user: str) -> None:
    execution_id = await keep(storage, user, a_recording())
    assert await storage.tapes.find_attached(user, execution_id, "sources") is None
    await storage.tapes.attach(execution_id, "sources", b'{"values": []}')
    assert await storage.tapes.find_attached(user, execution_id, "sources") == b'{"values": []}'
    assert await storage.tapes.find_attached(user, execution_id, "other") is None


async def test_blobs_go_when_nobody_uses_them_any_more(storage: Storage, user: str) -> None:
    alone = await keep(storage, user, a_recording(a_call({"of": user, "alone": True}), result=user))
    shared = await keep(storage, user, a_recording(a_call({"of": user}), result=[user]))
    async with storage.database.writing() as connection:
        await connection.execute(executions.delete().where(executions.c.id == alone))
        old = datetime.now(UTC) - timedelta(hours=2)
        await connection.execute(update(tape_blobs).values(created_at=old))
    assert await storage.tapes.sweep() >= 2
    assert (await storage.tapes.load(user, shared)).report.result == [user]
    async with storage.database.reading() as connection:
        left = select(func.count()).where(execution_tapes.c.execution_id == alone)
        assert (await connection.execute(left)).scalar_one() == 0
