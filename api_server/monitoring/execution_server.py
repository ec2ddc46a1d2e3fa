"""What the execution server counts of itself, read from its `GET /metrics`."""

from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from api_server.errors import ExecutorUnavailable
from api_server.execution_client import ExecutionClient
from schemas.monitoring import ExecutionServerFigures


async def ask_execution_server(executor: ExecutionClient) -> ExecutionServerFigures:
    """Its load now; one that does not answer is a figure too."""
    try:
        text = await executor.metrics_text()
    except ExecutorUnavailable as error:
        return ExecutionServerFigures(is_up=False, detail=error.message)
    return read_figures(text)


def read_figures(text: str) -> ExecutionServerFigures:
    """The figures out of a text in Prometheus' format."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    calls = [sample for sample in samples if sample.name == "qna_tool_calls_total"]
    return ExecutionServerFigures(
        is_up=True,
        running=_sum(samples, "qna_executions_running"),
        waiting=_sum(samples, "qna_executions_waiting"),
        ready=_by_label(samples, "qna_children_ready", "kind"),
        executions=_by_label(samples, "qna_executions_total", "outcome"),
        tool_calls=round(sum(sample.value for sample in calls)),
        tool_calls_failed=round(sum(each.value for each in calls if each.labels["success"] == "false")),
    )


def _sum(samples: Iterable[Sample], name: str) -> int:
    return round(sum(sample.value for sample in samples if sample.name == name))


def _by_label(samples: Iterable[Sample], name: str, label: str) -> dict[str, int]:
    return {sample.labels[label]: round(sample.value) for sample in samples if sample.name == name}
