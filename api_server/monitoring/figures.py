"""Counts, rates and times out of the executions of a span."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any

from api_server.storage.activity import RunFacts
from schemas.monitoring import (
    CacheFigures,
    ModelFigures,
    QuestionFigures,
    RuleFigure,
    StageFigures,
    ToolFigures,
)

ALL_STAGES = "all"
STOPPED = ("cancelled", "CANCELLED")
"""As the outcome of a script, and as the code of a question that had none."""


def fate(run: RunFacts) -> str:
    """How a run stands: `open`, `succeeded`, `partial`, `failed` or `stopped`."""
    if run.status in ("pending", "running"):
        return "open"
    if run.outcome in STOPPED or run.error_code in STOPPED:
        return "stopped"
    if run.status == "failed":
        return "failed"
    return "partial" if any(not call["success"] for call in run.tool_calls) else "succeeded"


def duration_ms(run: RunFacts) -> float | None:
    """What a run took of our time: its stages, or the script's alone. A person's thinking does not count."""
    stages = _stages_of(run)
    return sum(stages.values()) if stages else run.execution_time_ms


def made_calls(run: RunFacts) -> Sequence[dict[str, Any]]:
    """The data calls that a run made; an answer from the cache lists those of the run before it."""
    return [] if run.is_from_cache else run.tool_calls


def count_questions(runs: Sequence[RunFacts]) -> QuestionFigures:
    """What was asked and what came of it."""
    questions = [run for run in runs if run.kind == "question"]
    fates = Counter(fate(run) for run in questions)
    ended = len(questions) - fates["open"]
    return QuestionFigures(
        asked=len(questions),
        open=fates["open"],
        succeeded=fates["succeeded"],
        partial=fates["partial"],
        failed=fates["failed"],
        stopped=fates["stopped"],
        success_rate=rate(fates["succeeded"], ended),
        partial_rate=rate(fates["partial"], ended),
        error_rate=rate(fates["failed"], ended),
        other_runs=dict(sorted(Counter(run.kind for run in runs if run.kind != "question").items())),
    )


def time_stages(runs: Sequence[RunFacts]) -> list[StageFigures]:
    """Time to answer, whole and by stage, in the order of the first question that has them."""
    times: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        stages = _stages_of(run) if run.kind == "question" else {}
        if stages:
            times[ALL_STAGES].append(sum(stages.values()))
        for stage, milliseconds in stages.items():
            times[stage].append(milliseconds)
    return [
        StageFigures(stage=stage, questions=len(each), median_ms=median(each), p95_ms=p95(each))
        for stage, each in times.items()
    ]


def count_cache(runs: Sequence[RunFacts]) -> CacheFigures:
    """Answers and data calls that came from memory."""
    answers = [run for run in runs if run.kind == "question" and fate(run) in ("succeeded", "partial")]
    from_cache = sum(run.is_from_cache for run in answers)
    calls = list(chain.from_iterable(map(made_calls, runs)))
    calls_from_cache = sum(call["cache_hit"] for call in calls)
    return CacheFigures(
        answers=len(answers),
        answers_from_cache=from_cache,
        answer_hit_rate=rate(from_cache, len(answers)),
        calls=len(calls),
        calls_from_cache=calls_from_cache,
        call_hit_rate=rate(calls_from_cache, len(calls)),
        scripts_reused=sum(run.reused_from is not None for run in answers),
    )


def count_tools(runs: Sequence[RunFacts]) -> list[ToolFigures]:
    """Data calls by tool, the most used first."""
    by_tool: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in chain.from_iterable(map(made_calls, runs)):
        by_tool[call["tool"]].append(call)
    figures = [_count_calls(tool, calls) for tool, calls in by_tool.items()]
    return sorted(figures, key=lambda each: (-each.calls, each.tool))


def count_models(runs: Sequence[RunFacts]) -> list[ModelFigures]:
    """Tokens and cost by model, the dearest first."""
    by_model: dict[str, list[RunFacts]] = defaultdict(list)
    for run in runs:
        if run.usage is not None:
            by_model[run.model or "unknown"].append(run)
    figures = [_count_usage(model, used) for model, used in by_model.items()]
    return sorted(figures, key=lambda each: (-each.cost_usd, -each.input_tokens, each.model))


def count_rejections(findings: Sequence[dict[str, Any]]) -> list[RuleFigure]:
    """What the check of scripts found, the most frequent first."""
    counts = Counter(finding["code"] for finding in findings)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [RuleFigure(code=code, findings=count) for code, count in ordered]


def rate(part: int, whole: int) -> float | None:
    """`part` of `whole`; None of nothing."""
    return part / whole if whole else None


def median(values: Sequence[float]) -> float:
    """The middle of at least one value."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile of at least one value, interpolated linearly (type 7 of Hyndman and Fan, 1996)."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _stages_of(run: RunFacts) -> dict[str, float]:
    """Milliseconds by stage; a stage that was gone through again, by a repair, counts with all its times."""
    times: dict[str, float] = defaultdict(float)
    for stage in run.metadata.get("stages") or ():
        times[stage["stage"]] += stage["duration_ms"]
    return dict(times)


def _count_calls(tool: str, calls: Sequence[dict[str, Any]]) -> ToolFigures:
    times = [call["duration_ms"] for call in calls]
    failed = [call for call in calls if not call["success"]]
    codes = Counter((call["error"] or {}).get("code", "unknown") for call in failed)
    return ToolFigures(
        tool=tool,
        calls=len(calls),
        from_cache=sum(call["cache_hit"] for call in calls),
        failed=len(failed),
        errors=dict(codes.most_common()),
        median_ms=median(times),
        p95_ms=p95(times),
    )


def _count_usage(model: str, runs: Sequence[RunFacts]) -> ModelFigures:
    usages = [run.usage or {} for run in runs]
    return ModelFigures(
        model=model,
        questions=len(runs),
        input_tokens=sum(usage.get("input_tokens", 0) for usage in usages),
        output_tokens=sum(usage.get("output_tokens", 0) for usage in usages),
        cached_tokens=sum(usage.get("cached_tokens", 0) for usage in usages),
        cost_usd=sum(run.cost_usd or 0.0 for run in runs),
        unpriced=sum(run.cost_usd is None for run in runs),
    )
