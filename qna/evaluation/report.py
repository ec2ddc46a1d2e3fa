"""An evaluation on the terminal, as JSON, and as Markdown."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qna.evaluation.scoring import Score
from qna.evaluation.summary import RATES, Evaluation
from qna.failures import Misuse
from qna.terminal import plain


def show_evaluation(console: Console, evaluation: Evaluation) -> None:
    """The rates, then every question that did not pass."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in list_figures(evaluation):
        table.add_row(name, Text(value, style="bold"))
    console.print(table)
    for each in evaluation.scores:
        if not each.passed:
            console.print(Text(plain(f"✗ {each.id}: {each.problem}"), style="red"), soft_wrap=True)


def write_report(path: Path, evaluation: Evaluation) -> None:
    """`path` as JSON, and beside it the same as Markdown. Raises `Misuse` when it cannot be written."""
    try:
        path.write_text(evaluation.model_dump_json(indent=2) + "\n", "utf-8")
        path.with_suffix(".md").write_text(render_markdown(evaluation), "utf-8")
    except OSError as error:
        raise Misuse(f"cannot write {path}: {error.strerror}", "Name another --report.") from error


def render_markdown(evaluation: Evaluation) -> str:
    """The report for people."""
    lines = [
        f"# Evaluation of {', '.join(evaluation.models) or 'no model'}",
        "",
        f"{evaluation.file}, {evaluation.finished_at:%Y-%m-%d %H:%M} UTC.",
        "",
        "| | |",
        "|---|---:|",
        *(f"| {name} | {value} |" for name, value in list_figures(evaluation)),
        "",
        "| question | kind | ended as | repairs | numbers | ms | |",
        "|---|---|---|---:|---:|---:|---|",
        *map(_describe_score, evaluation.scores),
    ]
    return "\n".join(lines) + "\n"


def list_figures(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Every figure of the totals by its name in words."""
    totals = evaluation.totals
    yield "questions", str(totals.questions)
    for name in RATES:
        value = getattr(totals, name)
        yield name.replace("_", " "), "-" if value is None else f"{100 * value:.1f} %"
    for kind, value in evaluation.kinds.items():
        yield f"passed of kind {kind}", f"{100 * value:.1f} %"
    used = totals.usage
    yield (
        "tokens in / out / cached",
        f"{used.input_tokens:,} / {used.output_tokens:,} / {used.cached_tokens:,}",
    )
    yield "cost", "not known" if used.cost_usd is None else f"{used.cost_usd:.4f} USD"
    yield "latency p50 / p95", f"{totals.latency_p50_ms:,.0f} / {totals.latency_p95_ms:,.0f} ms"


def _describe_score(each: Score) -> str:
    numbers = f"{each.numbers_equal}/{each.numbers_expected}" if each.numbers_expected else ""
    verdict = "passed" if each.passed else _cell(each.problem)
    cells = (
        _cell(each.question),
        each.kind,
        each.code,
        str(each.repairs),
        numbers,
        f"{each.latency_ms:,.0f}",
    )
    return f"| {' | '.join((*cells, verdict))} |"


def _cell(text: str) -> str:
    return " ".join(plain(text).replace("|", "\\|").split())
