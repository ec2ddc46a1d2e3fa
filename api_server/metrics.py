"""What the API server counts, for `GET /metrics` in the Prometheus text format."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.analysis import Analysis
from service.cache.cache import CacheCounts

STAGE_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120)


class ApiMetrics:
    """Counters of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "qna_questions",
            "Requests that were answered, by outcome of the run, or `written` without one.",
            ["outcome"],
            registry=self.registry,
        )
        self._failures = Counter(
            "qna_question_failures", "Requests that failed, by code.", ["code"], registry=self.registry
        )
        self._stages = Histogram(
            "qna_stage_seconds",
            "Wall clock of each stage of a question.",
            ["stage"],
            buckets=STAGE_SECONDS,
            registry=self.registry,
        )
        self._reused = Counter(
            "qna_questions_reused", "Answers that needed no model.", registry=self.registry
        )
        self._tokens = Counter("qna_llm_tokens", "Tokens, by kind.", ["kind"], registry=self.registry)
        self._cost = Counter("qna_llm_cost_usd", "Known costs of models.", registry=self.registry)
        self._limited = Counter(
            "qna_rate_limited", "Requests refused by a limit.", ["endpoint"], registry=self.registry
        )

    def count_answer(self, analysis: Analysis) -> None:
        """One request was answered."""
        outcome = analysis.execution.outcome if analysis.execution else "written"
        self._questions.labels(outcome).inc()
        if analysis.reused_from is not None:
            self._reused.inc()
        for stage in analysis.stages:
            self._stages.labels(stage.stage).observe(stage.duration_ms / 1000)
        usage = analysis.usage
        if usage is not None:
            for kind in ("input", "output", "cached"):
                self._tokens.labels(kind).inc(getattr(usage, f"{kind}_tokens"))
            self._cost.inc(usage.cost_usd or 0.0)

    def count_failure(self, code: str) -> None:
        """One request failed."""
        self._failures.labels(code).inc()

    def count_limited(self, endpoint: str) -> None:
        """One request was refused."""
        self._limited.labels(endpoint).inc()

    def watch(
        self, cache: CacheCounts, read_events: Callable[[], int], read_followers: Callable[[], int]
    ) -> None:
        """Show these too, as they are when asked."""
        self.registry.register(_Present(cache, read_events, read_followers))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Present(Collector):
    """What others count, read when asked."""

    def __init__(
        self, cache: CacheCounts, read_events: Callable[[], int], read_followers: Callable[[], int]
    ) -> None:
        self._cache = cache
        self._read_events = read_events
        self._read_followers = read_followers

    def collect(self) -> Iterator[Metric]:
        """Figures of this moment."""
        requests = CounterMetricFamily("qna_cache", "What the cache was asked, by end.", labels=["end"])
        for name, value in vars(self._cache).items():
            requests.add_metric([name], value)
        yield requests
        yield CounterMetricFamily("qna_events", "Progress events written.", value=self._read_events())
        yield GaugeMetricFamily("qna_followers", "Who follows progress now.", value=self._read_followers())
