"""What a scripted API knows: questions with the course they take, and the executions that came of them."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from schemas.errors import ErrorDetail
from schemas.execution import ExecutionMetadata, ExecutionReport, Outcome, ToolCall
from schemas.progress import ProgressType
from schemas.understanding import Understanding

SCRIPT = '''from mcp_client import alpaca_market_stocks_multi_bars, call_many


def analyze(symbols: list[str] = ["AAPL", "MSFT"], days: int = 120) -> dict:
    """Rank symbols by realised volatility.

    symbols: tickers to rank
    days: trading days to look back, 5 to 1000
    """
    # one request for all symbols
    answer = alpaca_market_stocks_multi_bars(symbols=symbols, limit=days + 1)
    return {"description": "...", "body": [], "charts": []}
'''
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "symbols": {
            "type": "array",
            "items": {"type": "string"},
            "default": ["AAPL", "MSFT"],
            "description": "tickers to rank",
        },
        "days": {
            "type": "integer",
            "minimum": 5,
            "maximum": 1000,
            "default": 120,
            "description": "trading days to look back, 5 to 1000",
        },
    },
    "additionalProperties": False,
}
VALUES: dict[str, Any] = {"symbols": ["AAPL", "MSFT"], "days": 120}


def make_days(count: int, first: str = "2024-01-02") -> list[str]:
    """Dates one after another, weekends left out."""
    day = datetime.fromisoformat(first)
    days: list[str] = []
    while len(days) < count:
        if day.weekday() < 5:
            days.append(f"{day:%Y-%m-%d}")
        day += timedelta(days=1)
    return days


def make_walk(count: int, start: float = 100.0, step: float = 1.7) -> list[float]:
    """Prices that go up and down, the same each time."""
    values, value = [], start
    for index in range(count):
        value *= 1 + ((index * 7919 + int(start)) % 23 - 10.6) / 1000 * step
        values.append(round(value, 2))
    return values


def make_result(days: int = 120) -> dict[str, Any]:
    """Figures and one chart that depend on `days`."""
    xs, highest = make_days(250), 0.25 + days / 2000
    return {
        "description": f"MSFT was the most volatile of 2 symbols over {days} days, at {highest:.2%} a year.",
        "body": [
            row("MSFT", highest, "annualised volatility", format="percent"),
            row("AAPL", 0.2512, "annualised volatility", format="percent"),
            row("change", -0.281, "from first to last close", format="percent", is_change=True),
            row("last", 231.44, "adjusted close", format="currency", unit="USD"),
            row("days", days, "trading days", format="integer"),
            row("as_of", "2026-11-20", "last close", format="date"),
        ],
        "charts": [
            {
                "type": "line",
                "title": "Closes",
                "format": "number",
                "series": [
                    {"name": "AAPL", "x": xs, "y": make_walk(250, 100 + days / 10)},
                    {"name": "MSFT", "x": xs, "y": make_walk(250, 140)},
                ],
            }
        ],
    }


def row(key: str, value: Any, description: str = "", **facts: Any) -> dict[str, Any]:
    """One figure with its id."""
    return {"id": key.lower(), "key": key, "value": value, "description": description, **facts}


def make_call(tool: str = "alpaca_market_stocks_multi_bars", **facts: Any) -> ToolCall:
    """One data call as it is recorded."""
    metadata = {"source": "simulated", "endpoint": "bars", "as_of": "2026-11-20", "simulated": True}
    return ToolCall(
        tool=tool,
        **{
            "arguments": {"symbols": ["AAPL", "MSFT"], "limit": 121},
            "started_ms": 12.0,
            "duration_ms": 84.0,
            "row_count": 242,
            "metadata": {**metadata, "currency": "USD", "feed": "sip", "adjustment": "all"},
            **facts,
        },
    )


def make_report(result: Any = None, outcome: Outcome = Outcome.COMPLETED, **facts: Any) -> ExecutionReport:
    """What became of a script."""
    metadata = ExecutionMetadata(
        tool_calls=facts.pop("calls", None)
        or [make_call(), make_call("calculate_volatility", cache_hit=True)],
        parameters=facts.pop("parameters", VALUES),
        warnings=facts.pop("warnings", []),
    )
    return ExecutionReport(
        success=outcome is Outcome.COMPLETED,
        execution_id="exec_0",
        outcome=outcome,
        execution_time_ms=412.0,
        result=result if outcome is Outcome.COMPLETED else None,
        metadata=metadata,
        **facts,
    )


def make_failure(outcome: Outcome, code: str, message: str, **details: Any) -> ExecutionReport:
    """A script that did not complete."""
    return make_report(
        outcome=outcome, error=ErrorDetail(code=code, message=message, details=details), calls=[make_call()]
    )


@dataclass(frozen=True)
class Problem:
    """A reply that is no answer."""

    status: int
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None


@dataclass(frozen=True)
class Course:
    """What happens to one question. After the event `waits_after` nothing happens until it is let go."""

    report: ExecutionReport | None = None
    problem: Problem | None = None
    confirmation: dict[str, Any] | None = None
    waits_after: ProgressType | None = None
    extra_events: tuple[tuple[str, dict[str, Any]], ...] = ()
    repairs: tuple[str, ...] = ()
    explanation: str = "Fetches **closes** once, then calls `calculate_volatility` for each symbol."
    script: str = SCRIPT
    schema: dict[str, Any] = field(default_factory=lambda: SCHEMA)
    values: dict[str, Any] = field(default_factory=lambda: dict(VALUES))
    expanded: str | None = None
    understanding: Understanding | None = None
    age_seconds: float | None = None


@dataclass
class Execution:
    """One execution of the stand-in, its events included."""

    id: str
    question: str
    session_id: str
    course: Course
    root_id: str
    kind: str = "question"
    parent_id: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    report: ExecutionReport | None = None
    script: str = SCRIPT
    status: str = "running"
    error: Problem | None = None
    title: str = ""
    is_pinned: bool = False
    is_deleted: bool = False
    trust: str = "ran"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    has_waited: bool = False
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def tell(self, kind: str, **data: Any) -> None:
        """Append one event and wake whoever follows."""
        self.events.append(
            {
                "sequence": next(self.numbers),
                "execution_id": self.id,
                "session_id": self.session_id,
                "type": str(kind),
                "data": data,
                "created_at": datetime.now(UTC).isoformat(),
            }
        )
        self.changed.set()
        self.changed = asyncio.Event()

    async def ended(self) -> None:
        """Wait until nothing more will happen to it."""
        while self.status == "running":
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), 0.05)


class PageHouse:
    """What the scripted API knows and was sent. `courses`: what happens to a question that holds a word."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.forget()

    def begin(self) -> None:
        """For the server, when it is ready, in its own thread."""
        self._loop = asyncio.get_running_loop()
        self.has_begun.set()

    def forget(self) -> None:
        """As new: no question was ever asked."""
        self.courses: dict[str, Course] = {}
        self.executions: dict[str, Execution] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.runs_started = 0
        self.similar: list[dict[str, Any]] = []
        self.findings: list[dict[str, Any]] = []
        self.provenance: dict[str, Any] = {}
        self.replay: dict[str, Any] = {"is_identical": True, "divergences": [], "changed_versions": []}
        self.is_simulated = True
        self.health_facts: dict[str, Any] = {"provider": "offline", "models": ["offline"]}

    def course_of(self, question: str) -> Course:
        """What happens to `question`."""
        found = [course for word, course in self.courses.items() if word in question]
        return found[0] if found else Course(report=make_report(make_result()))

    def sent(self, method: str, ending: str) -> list[Any]:
        """The bodies of requests whose path ends so."""
        return [body for verb, path, body in self.requests if verb == method and path.endswith(ending)]

    def let_go(self) -> None:
        """Everything that waits goes on."""
        for execution in list(self.executions.values()):
            self.call(execution.release.set)

    def tell(self, kind: str, **data: Any) -> None:
        """One more event of every execution under way."""
        for execution in list(self.executions.values()):
            if execution.status == "running":
                self.call(partial(execution.tell, kind, **data))

    def call(self, action: Callable[[], Any]) -> None:
        """Do something in the server's own thread, and wait for it."""

        async def act() -> None:
            action()

        assert self.has_begun.wait(timeout=5)
        asyncio.run_coroutine_threadsafe(act(), self._loop).result(timeout=5)
