"""All figures of one span, put together."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from api_server.execution_client import ExecutionClient
from api_server.monitoring.courses import LENGTHS, draw_courses
from api_server.monitoring.execution_server import ask_execution_server
from api_server.monitoring.figures import (
    count_cache,
    count_models,
    count_questions,
    count_rejections,
    count_tools,
    duration_ms,
    fate,
    time_stages,
)
from api_server.storage.activity import Activity, ActivityStore, RunFacts
from schemas.monitoring import ExecutionServerFigures, Monitoring, NotedRun, Span

NOTED_MAX = 20


async def read_monitoring(
    store: ActivityStore, executor: ExecutionClient, user_id: str, span: Span, until: datetime
) -> Monitoring:
    """The figures up to `until`, as `user_id` may see them. Raises `DatabaseUnavailable`."""
    activity, server = await asyncio.gather(
        store.read(until - LENGTHS[span], until), ask_execution_server(executor)
    )
    return await asyncio.to_thread(sum_up, activity, server, user_id, span, until)


def sum_up(
    activity: Activity, server: ExecutionServerFigures, user_id: str, span: Span, until: datetime
) -> Monitoring:
    """The figures out of what was read."""
    runs = activity.runs
    return Monitoring(
        span=span,
        since=until - LENGTHS[span],
        until=until,
        is_complete=activity.is_complete,
        questions=count_questions(runs),
        stages=time_stages(runs),
        caches=count_cache(runs),
        tools=count_tools(runs),
        models=count_models(runs),
        rejections=count_rejections(activity.findings),
        execution_server=server,
        slowest=[note(run, user_id) for run in pick_slowest(runs)],
        failed=[note(run, user_id) for run in runs if fate(run) == "failed"][:NOTED_MAX],
        charts=draw_courses(runs, span, until),
    )


def pick_slowest(runs: Sequence[RunFacts]) -> list[RunFacts]:
    """The runs that took longest, slowest first."""
    timed = [run for run in runs if duration_ms(run) is not None]
    return sorted(timed, key=lambda run: -(duration_ms(run) or 0.0))[:NOTED_MAX]


def note(run: RunFacts, user_id: str) -> NotedRun:
    """A line about a run: an operator learns that another user's exists, not what was asked."""
    is_own = run.user_id == user_id
    return NotedRun(
        execution_id=run.id,
        kind=run.kind,
        question=run.question if is_own else None,
        address=f"/q/{run.root_id}/runs/{run.id}" if is_own else None,
        outcome=run.outcome,
        error_code=run.error_code,
        duration_ms=duration_ms(run),
        created_at=run.created_at,
    )
