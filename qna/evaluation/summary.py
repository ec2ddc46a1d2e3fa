"""All scores of one evaluation taken together."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from qna.evaluation.scoring import Score
from qna.failures import Misuse
from schemas.usage import Usage
from schemas.wire import Wire, utc_now


class Totals(Wire):
    """Rates are from 0 to 1; None when nothing is counted by them."""

    questions: int
    passed: float
    parsed: float
    validated_first_time: float | None
    ran: float | None
    """Of the questions that should be answered."""
    repaired: float | None
    """Of the questions that needed a repair."""
    refused_rightly: float | None
    """Of the questions that should be refused."""
    refused_wrongly: float | None
    """Of the questions that should be answered."""
    numbers_equal: float | None
    """Of all expected numbers."""
    usage: Usage
    latency_p50_ms: float
    latency_p95_ms: float


RATES = (
    "passed",
    "parsed",
    "validated_first_time",
    "ran",
    "repaired",
    "refused_rightly",
    "refused_wrongly",
    "numbers_equal",
)


class Evaluation(Wire):
    """What is written as the report."""

    file: str
    asked_for: str
    """The model that was asked for; empty for the default."""
    models: list[str]
    """Those that wrote the scripts."""
    finished_at: datetime = Field(default_factory=utc_now)
    totals: Totals
    kinds: dict[str, float]
    """How many passed, by kind."""
    scores: list[Score]


def summarise(scores: Sequence[Score]) -> Totals:
    """The totals of at least one score."""
    answerable = [each for each in scores if not each.should_refuse]
    hopeless = [each for each in scores if each.should_refuse]
    written = [each for each in scores if each.validated_first_time is not None]
    mended = [each for each in scores if each.repairs]
    latencies = sorted(each.latency_ms for each in scores)
    usages = [each.usage for each in scores]
    return Totals(
        questions=len(scores),
        passed=rate([each.passed for each in scores]) or 0.0,
        parsed=rate([each.parsed for each in scores]) or 0.0,
        validated_first_time=rate([bool(each.validated_first_time) for each in written]),
        ran=rate([each.ran for each in answerable]),
        repaired=rate([each.ran for each in mended if not each.should_refuse]),
        refused_rightly=rate([each.refused for each in hopeless]),
        refused_wrongly=rate([each.refused for each in answerable]),
        numbers_equal=share(
            sum(each.numbers_equal for each in scores), sum(each.numbers_expected for each in scores)
        ),
        usage=sum(usages[1:], start=usages[0]),
        latency_p50_ms=percentile(latencies, 50),
        latency_p95_ms=percentile(latencies, 95),
    )


def pass_by_kind(scores: Sequence[Score]) -> dict[str, float]:
    """The share that passed of each kind, in the order of the file."""
    kinds = dict.fromkeys(each.kind for each in scores)
    return {kind: rate([each.passed for each in scores if each.kind == kind]) or 0.0 for kind in kinds}


def rate(facts: Sequence[bool]) -> float | None:
    """The share of true ones."""
    return share(sum(facts), len(facts))


def share(part: int, whole: int) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed (nearest rank)."""
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def read_requirements(written: Sequence[str]) -> dict[str, float]:
    """From `NAME=SHARE` as typed. Raises `Misuse`."""
    required = {}
    for text in written:
        name, _, value = text.partition("=")
        if name not in RATES:
            raise Misuse(f"--require {text}: there is no rate {name!r}", f"Use one of {', '.join(RATES)}.")
        try:
            required[name] = float(value)
        except ValueError as error:
            raise Misuse(f"--require {text}: not a number", f"Write it as {name}=0.9.") from error
    return required


def find_unmet(totals: Totals, required: dict[str, float]) -> list[str]:
    """Each requirement that is not met, in words. Of wrong refusals few are good, of all else many.

    A rate that counts nothing shows nothing and is not met; when no script needed a repair, all is well.
    """
    unmet = []
    for name, threshold in required.items():
        value = getattr(totals, name)
        if value is None:
            if name != "repaired":
                unmet.append(f"{name} counts nothing in these questions, required {threshold:g}")
        elif not (value <= threshold if name == "refused_wrongly" else value >= threshold):
            unmet.append(f"{name} is {value:.3f}, required {threshold:g}")
    return unmet
