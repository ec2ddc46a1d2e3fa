"""What all users' executions of some time show of how the house does; no question's result is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, select

from api_server.storage.database import Database
from api_server.storage.records import read_record
from api_server.storage.tables import execution_attempts, executions

RUNS_READ_MAX = 10_000
"""About a second's work; of more, the latest are read."""

REPORT_PARTS = {
    "tool_calls": ("metadata", "tool_calls"),
    "is_from_cache": ("metadata", "cache_hit"),
    "findings": ("findings",),
}
"""What is read of a report, and where it is in it: the whole may be large."""

COLUMNS = (
    "id", "user_id", "root_id", "kind", "question", "status", "outcome", "error_code", "model", "reused_from",
    "usage", "cost_usd", "execution_time_ms", "metadata", "created_at", "started_at", "completed_at",
)  # fmt: skip


@dataclass(frozen=True)
class RunFacts:
    """One execution without its result."""

    id: str
    user_id: str
    root_id: str
    kind: str
    question: str
    status: str
    outcome: str | None
    error_code: str | None
    model: str
    reused_from: str | None
    usage: dict[str, Any] | None
    cost_usd: float | None
    execution_time_ms: float | None
    metadata: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    tool_calls: list[dict[str, Any]]
    is_from_cache: bool
    findings: list[dict[str, Any]]


@dataclass(frozen=True)
class Activity:
    """Executions of a time, latest first, and what was found in the scripts that were written for them."""

    runs: Sequence[RunFacts]
    findings: Sequence[dict[str, Any]]
    is_complete: bool


class ActivityStore:
    """Every method raises `DatabaseUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, since: datetime, until: datetime) -> Activity:
        """Everything that was asked from `since` to `until` and is not deleted."""
        wanted = and_(
            executions.c.created_at >= since,
            executions.c.created_at <= until,
            executions.c.deleted_at.is_(None),
        )
        parts = [executions.c.report[path].label(name) for name, path in REPORT_PARTS.items()]
        runs = select(*(executions.c[name] for name in COLUMNS), *parts).where(wanted)
        latest = runs.order_by(executions.c.created_at.desc()).limit(RUNS_READ_MAX + 1)
        async with self._database.reading() as connection:
            rows = (await connection.execute(latest)).mappings().all()
            attempts = (await connection.execute(_findings_of(wanted))).scalars().all()
        read = [_read_run(row) for row in rows[:RUNS_READ_MAX]]
        written = [finding for findings in attempts for finding in findings or ()]
        # A script of a person has no attempts; what its check found is in its report.
        given = [finding for run in read if run.kind != "question" for finding in run.findings]
        return Activity(read, [*written, *given], len(rows) <= RUNS_READ_MAX)


def _findings_of(wanted: ColumnElement[bool]) -> Any:
    asked = select(executions.c.id).where(wanted)
    return (
        select(execution_attempts.c.findings)
        .where(execution_attempts.c.execution_id.in_(asked))
        .limit(RUNS_READ_MAX)
    )


def _read_run(row: RowMapping) -> RunFacts:
    values = {
        **row,
        "tool_calls": row["tool_calls"] or [],
        "is_from_cache": bool(row["is_from_cache"]),
        "findings": row["findings"] or [],
    }
    return read_record(RunFacts, values)
