"""Answered questions by what they mean: equal ones, and those that differ only in their entities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

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


def _is_withdrawn() -> ColumnElement[bool]:
    other = executions.alias("withdrawn")
    return exists().where(
        other.c.user_id == bindparam("user"),
        other.c.script_sha256 == executions.c.script_sha256,
        other.c.trust == Trust.WITHDRAWN,
    )


def _completed(condition: ColumnElement[bool], columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """The newest `count` of a `user` that meet the condition, built once: it is asked with every question."""
    return (
        select(*columns)
        .join(remembered_questions, remembered_questions.c.execution_id == executions.c.id)
        .where(
            remembered_questions.c.user_id == bindparam("user"),
            executions.c.user_id == bindparam("user"),
            executions.c.deleted_at.is_(None),
            executions.c.status == Status.SUCCESS,
            executions.c.outcome == Outcome.COMPLETED,
            ~_is_withdrawn(),
            condition,
        )
        .order_by(remembered_questions.c.created_at.desc())
        .limit(bindparam("count"))
    )


EQUAL = _completed(remembered_questions.c.meaning_key == bindparam("key"), ALL_COLUMNS)
ALIKE = _completed(
    and_(
        remembered_questions.c.masked_key == bindparam("key"),
        executions.c.trust.in_([trust.value for trust in BELIEVED]),
    ),
    SCRIPT_COLUMNS,
)


THERE = select(
    executions.c.id.label("execution_id"),
    executions.c.user_id,
    bindparam("meaning").label("meaning_key"),
    bindparam("masked").label("masked_key"),
    bindparam("now", type_=UtcDateTime).label("created_at"),
).where(
    executions.c.id == bindparam("execution"),
    executions.c.user_id == bindparam("user"),
    executions.c.deleted_at.is_(None),
)
"""What is to be known of one execution."""


class RememberedStore:
    """Every method raises `DatabaseUnavailable`. What its user deleted is not found.

    Nor is any answer of a script of which the user withdrew one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        adding = database.insert(remembered_questions).from_select(list(THERE.selected_columns.keys()), THERE)
        news = {name: adding.excluded[name] for name in ("meaning_key", "masked_key")}
        self._put = adding.on_conflict_do_update(index_elements=["execution_id"], set_=news)

    async def put(
        self, connection: AsyncConnection, user_id: str, execution_id: str, keys: MeaningKeys
    ) -> None:
        """Let it be found again, unless it is deleted; the same one again replaces its keys."""
        values = {"user": user_id, "execution": execution_id, "now": utc_now()}
        await connection.execute(self._put, values | {"meaning": keys.meaning, "masked": keys.masked})

    async def find_equal(self, user_id: str, meaning_key: str, count: int = 3) -> Sequence[Execution]:
        """The newest completed executions of equal questions, newest first."""
        return await self._find(EQUAL, {"user": user_id, "key": meaning_key, "count": count})

    async def find_alike(self, user_id: str, masked_key: str, count: int = 5) -> Sequence[Execution]:
        """Those with other entities, whose script is checked or confirmed, newest first; without reports."""
        return await self._find(ALIKE, {"user": user_id, "key": masked_key, "count": count})

    async def _find(self, query: Select[Any], values: dict[str, Any]) -> Sequence[Execution]:
        return [read_execution(row) for row in await self._database.read(query, values)]
