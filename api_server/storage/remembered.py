"""Answered questions by what they mean: equal ones, and those that differ only in their entities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, null, select

from api_server.storage.columns import UtcDateTime
from api_server.storage.database import Database
from api_server.storage.records import Execution, Status, Trust, read_execution
from api_server.storage.tables import executions, remembered_questions
from schemas.execution import Outcome
from schemas.wire import utc_now

BELIEVED = (Trust.CHECKED, Trust.CONFIRMED)


REPORT = ("result", "report")
ALL_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(executions.c)
SCRIPT_COLUMNS = tuple(null().label(each.name) if each.name in REPORT else each for each in executions.c)
"""Whoever runs a script again needs no report, which is most of a row."""


@dataclass(frozen=True)
class MeaningKeys:
    """`schemas.understanding.Meaning.key` and `.masked_key` of a question."""

    meaning: str
    masked: str


class RememberedStore:
    """Every method raises `DatabaseUnavailable`. What its user deleted is not found.

    Nor is any answer of a script of which the user withdrew one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, user_id: str, execution_id: str, keys: MeaningKeys) -> bool:
        """Let this execution be found again; the same one again replaces its keys. False of a deleted one."""
        there = select(
            executions.c.id,
            executions.c.user_id,
            literal(keys.meaning),
            literal(keys.masked),
            literal(utc_now(), UtcDateTime),
        ).where(
            executions.c.id == execution_id,
            executions.c.user_id == user_id,
            executions.c.deleted_at.is_(None),
        )
        columns = ["execution_id", "user_id", "meaning_key", "masked_key", "created_at"]
        insert = self._database.insert(remembered_questions).from_select(columns, there)
        news = {"meaning_key": keys.meaning, "masked_key": keys.masked}
        upsert = insert.on_conflict_do_update(index_elements=["execution_id"], set_=news)
        async with self._database.writing() as connection:
            return bool((await connection.execute(upsert)).rowcount)

    async def find_equal(self, user_id: str, meaning_key: str, count: int = 3) -> Sequence[Execution]:
        """The newest completed executions of equal questions, newest first."""
        return await self._find(user_id, remembered_questions.c.meaning_key == meaning_key, count)

    async def find_alike(self, user_id: str, masked_key: str, count: int = 5) -> Sequence[Execution]:
        """Those with other entities, whose script is checked or confirmed, newest first; without reports."""
        is_believed = executions.c.trust.in_([trust.value for trust in BELIEVED])
        same = and_(remembered_questions.c.masked_key == masked_key, is_believed)
        return await self._find(user_id, same, count, SCRIPT_COLUMNS)

    async def _find(
        self,
        user_id: str,
        condition: ColumnElement[bool],
        count: int,
        columns: Sequence[ColumnElement[Any]] = ALL_COLUMNS,
    ) -> Sequence[Execution]:
        query = (
            select(*columns)
            .join(remembered_questions, remembered_questions.c.execution_id == executions.c.id)
            .where(
                remembered_questions.c.user_id == user_id,
                executions.c.user_id == user_id,
                executions.c.deleted_at.is_(None),
                executions.c.status == Status.SUCCESS,
                executions.c.outcome == Outcome.COMPLETED,
                ~_is_withdrawn(user_id),
                condition,
            )
            .order_by(remembered_questions.c.created_at.desc())
            .limit(count)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_execution(row) for row in rows]


def _is_withdrawn(user_id: str) -> ColumnElement[bool]:
    other = executions.alias("withdrawn")
    return exists().where(
        other.c.user_id == user_id,
        other.c.script_sha256 == executions.c.script_sha256,
        other.c.trust == Trust.WITHDRAWN,
    )
