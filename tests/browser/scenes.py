"""Ways of a reader through all states of the page: each stops where a look is worth it, with the state."""

from collections.abc import Callable, Iterator

from playwright.sync_api import expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.label import DataLabel
from schemas.progress import ProgressType
from schemas.understanding import Alternative, Meaning, Understanding
from tests.browser.chart_samples import make_many
from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import (
    Course,
    Problem,
    make_call,
    make_days,
    make_failure,
    make_report,
    make_result,
    make_walk,
    row,
)
from tests.doubles.page_server import PageServer

Scene = Callable[[Reader, PageServer], Iterator[str]]

UNDERSTOOD = Understanding(
    question=QUESTION,
    resolved_question=QUESTION,
    expanded_question="Annualised volatility of AAPL and MSFT over 120 trading days",
    meaning=Meaning(),
    assumptions=("daily closes", "252 trading days a year"),
    alternatives=(Alternative(question="How volatile was the S&P 500?", reason="another index"),),
)
FINDING = {"code": "IMPORT", "message": "os is not allowed", "line": 1, "column": 1, "hint": "Remove it."}
INFLUENCE = {"call": 0, "moves": ["value", "place"], "direction": "up", "elasticity": 0.98, "through": []}
WAITS = {
    "expanding": ProgressType.ACCEPTED,
    "generating": ProgressType.SCRIPT_GROWN,
    "validating": ProgressType.REPAIRING,
    "running": ProgressType.TOOL_CALL_STARTED,
}


def begin(reader: Reader, house: PageServer) -> Iterator[str]:
    """The first visit, and a question like earlier ones."""
    house.similar = [{"execution_id": "exec_1", "question": "Like it?", "asked_at": "2026-11-20T10:00:00Z"}]
    reader.open()
    expect(reader.find("#offline-notice")).to_be_visible()
    expect(reader.find(".example")).to_have_count(6)
    yield "empty"
    reader.find("#question-text").fill("How volatile")
    expect(reader.find("#similar li")).to_have_count(1)
    yield "typing"


def wait(reader: Reader, house: PageServer) -> Iterator[str]:
    """Every stage of a question, then one that is stopped."""
    reader.open()
    for state, kind in WAITS.items():
        house.courses[state] = Course(
            report=make_report(make_result()), waits_after=kind, repairs=("line 3: no such tool",)
        )
        reader.ask(f"What is it like while {state}?", until=state)
        yield state
        if state != "running":
            house.let_go()
            reader.wait_for("result")
    reader.button("Stop").click()
    reader.wait_for("stopped")
    yield "stopped"


def confirm(reader: Reader, house: PageServer) -> Iterator[str]:
    """A question that is corrected before it is asked."""
    proposed = UNDERSTOOD.model_dump(mode="json")
    house.courses["volatile"] = Course(confirmation=proposed)
    reader.open().ask(until="confirming")
    yield "confirming"


def read(reader: Reader, house: PageServer) -> Iterator[str]:
    """An answer with all that can stand in it, its data and its script."""
    house.courses["volatile"] = make_rich_course()
    reader.open().ask("What came first?").ask()
    expect(reader.find("svg.plot")).to_be_visible()
    reader.find(".folded > summary").click()
    reader.find("#thread summary").click()
    yield "result"
    reader.button("Data").click()
    reader.button("No").click()
    yield "result"
    reader.button("Data").click()
    reader.tab("Script")
    expect(reader.find(".call-marker")).to_be_visible()
    yield "result"


def trace(reader: Reader, house: PageServer) -> Iterator[str]:
    """Where a figure is from; then the menu of a question, and the settings."""
    base = {"kind": "row", "key": "k", "value": 1, "influences": [INFLUENCE], "is_from_data": True}
    house.provenance = {"values": [{**base, "id": "msft"}], "calls": []}
    reader.open().ask()
    reader.find('[data-row="msft"] .source-link').click()
    expect(reader.find(".provenance")).to_contain_text("depends on")
    reader.button("Replay").click()
    expect(reader.find(".replay [role=status]")).to_contain_text("Identical")
    yield "result"
    reader.find("#history li").first.hover()
    reader.find("#history .menu summary").first.click()
    yield "result"
    reader.page.keyboard.press("Escape")
    reader.button("Settings and shortcuts").click()
    expect(reader.find("dialog")).to_be_visible()
    yield "result"


