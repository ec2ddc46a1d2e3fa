"""What the execution server counts, for `GET /metrics` in the Prometheus text format."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from executor.jails import Jails
from executor.turns import Turns
from schemas.execution import ExecutionReport

RUN_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120)


class Metrics:
    """Counters of one server, in a registry of its own."""

    def __init__(self, turns: Turns, jails: Jails) -> None:
        self._registry = CollectorRegistry()
        self._executions = Counter(
            "qna_executions", "Executions that ended, by outcome.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "qna_execution_seconds",
            "Wall clock of an execution, tool calls included.",
            buckets=RUN_SECONDS,
            registry=self._registry,
        )
        self._tool_calls = Counter(
            "qna_tool_calls",
            "Tool calls of scripts, by tool and success.",
            ["tool", "success"],
            registry=self._registry,
        )
        self._registry.register(_Present(turns, jails))

    def count(self, report: ExecutionReport) -> None:
        """One execution ended."""
        self._executions.labels(report.outcome).inc()
        self._seconds.observe(report.execution_time_ms / 1000)
        for call in report.metadata.tool_calls:
            known = call.error is None or call.error.code != "unknown_tool"
            self._tool_calls.labels(call.tool if known else "unknown", str(call.success).lower()).inc()

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Present(Collector):
    """What is under way and what waits, read when asked."""

    def __init__(self, turns: Turns, jails: Jails) -> None:
        self._turns = turns
        self._jails = jails

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gauges of this moment."""
        for name, value in (("running", self._turns.running), ("waiting", self._turns.waiting)):
            yield GaugeMetricFamily(f"qna_executions_{name}", f"Executions {name} now.", value=value)
        children = GaugeMetricFamily(
            "qna_children_ready", "Children that wait for a script.", labels=["kind"]
        )
        for kind, count in self._jails.ready().items():
            children.add_metric([kind], count)
        yield children
