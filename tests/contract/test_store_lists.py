"""Lists, search and deletion in every store: SQLite and PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from api_server.errors import ExecutionNotFound, SessionNotFound
from api_server.storage import tables
from api_server.storage.executions import ExecutionFilter, NewExecution
from api_server.storage.opened import Storage
from api_server.storage.paging import BadCursor
from api_server.storage.recorder import Conclusion
from api_server.storage.records import Attempt
from api_server.storage.sessions import NewMessage
from schemas.progress import ProgressEvent, ProgressType
from schemas.wire import utc_now
from tests.doubles.databases import (
    A_SCRIPT,
    a_question,
    a_report,
    accepted,
)


async def test_a_list_comes_in_pages_of_50_that_new_rows_do_not_disturb(
    storage: Storage, user: str, session: str
) -> None:
    made = [a_question(user, session, f"Question {number}") for number in range(60)]
    for each in made:
        await accepted(storage, each)
    seen, cursor = [], None
    for _ in range(2):
        page = await storage.executions.list_page(user, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        await accepted(storage, a_question(user, session, "A later one"))
    assert cursor is None
    assert seen == [each.id for each in reversed(made)]


async def test_sessions_come_in_pages_pinned_ones_first(storage: Storage, user: str) -> None:
    await storage.users.see(user)
    made = [(await storage.sessions.create(user, title=f"Talk {number}")).id for number in range(70)]
    await storage.sessions.change(user, made[3], is_pinned=True)
    await storage.sessions.add_message(user, made[5], NewMessage("user", "again"))
    first = await storage.sessions.list_page(user)
    second = await storage.sessions.list_page(user, first.next_cursor)
    listed = [session.id for session in (*first.items, *second.items)]
    assert (len(first.items), len(second.items), second.next_cursor) == (50, 20, None)
    assert listed[:3] == [made[3], made[5], made[69]]
    assert sorted(listed) == sorted(made)


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "W10", "WzFd", "WyJ4IiwieSJd", "bnVsbA", "\ud800", "A" * 500]
)
async def test_a_cursor_that_nobody_gave_is_refused(storage: Storage, user: str, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await storage.executions.list_page(user, cursor=cursor)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("volatile", True),
        ("KO volatile", True),
        ("ko VOLATILE", True),
        ("50 %", True),
        ("MSFT", False),
        ("%", True),
        ("_", False),
        ("KO MSFT", False),
        ("' OR 1=1 --", False),
    ],
)
async def test_search_finds_all_words_and_nothing_is_a_wildcard(
    storage: Storage, user: str, session: str, text: str, is_found: bool
) -> None:
    await accepted(storage, a_question(user, session, "Was KO more than 50 % as volatile?"))
    page = await storage.executions.list_page(user, ExecutionFilter(text=text))
    assert bool(page.items) is is_found


async def test_a_deletion_hides_at_once_can_be_undone_and_then_takes_everything(
    storage: Storage, user: str, session: str
) -> None:
    root = a_question(user, session)
    recording = await accepted(storage, root)
    await recording.attempted(Attempt(root.id, 1, "x = 1", utc_now(), []))
    rerun = NewExecution(f"exec_{uuid4().hex}", user, session, root.question, "0" * 64, "rerun", root.id)
    await accepted(storage, rerun)
    await storage.executions.delete(user, root.id)
    for gone in (root.id, rerun.id):
        with pytest.raises(ExecutionNotFound):
            await storage.executions.find(user, gone)
    assert await storage.sessions.last_messages(user, session) == []
    assert (await storage.executions.restore(user, root.id)).id == root.id
    assert len(await storage.executions.list_runs(user, root.id)) == 2
    await storage.executions.delete(user, root.id)
    await _age_deletions(storage, user)
    assert sorted((await storage.sessions.purge_deleted())[user]) == sorted([root.id, rerun.id])
    with pytest.raises(ExecutionNotFound):
        await storage.executions.restore(user, root.id)
    async with storage.database.reading() as connection:
        for table in (tables.executions, tables.execution_attempts, tables.chat_messages):
            column = table.c.execution_id if "execution_id" in table.c else table.c.id
            left = await connection.execute(table.select().where(column.in_([root.id, rerun.id])))
            assert left.all() == [], table.name


async def test_a_deletion_can_be_undone_for_ten_seconds_only(
    storage: Storage, user: str, session: str
) -> None:
    new = a_question(user, session)
    await accepted(storage, new)
    await storage.sessions.delete(user, session)
    with pytest.raises(ExecutionNotFound):
        await storage.executions.find(user, new.id)
    assert (await storage.sessions.restore(user, session)).id == session
    assert (await storage.executions.find(user, new.id)).id == new.id
    await storage.sessions.delete(user, session)
    await _age_deletions(storage, user)
    with pytest.raises(SessionNotFound):
        await storage.sessions.restore(user, session)


async def test_what_was_deleted_while_it_ran_stays_deleted(storage: Storage, user: str, session: str) -> None:
    new = a_question(user, session)
    recording = await accepted(storage, new)
    await storage.executions.delete(user, new.id)
    await _age_deletions(storage, user)
    await storage.sessions.purge_deleted()
    event = ProgressEvent(sequence=1, execution_id=new.id, session_id=session, type=ProgressType.RUNNING)
    await storage.events.append(user, [event])
    await recording.attempted(Attempt(new.id, 1, "x = 1", utc_now(), []))
    await recording.written(A_SCRIPT)
    await recording.started()
    await recording.finished(Conclusion(a_report(new.id), "17 %"))
    assert await storage.sessions.last_messages(user, session) == []
    assert await storage.attempts.list_all(user, new.id) == []


async def _age_deletions(storage: Storage, user: str) -> None:
    """As if every deletion of the user's were eleven seconds old."""
    then = utc_now() - timedelta(seconds=11)
    async with storage.database.writing() as connection:
        for table in (tables.executions, tables.chat_sessions):
            mine = update(table).where(table.c.user_id == user, table.c.deleted_at.is_not(None))
            await connection.execute(mine.values(deleted_at=then))
