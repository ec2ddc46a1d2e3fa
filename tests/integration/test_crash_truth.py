"""A server killed at any step leaves a truthful record; a living one's work is left alone."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api_server.settings.storage import StorageSettings
from api_server.storage.opened import Storage, open_storage
from api_server.storage.processes import ProcessIdentity, identify_process, is_known_dead
from api_server.storage.recorder import Conclusion
from api_server.storage.records import Status
from schemas.progress import ProgressType
from tests.doubles.databases import (
    BACKENDS,
    ORIGIN,
    a_question,
    a_report,
    accepted,
    is_sound,
    make_settings,
    migrate,
    opened_stores,
)

USER, SESSION = "ann", "sess_crash"
STEPS = ("accepted", "understood", "attempted", "written", "started", "finished", "waiting")
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    made = make_settings(request.param, tmp_path, request)
    migrate(made)
    return made


@asynccontextmanager
async def writing_server(settings: StorageSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another API server's process: it has an execution at each step, and then goes on living."""
    url = settings.database_url
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QNA_DATA_DIR": str(settings.qna_data_dir)}
    environment |= {"DATABASE_URL": url.get_secret_value() if url else ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.writing_server", stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), timeout=60)
        assert line == b"written\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def kill(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def states(storage: Storage) -> dict[str, tuple[Status, str | None]]:
    found = [await storage.executions.find(USER, f"exec_{step}") for step in STEPS]
    return {each.id.removeprefix("exec_"): (each.status, each.outcome) for each in found}


async def test_after_kill_9_what_was_under_way_has_crashed_and_nothing_written_is_lost(
    settings: StorageSettings,
) -> None:
    async with writing_server(settings) as server:
        await kill(server)
    async with open_storage(settings) as storage:
        crashed = (Status.FAILED, "crashed")
        assert await states(storage) == {
            **dict.fromkeys(STEPS, crashed),
            "finished": (Status.SUCCESS, "completed"),
            "waiting": (Status.PENDING, None),
        }
        found = {step: await storage.executions.find(USER, f"exec_{step}") for step in STEPS}
        assert all(found[step].expanded_question for step in STEPS if step != "accepted")
        assert found["written"].generated_script == found["started"].generated_script == "x = 1"
        assert found["started"].started_at is not None
        assert found["started"].error_code == "INTERRUPTED"
        assert found["finished"].report is not None
        assert len(await storage.attempts.list_all(USER, "exec_attempted")) == 1
        (last,) = await storage.events.after(USER, "exec_started")
        assert (last.type, last.data["code"]) == (ProgressType.FAILED, "INTERRUPTED")
        waiting = await storage.recorder.resume(found["waiting"], ORIGIN)
        assert waiting is not None
        await accepted(storage, a_question(USER, SESSION, "The next question"))
    if settings.database_url is None:
        assert is_sound(settings.database_file)


async def test_after_kill_9_followers_are_told_the_end_that_the_record_has(settings: StorageSettings) -> None:
    async with writing_server(settings) as server:
        await kill(server)
    async with open_storage(settings) as storage:
        (last,) = await storage.events.after(USER, "exec_finished")
        assert (last.type, last.data) == (ProgressType.FINISHED, {"outcome": "completed"})
        (asked,) = await storage.events.after(USER, "exec_waiting")
        assert asked.type is ProgressType.CONFIRMATION_NEEDED
        assert asked.data["expanded_question"] == "It in full, over the last year"
    async with open_storage(settings) as storage:
        assert len(await storage.events.after(USER, "exec_finished")) == 1
        assert len(await storage.events.after(USER, "exec_waiting")) == 1


async def test_an_end_that_could_not_be_told_is_told_later(settings: StorageSettings) -> None:
    new, failed = a_question(USER, SESSION), a_question(USER, SESSION)
    async with opened_stores(settings) as storage:
        await (await accepted(storage, new)).finished(Conclusion(a_report(new.id), "17 %"))
        assert await (await accepted(storage, failed)).failed("LLM_TIMEOUT", "too slow")
        assert await storage.servers.mark_interrupted() == []
        assert await storage.events.after(USER, new.id) == []
        for execution_id in (new.id, failed.id):
            storage.servers.abandon(execution_id)
        assert await storage.servers.mark_interrupted() == []
        (finished,) = await storage.events.after(USER, new.id)
        assert finished.type is ProgressType.FINISHED
        (told,) = await storage.events.after(USER, failed.id)
        assert (told.type, told.data) == (
            ProgressType.FAILED,
            {"code": "LLM_TIMEOUT", "message": "too slow"},
        )


async def test_a_living_server_keeps_its_work_until_it_dies(settings: StorageSettings) -> None:
    async with writing_server(settings) as server, open_storage(settings) as storage:
        assert (await states(storage))["started"] == (Status.RUNNING, None)
        assert await storage.servers.mark_interrupted() == []
        await kill(server)
        interrupted = await storage.servers.mark_interrupted()
        assert sorted(interrupted) == [f"exec_{step}" for step in sorted(STEPS[:5])]
        assert await storage.servers.mark_interrupted() == []


async def test_a_server_that_ends_in_order_marks_what_it_did_not_finish(settings: StorageSettings) -> None:
    async with open_storage(settings) as storage:
        await accepted(storage, a_question(USER, SESSION))
    async with opened_stores(settings) as storage:
        (item,) = (await storage.executions.list_page(USER)).items
        assert (item.status, item.outcome) == (Status.FAILED, "crashed")


async def test_a_server_that_was_thought_dead_tells_what_really_happened(settings: StorageSettings) -> None:
    new = a_question(USER, SESSION)
    async with opened_stores(settings) as silent:
        recording = await accepted(silent, new)
        async with open_storage(settings) as other:
            assert (await other.executions.find(USER, new.id)).outcome == "crashed"
        await recording.finished(Conclusion(a_report(new.id), "17 %"))
        found = await silent.executions.find(USER, new.id)
        assert (found.status, found.outcome, found.error_code) == (Status.SUCCESS, "completed", None)


def test_a_process_number_that_was_given_away_is_not_the_same_process() -> None:
    me = identify_process()
    assert not is_known_dead(me)
    assert is_known_dead(ProcessIdentity(me.machine, me.process_id, "1"))
    assert is_known_dead(ProcessIdentity(me.machine, 2**22 + 1, me.process_started))
    assert not is_known_dead(ProcessIdentity("elsewhere", 2**22 + 1, "1"))
    assert not is_known_dead(ProcessIdentity("", 2**22 + 1, "1"))
