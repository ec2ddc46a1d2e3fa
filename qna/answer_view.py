"""An answer on the terminal: the sentence first, then figures, then where they come from."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from qna.ask import Reply
from qna.figures import cut, describe, format_figure, say_moment, write
from qna.terminal import plain
from schemas.analysis import Analysis, AnalyzeResponse, StageTime
from schemas.errors import ErrorResponse
from schemas.execution import ExecutionReport, Outcome, ToolCall
from schemas.label import DataLabel
from schemas.result import Result, Row
from schemas.understanding import Understanding

TOOL_CALLS_MAX = 20
ARGUMENT_LENGTH_MAX = 60
INDENT = 2

OUTCOMES = {
    Outcome.RAISED: "The script stopped with an error",
    Outcome.REFUSED: "The script did not pass the safety checks",
    Outcome.TIMED_OUT: "The script ran out of time",
    Outcome.OUT_OF_MEMORY: "The script ran out of memory",
    Outcome.TOO_MUCH_OUTPUT: "The script returned too much",
    Outcome.TOO_MANY_CALLS: "The script made too many tool calls",
    Outcome.CANCELLED: "The script was cancelled",
    Outcome.CRASHED: "The script ended without an answer",
}


class AnswerView:
    """Prints answers, reports and refusals on one console."""

    def __init__(self, console: Console, *, shows_script: bool = False) -> None:
        self._console = console
        self._shows_script = shows_script

    def show_reply(self, question: str, reply: Reply) -> None:
        """What the API server said to one question."""
        if isinstance(reply.body, AnalyzeResponse):
            self.show_answer(question, reply.body)
        else:
            self.show_refusal(question, reply.body)

    def show_answer(self, question: str, answer: AnalyzeResponse) -> None:
        """All of one answered question, or of one whose script did not complete."""
        analysis = answer.data
        self._heading(question)
        if analysis.expanded_question != analysis.question:
            self._line(f"Asked as: {analysis.expanded_question}", "dim")
        if analysis.age_seconds is not None:
            self._line(f"From {tell_age(analysis.age_seconds)} ago; --refresh runs it again.", "dim")
        understood = analysis.understanding
        if analysis.execution is None or (understood and understood.asks_about == "previous_answer"):
            self._line(analysis.explanation)
        if analysis.execution is not None:
            self.show_report(analysis.execution)
        self._understanding(understood)
        self._notes("Warnings", analysis.warnings, "yellow")
        self._writing(analysis)
        self._times(analysis.stages)
        self._script(analysis.python_code, is_result=analysis.execution is None)

    def show_report(self, report: ExecutionReport) -> None:
        """What became of one run."""
        if report.outcome is Outcome.COMPLETED:
            self._result(report.result)
        else:
            self._failure(report)
        self._tool_calls(report.metadata.tool_calls)
        self._notes("Warnings", report.metadata.warnings, "yellow")
        self._origin(report.metadata.label)

    def show_usage(self, report: ExecutionReport) -> None:
        """What one run cost."""
        peak = report.metadata.resources.peak_memory_bytes / 1_000_000
        self._line(f"Ran for {report.execution_time_ms:,.0f} ms and used {peak:,.0f} MB at most.", "dim")

    def show_refusal(self, question: str, refusal: ErrorResponse) -> None:
        """Why there is no answer, and what can be asked instead."""
        self._heading(question)
        self._line(refusal.error.message, "bold")
        missing, nearest = (refusal.error.details.get(name) for name in ("missing", "nearest_question"))
        if missing and missing != refusal.error.message:
            self._line(f"Missing: {missing}")
        if nearest:
            self._line(f"The nearest question that can be answered: {nearest}")
        else:
            self._notes("What you can do", refusal.recovery_suggestions)

    def _heading(self, question: str) -> None:
        self._console.print()
        self._console.print(Text(plain(question), style="bold cyan"))
        self._console.print()

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Padding(Text(plain(text), style=style), (0, 0, 0, INDENT), expand=False))

    def _notes(self, title: str, notes: Sequence[str], style: str = "") -> None:
        if notes:
            self._line(title, "bold")
        for note in notes:
            self._line(f"- {note}", style)

    def _understanding(self, understanding: Understanding | None) -> None:
        if understanding is None:
            return
        self._notes("Assumed", understanding.assumptions)
        self._notes("It may also mean", [each.question for each in understanding.alternatives])

    def _result(self, value: Any) -> None:
        try:
            result = Result.model_validate(value)
        except ValidationError:
            self._line(json.dumps(value, indent=2, ensure_ascii=False))
            return
        self._line(result.description, "bold")
        if result.body:
            self._figures(result.body)
        for chart in result.charts:
            self._line(f"Chart on the page: {chart.title or chart.type}", "dim")

    def _figures(self, rows: Sequence[Row]) -> None:
        table = _table("Figure", "Value", "What it is")
        table.columns[1].justify = "right"
        for row in rows:
            value = Text(plain(format_figure(row)), style=_change_style(row))
            table.add_row(Text(plain(row.key)), value, Text(plain(describe(row)), style="dim"))
        self._print_table(table)

    def _failure(self, report: ExecutionReport) -> None:
        message = report.error.message if report.error else ""
        self._line(": ".join(filter(None, [OUTCOMES[report.outcome], message])), "bold red")
        for finding in report.findings:
            place = f"line {finding.line}, column {finding.column}"
            self._line(f"{place}: {finding.message} {finding.hint}".rstrip())
        self._notes("What you can do", report.recovery_suggestions)

    def _tool_calls(self, calls: Sequence[ToolCall]) -> None:
        if not calls:
            return
        table = _table("Tool call", "Source", "As of", "Time")
        table.columns[3].justify = "right"
        for call in calls[:TOOL_CALLS_MAX]:
            duration = "cache" if call.cache_hit else f"{call.duration_ms:,.0f} ms"
            source = call.error.message if call.error else str(call.metadata.get("source") or "-")
            row = [describe_call(call), source, say_moment(str(call.metadata.get("as_of") or "-")), duration]
            table.add_row(*(Text(plain(cell)) for cell in row), style="red" if call.error else "")
        self._print_table(table)
        if len(calls) > TOOL_CALLS_MAX:
            self._line(f"and {len(calls) - TOOL_CALLS_MAX} more calls", "dim")

    def _origin(self, label: DataLabel | None) -> None:
        if label is not None:
            self._line(f"Computed from {describe_label(label)}. Not investment advice.", "dim")

    def _writing(self, analysis: Analysis) -> None:
        """Who wrote the script, in how many attempts, and what that cost."""
        line = describe_writing(analysis)
        if line:
            self._line(line, "dim")
        for attempt in analysis.attempts[:-1]:
            found = [*attempt.findings, *attempt.type_findings]
            reason = f"line {found[0].line}: {found[0].message}" if found else f"its run: {attempt.outcome}"
            self._line(f"- attempt {attempt.number} did not do, {reason}", "dim")

    def _times(self, stages: Sequence[StageTime]) -> None:
        if stages:
            total = sum(stage.duration_ms for stage in stages)
            parts = " · ".join(f"{stage.stage} {stage.duration_ms:,.0f} ms" for stage in stages)
            self._line(f"Time: {parts} · together {total:,.0f} ms", "dim")

    def _script(self, source: str, *, is_result: bool) -> None:
        if self._shows_script or is_result:
            self._console.print()
            self._console.print(Text(plain(source)), soft_wrap=True)
        else:
            self._line(f"Script: {len(source.splitlines())} lines; --script shows it.", "dim")

    def _print_table(self, table: Table) -> None:
        self._console.print(Padding(table, (1, 0, 1, INDENT), expand=False))


def describe_call(call: ToolCall) -> str:
    """The call as a script would write it, long arguments cut."""
    arguments = (f"{name}={cut(write(value), ARGUMENT_LENGTH_MAX)}" for name, value in call.arguments.items())
    return f"{call.tool}({', '.join(arguments)})"


def describe_label(label: DataLabel) -> str:
    """Where an answer's data is from, as of when, and in brackets what else its label says."""
    dates = dict.fromkeys(say_moment(moment) for moment in (label.as_of_first, label.as_of_last) if moment)
    as_of = f" as of {' to '.join(dates)}" if dates else ""
    kinds = {"yes": "simulated", "mixed": "partly simulated"}
    more = [
        kinds.get(label.simulated or "", "") if label.providers != ["simulated"] else "",
        *(f"{feed} feed" for feed in label.feeds),
        *(f"delayed by {seconds / 60:g} min" for seconds in label.delays_seconds if seconds),
        *(f"adjustment {adjustment}" for adjustment in label.adjustments),
        *label.currencies,
        *(f"market {state}" for state in label.market_states),
    ]
    brackets = f" ({', '.join(filter(None, more))})" if any(more) else ""
    return f"{', '.join(label.providers)} data{as_of}{brackets}"


def describe_writing(analysis: Analysis) -> str:
    """One line on how the script came to be; empty when no model was paid and nothing was repaired."""
    repairs, usage = max(len(analysis.attempts) - 1, 0), analysis.usage
    if not repairs and not usage.input_tokens:
        return ""
    parts = [f"Written by {analysis.model}"]
    if repairs:
        parts.append("repaired once" if repairs == 1 else f"repaired {repairs} times")
    if usage.input_tokens:
        cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
        parts.append(f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out")
    if usage.cost_usd is not None:
        parts.append(f"{usage.cost_usd:.4f} USD")
    return " · ".join(parts)


def tell_age(seconds: float) -> str:
    """A length of time in its largest unit: `3 minutes`."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:.0f} seconds"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _change_style(row: Row) -> str:
    if not row.is_change or isinstance(row.value, bool) or not isinstance(row.value, int | float):
        return "bold"
    return "bold green" if row.value > 0 else "bold red" if row.value < 0 else "bold"
