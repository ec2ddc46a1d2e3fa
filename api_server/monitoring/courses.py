"""How figures went over a span: lines over equal stretches of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from api_server.monitoring.figures import duration_ms, fate, made_calls, median, p95
from api_server.storage.activity import RunFacts
from schemas.monitoring import LineChart, Series, Span

LENGTHS = {Span.HOUR: timedelta(hours=1), Span.DAY: timedelta(days=1), Span.WEEK: timedelta(days=7)}
STRETCHES = {Span.HOUR: 12, Span.DAY: 24, Span.WEEK: 28}
"""Of five minutes, an hour, six hours."""


@dataclass(frozen=True)
class Stretch:
    """The executions that began in one stretch of time."""

    start: datetime
    end: datetime
    runs: Sequence[RunFacts]

    def questions(self, *fates: str) -> list[RunFacts]:
        """Those of its questions that ended so; all of them when no fate is named."""
        asked = [run for run in self.runs if run.kind == "question"]
        return [run for run in asked if not fates or fate(run) in fates]


def draw_courses(runs: Sequence[RunFacts], span: Span, until: datetime) -> list[LineChart]:
    """Questions, time to answer, data calls, load and cost."""
    stretches = cut(runs, span, until)
    times = [stretch.start for stretch in stretches]

    def chart(title: str, unit: str, **lines: list[float | None]) -> LineChart:
        series = [Series(name=name.replace("_", " "), values=values) for name, values in lines.items()]
        return LineChart(title=title, unit=unit, times=times, series=series)

    taken = [[ms for run in each.questions() if (ms := duration_ms(run)) is not None] for each in stretches]
    calls = [[call for run in each.runs for call in made_calls(run)] for each in stretches]
    return [
        chart(
            "Questions",
            "",
            asked=[len(each.questions()) for each in stretches],
            failed=[len(each.questions("failed")) for each in stretches],
        ),
        chart(
            "Time to answer",
            "ms",
            median=[median(each) if each else None for each in taken],
            p95=[p95(each) if each else None for each in taken],
        ),
        chart(
            "Data calls",
            "",
            made=[len(each) for each in calls],
            failed=[sum(not call["success"] for call in each) for each in calls],
        ),
        chart("Executions at once, on average", "", running=[busy(runs, each) for each in stretches]),
        chart(
            "Cost of models", "USD", cost=[sum(run.cost_usd or 0 for run in each.runs) for each in stretches]
        ),
    ]


def cut(runs: Sequence[RunFacts], span: Span, until: datetime) -> list[Stretch]:
    """The span in equal stretches, oldest first; the last one ends at `until`."""
    count = STRETCHES[span]
    since, length = until - LENGTHS[span], LENGTHS[span] / count
    kept: list[list[RunFacts]] = [[] for _ in range(count)]
    for run in runs:
        kept[min(int((run.created_at - since) / length), count - 1)].append(run)
    bounds = pairwise([since + place * length for place in range(count + 1)])
    return [Stretch(start, end, inside) for (start, end), inside in zip(bounds, kept, strict=True)]


def busy(runs: Sequence[RunFacts], stretch: Stretch) -> float:
    """How many scripts ran at once in a stretch, on average: their time in it over its length."""
    seconds = 0.0
    for run in runs:
        if run.started_at is None or run.execution_time_ms is None:
            continue
        ended_at = run.started_at + timedelta(milliseconds=run.execution_time_ms)
        inside = min(ended_at, stretch.end) - max(run.started_at, stretch.start)
        seconds += max(0.0, inside.total_seconds())
    return seconds / (stretch.end - stretch.start).total_seconds()
