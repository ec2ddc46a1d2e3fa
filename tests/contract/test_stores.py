"""What every store promises, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import ExecutionNotFound, RequestIdTaken, SessionNotFound
from api_server.settings.storage import StorageSettings
from api_server.storage.audit import Deed
from api_server.storage.executions import ExecutionFilter, NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Understanding, WrittenScript
from api_server.storage.records import Attempt, Status, Trust
from api_server.storage.remembered import MeaningKeys
from api_server.storage.sessions import NewMessage
from schemas.execution import Outcome
from schemas.progress import ProgressEvent, ProgressType
from schemas.usage import Usage
from schemas.wire import utc_now
from tests.doubles.databases import (
    A_SCRIPT,
    ORIGIN,
    a_question,
    a_report,
    accepted,
    migrate,
)


async def test_a_question_is_written_down_with_its_user_session_and_message(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    execution = await storage.executions.find(user, new.id)
    assert (execution.status, execution.outcome, execution.root_id) == (Status.PENDING, None, new.id)
    assert execution.created_at.tzinfo == UTC
    assert abs(execution.created_at - utc_now()) < timedelta(seconds=30)
    assert (await storage.sessions.find(user, session)).title == new.question
    said = await storage.sessions.last_messages(user, session)
    assert [(each.role, each.content, each.execution_id) for each in said] == [("user", new.question, new.id)]
    assert await storage.users.find(user)


async def test_every_step_is_there_as_soon_as_its_call_returns(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.understood(Understanding("Volatility of KO over 60 days", 0.9, {"metric": "volatility"}))
    found = await storage.executions.find(user, new.id)
    assert (found.expanded_question, found.meaning) == (
        "Volatility of KO over 60 days",
        {"metric": "volatility"},
    )
    attempt = Attempt(new.id, 1, "bad(", utc_now(), [{"code": "SYNTAX"}], problem="line 1", model="m")
    await recording.attempted(attempt)
    assert await storage.attempts.list_all(user, new.id) == [attempt]
    await recording.written(A_SCRIPT)
    found = await storage.executions.find(user, new.id)
    assert (found.generated_script, found.parameters) == (A_SCRIPT.python_code, {"symbol": "KO"})
    assert (found.status, found.started_at) == (Status.PENDING, None)
    await recording.started()
    found = await storage.executions.find(user, new.id)
    assert found.status is Status.RUNNING
    assert found.started_at is not None
    report = a_report(new.id)
    usage = Usage(input_tokens=100, output_tokens=20, cost_usd=0.01)
    await recording.finished(Conclusion(report, "17 %", usage, Trust.CHECKED, utc_now()))
    found = await storage.executions.find(user, new.id)
    assert (found.status, found.outcome, found.trust) == (Status.SUCCESS, "completed", Trust.CHECKED)
    assert (found.report, found.usage, found.cost_usd) == (report, usage, 0.01)
    assert found.execution_time_ms == 12.5
    assert [each.role for each in await storage.sessions.last_messages(user, session)] == [
        "user",
        "assistant",
    ]
    deeds = [entry.action for entry in (await storage.audit.list_page(user)).items]
    assert deeds == ["execution_finished", "execution_started", "script_generated", "question_submitted"]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.COMPLETED])
async def test_a_script_that_failed_is_kept_with_its_fate(
    storage: Storage, user: str, session: str, outcome: Outcome
) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.finished(Conclusion(a_report(new.id, outcome), "It failed."))
    found = await storage.executions.find(user, new.id)
    assert (found.status, found.outcome) == (Status.FAILED, outcome)


async def test_a_failure_of_the_platform_is_no_outcome_of_a_script(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.failed("LLM_TIMEOUT", "no script within 60 seconds", Usage(input_tokens=5))
    found = await storage.executions.find(user, new.id)
    assert (found.status, found.outcome, found.error_code) == (Status.FAILED, None, "LLM_TIMEOUT")
    assert found.usage == Usage(input_tokens=5)


async def test_an_end_is_final(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.finished(Conclusion(a_report(new.id), "17 %"))
    await recording.failed("LATE", "came too late")
    found = await storage.executions.find(user, new.id)
    assert (found.status, found.error_code) == (Status.SUCCESS, None)
    assert len(await storage.sessions.last_messages(user, session)) == 2


@pytest.mark.parametrize("step", ["started", "failed"])
async def test_how_a_question_was_taken_can_be_written_with_its_next_step(
    storage: Storage, user: str, session: str, step: str
) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    before = await storage.sessions.find(user, session)
    recording.note(Understanding("Volatility of KO over 60 days", 0.9, {"metric": "volatility"}))
    assert (await storage.executions.find(user, new.id)).expanded_question == ""
    if step == "started":
        await recording.started(A_SCRIPT)
    else:
        await recording.failed("LLM_TIMEOUT", "too slow")
    found = await storage.executions.find(user, new.id)
    assert (found.expanded_question, found.expansion_confidence) == ("Volatility of KO over 60 days", 0.9)
    assert (await storage.sessions.find(user, session)).updated_at > before.updated_at


async def test_what_belongs_to_an_end_is_there_with_it_or_neither_is(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    keys = MeaningKeys("m" * 64, "k" * 64)
    remembered = partial(storage.remembered.put, user_id=user, execution_id=new.id, keys=keys)

    async def break_off(_connection: AsyncConnection) -> None:
        raise BrokenOff

    with pytest.raises(BrokenOff):
        await recording.finished(Conclusion(a_report(new.id), "17 %"), remembered, break_off)
    assert (await storage.executions.find(user, new.id)).status is Status.PENDING
    assert len(await storage.sessions.last_messages(user, session)) == 1
    assert await storage.remembered.find_equal(user, keys.meaning) == []
    assert await recording.finished(Conclusion(a_report(new.id), "17 %"), remembered)
    (found,) = await storage.remembered.find_equal(user, keys.meaning)
    assert found.id == new.id
    assert not await recording.finished(Conclusion(a_report(new.id), "again"), break_off)


class BrokenOff(Exception):
    """Something went wrong in the middle of a transaction."""


async def test_a_repeated_id_is_the_same_request_and_never_a_second_one(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    replies = await asyncio.gather(*(storage.recorder.accept(new, ORIGIN) for _ in range(8)))
    assert {execution.id for execution, _ in replies} == {new.id}
    assert sum(recording is not None for _, recording in replies) == 1
    assert len(await storage.sessions.last_messages(user, session)) == 1


async def test_a_repeated_request_begins_no_session(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    again = replace(new, session_id=f"{session}_other")
    execution, recording = await storage.recorder.accept(again, ORIGIN)
    assert (execution.session_id, recording) == (session, None)
    assert [one.id for one in (await storage.sessions.list_page(user)).items] == [session]


async def test_an_id_of_another_request_or_another_user_is_a_conflict(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    other_request = NewExecution(new.id, user, session, "Another one", request_digest="1" * 64)
    with pytest.raises(RequestIdTaken):
        await storage.recorder.accept(other_request, ORIGIN)
    stranger = a_question(f"{user}_x", f"{session}_x")
    with pytest.raises(RequestIdTaken):
        await storage.recorder.accept(
            NewExecution(new.id, stranger.user_id, stranger.session_id, new.question, new.request_digest),
            ORIGIN,
        )


async def test_another_users_things_do_not_exist(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.attempted(Attempt(new.id, 1, "x = 1", utc_now(), []))
    event = ProgressEvent(sequence=1, execution_id=new.id, session_id=session, type=ProgressType.ACCEPTED)
    (written,) = await storage.events.append(user, [event])
    stranger = f"{user}_x"
    await storage.users.see(stranger)
    for call in (
        storage.executions.find(stranger, new.id),
        storage.executions.set_trust(stranger, new.id, Trust.CONFIRMED),
        storage.executions.change(stranger, new.id, title="mine"),
        storage.executions.delete(stranger, new.id),
        storage.executions.restore(stranger, new.id),
        storage.executions.release(stranger, new.id),
    ):
        with pytest.raises(ExecutionNotFound):
            await call
    message = NewMessage("user", "hello")
    for other in (
        storage.sessions.find(stranger, session),
        storage.sessions.create(stranger, session),
        storage.sessions.change(stranger, session, title="mine"),
        storage.sessions.delete(stranger, session),
        storage.sessions.restore(stranger, session),
        storage.sessions.last_messages(stranger, session),
        storage.sessions.add_message(stranger, session, message),
        storage.recorder.accept(a_question(stranger, session), ORIGIN),
    ):
        with pytest.raises(SessionNotFound):
            await other
    assert await storage.executions.claim(stranger, new.id, "srv_x") is False
    assert (await storage.executions.list_page(stranger)).items == []
    assert (await storage.sessions.list_page(stranger)).items == []
    assert await storage.executions.list_latest(stranger, session) == []
    assert await storage.executions.list_asked(stranger, session) == []
    assert len(await storage.executions.list_asked(user, session)) == 1
    assert await storage.executions.list_runs(stranger, new.id) == []
    assert await storage.attempts.list_all(stranger, new.id) == []
    assert await storage.events.after(stranger, new.id) == []
    assert await storage.events.after_in_session(stranger, session) == []
    assert await storage.events.append(stranger, [event.model_copy(update={"sequence": 2})]) == []
    assert await storage.events.after(user, new.id) == [written]
    assert (await storage.executions.find(user, new.id)).title == new.question


async def test_runs_of_a_question_know_their_root(storage: Storage, user: str, session: str) -> None:
    root = a_question(user, session)
    await accepted(storage, root)
    parent, runs = root.id, [root.id]
    for kind in ("rerun", "edited", "replay"):
        new = NewExecution(f"exec_{uuid4().hex}", user, session, root.question, "0" * 64, kind, parent)
        await accepted(storage, new)
        parent = new.id
        runs.append(new.id)
    found = await storage.executions.list_runs(user, root.id)
    assert [run.id for run in found] == runs
    assert [run.kind for run in found] == ["question", "rerun", "edited", "replay"]
    assert found[-1].parent_id == runs[-2]
    page = await storage.executions.list_page(user, ExecutionFilter(kind="question"))
    assert [each.id for each in page.items] == [root.id]


async def test_feedback_changes_the_trust_and_is_kept(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    found = await storage.executions.set_trust(user, new.id, Trust.WITHDRAWN, "wrong year")
    assert (found.trust, found.feedback) == (Trust.WITHDRAWN, "wrong year")


async def test_one_of_many_claims_what_waited_for_a_person(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await recording.waits_for_person()
    waiting = await storage.executions.find(user, new.id)
    claimed = await asyncio.gather(*(storage.recorder.resume(waiting, ORIGIN) for _ in range(6)))
    assert sum(each is not None for each in claimed) == 1


async def test_events_are_read_from_a_number_on_in_their_order(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    events = [
        ProgressEvent(sequence=n, execution_id=new.id, session_id=session, type=kind, data={"n": n})
        for n, kind in enumerate((ProgressType.ACCEPTED, ProgressType.RUNNING, ProgressType.FINISHED), 1)
    ]
    written = [
        *await storage.events.append(user, events[:2]),
        *await storage.events.append(user, events[2:]),
    ]
    assert [event.model_copy(update={"session_sequence": 0}) for event in written] == events
    assert await storage.events.after(user, new.id) == written
    assert await storage.events.after(user, new.id, 2) == written[2:]
    assert await storage.events.after(user, new.id, 3) == []
    assert await storage.events.last_sequence(new.id) == 3


async def test_events_of_a_session_have_numbers_without_gaps_whoever_writes_at_the_same_time(
    storage: Storage, user: str, session: str
) -> None:
    questions = [a_question(user, session) for _ in range(4)]
    for new in questions:
        await accepted(storage, new)

    async def write(execution_id: str) -> None:
        for n in range(1, 6):
            event = ProgressEvent(
                sequence=n, execution_id=execution_id, session_id=session, type=ProgressType.STEP
            )
            await storage.events.append(user, [event])

    await asyncio.gather(*(write(new.id) for new in questions))
    events = await storage.events.after_in_session(user, session)
    assert [event.session_sequence for event in events] == list(range(1, 21))
    for new in questions:
        assert [event.sequence for event in events if event.execution_id == new.id] == [1, 2, 3, 4, 5]
    assert await storage.events.after_in_session(user, session, 18) == events[18:]


async def test_text_that_a_database_cannot_hold_does_not_stop_a_question(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session, "nul \0 and half \ud800 and €")
    recording = await accepted(storage, new)
    await recording.written(WrittenScript("x = '\0'", "", "m", parameters={"text": "a\0b", "n": 2**63}))
    found = await storage.executions.find(user, new.id)
    assert found.question == "nul \ufffd and half \ufffd and €"
    assert found.parameters == {"text": "a\0b", "n": 2**63}


async def test_an_email_address_belongs_to_whoever_had_it_first(storage: Storage, user: str) -> None:
    await storage.users.see(user, f"{user}@example.com")
    await storage.users.see(f"{user}_x", f"{user}@example.com")
    first, second = await storage.users.find(user), await storage.users.find(f"{user}_x")
    assert first is not None
    assert second is not None
    assert (first.email, second.email) == (f"{user}@example.com", None)


async def test_the_audit_log_keeps_who_what_and_where_from(storage: Storage, user: str) -> None:
    await storage.audit.add(user, Deed("login_failed", "address", None, {"reason": "expired"}), ORIGIN)
    (entry,) = (await storage.audit.list_page(user)).items
    assert (entry.action, entry.changes) == ("login_failed", {"reason": "expired"})
    assert (entry.ip_address, entry.user_agent) == (ORIGIN.ip_address, ORIGIN.user_agent)


async def test_a_moment_without_its_zone_is_refused(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    with pytest.raises(Exception, match="has no time zone"):
        await recording.finished(Conclusion(None, "", fresh_until=datetime(2026, 1, 1)))


def test_the_folder_holds_the_embedded_database(tmp_path: Path) -> None:
    settings = StorageSettings(_env_file=None, qna_data_dir=tmp_path / "new")
    migrate(settings)
    assert settings.database_file.is_file()