def change(reader: Reader, house: PageServer) -> Iterator[str]:
    """An answer whose parameters and script are changed."""
    house.findings = [FINDING]
    reader.open().ask()
    reader.find("#field-days").fill("2")
    reader.find("#field-days").press("Control+Enter")
    expect(reader.find("[aria-invalid=true]")).to_have_count(1)
    reader.find("#field-days").fill("60")
    reader.wait_for("stale")
    yield "stale"
    values = {"symbols": ["AAPL", "MSFT"], "days": 60}
    house.courses["rerun"] = Course(
        report=make_report(make_result(60), parameters=values),
        values=values,
        waits_after=ProgressType.TOOL_CALL_STARTED,
    )
    reader.button("Re-run").click()
    reader.wait_for("rerunning")
    yield "rerunning"
    house.let_go()
    expect(reader.find(".difference")).to_be_visible()
    reader.button("Show previous run").click()
    reader.tab("Runs")
    expect(reader.find(".run-list li")).to_have_count(2)
    yield "result"
    reader.tab("Script")
    reader.button("Edit").click()
    reader.find(".editor textarea").fill("import os\n")
    expect(reader.find(".findings")).to_be_visible()
    yield "result"


def look_at_many(reader: Reader, house: PageServer) -> Iterator[str]:
    """More figures than tiles hold, and charts of every kind."""
    house.courses["many"] = Course(report=make_report(make_many()))
    reader.open().ask("Show many")
    expect(reader.find("svg.plot")).to_have_count(7)
    yield "result"


def fail(reader: Reader, house: PageServer) -> Iterator[str]:
    """Answers in part, problems of each kind."""
    away = ErrorDetail(code="vendor_unavailable", message="the vendor did not answer")
    calls = [make_call(), make_call("eodhd_fundamentals", success=False, error=away, row_count=None)]
    unknown = {
        "code": "unknown_symbol",
        "message": "no AAPL",
        "details": {"symbol": "AAPL", "nearest": ["AAP"]},
    }
    refusal = {"missing": "there are no option chains", "nearest_question": "KO?"}
    incomplete = {**make_result(), "body": [row("AAPL", 0.25, format="percent"), row("MSFT", None)]}
    house.courses = {
        "part": Course(report=make_report(incomplete, calls=calls)),
        "script": Course(report=make_failure(Outcome.RAISED, "SCRIPT_ERROR", "KeyError: 'close'", line=12)),
        "symbol": Course(report=make_failure(Outcome.RAISED, "SCRIPT_ERROR", "no", tool_error=unknown)),
        "refused": Course(problem=Problem(422, "CANNOT_ANSWER", "no", refusal)),
        "busy": Course(problem=Problem(429, "RATE_LIMITED", "slow down", retry_after=300)),
    }
    reader.tolerate("status of 4")
    reader.open().ask("Answer in part", until="partial")
    yield "partial"
    for word in ("script", "symbol", "refused", "busy"):
        reader.ask(f"What does {word} look like?", until=None)
        expect(reader.find("h1:visible")).to_contain_text(word)
        reader.wait_for("error")
        yield "error"


def lose_connection(reader: Reader, house: PageServer) -> Iterator[str]:
    """A server that goes away while it answers."""
    reader.tolerate("Failed to load resource")
    house.courses["volatile"] = Course(
        report=make_report(make_result()), waits_after=ProgressType.TOOL_CALL_STARTED
    )
    reader.open().ask(until="running")
    house.stop()
    try:
        reader.wait_for("offline")
        yield "offline"
    finally:
        house.restart()


def make_rich_course() -> Course:
    """Warnings, assumptions, other readings, an age, a repaired script."""
    result = make_result()
    result["charts"][0]["series"] = [{"name": "AAPL", "x": make_days(20), "y": make_walk(20)}]
    report = make_report(result, warnings=["two sources"])
    label = DataLabel(warnings=["the prices of MSFT are delayed, those of AAPL are not"])
    metadata = report.metadata.model_copy(update={"label": label})
    return Course(
        report=report.model_copy(update={"metadata": metadata}),
        repairs=("line 3: no such tool",),
        understanding=UNDERSTOOD,
        expanded=UNDERSTOOD.expanded_question,
        age_seconds=3600.0,
    )


SCENES: list[Scene] = [begin, wait, confirm, read, trace, change, look_at_many, fail, lose_connection]
