"""T5: every state of the page, where the focus is in it, and what is spoken."""

import re
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.progress import ProgressType
from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import Course, make_call, make_failure, make_report, make_result, row
from tests.doubles.page_server import PageServer

MUTED = "rgb(86, 96, 114)"


def waiting(kind: ProgressType, **facts: Any) -> Course:
    """A course that stops after an event until it is let go."""
    return Course(report=make_report(make_result()), waits_after=kind, **facts)


def test_an_empty_page_has_its_promise_six_examples_and_the_focus_in_the_ask_box(reader: Reader) -> None:
    reader.open()
    reader.wait_for("empty")
    expect(reader.find("h1")).to_have_text("Ask about prices, companies or a portfolio")
    expect(reader.find(".example")).to_have_count(6)
    assert reader.focused == "question-text"
    assert reader.page.title() == "qna-ai"


def test_an_example_asks_itself(reader: Reader) -> None:
    reader.open()
    reader.find(".example").first.click()
    reader.wait_for("result")
    expect(reader.find("h1:visible")).to_have_text("What does example 1 show?")


def test_typing_offers_earlier_questions_and_keeps_the_focus(reader: Reader, house: PageServer) -> None:
    house.similar = [
        {
            "execution_id": f"exec_{number}",
            "question": f"Question {number}?",
            "asked_at": "2026-11-20T10:00:00Z",
        }
        for number in range(3)
    ]
    reader.open()
    reader.find("#question-text").press_sequentially("How volatile")
    reader.wait_for("typing")
    expect(reader.find("#similar li")).to_have_count(3)
    expect(reader.find("#announcer")).to_have_text("3 similar questions")
    assert reader.focused == "question-text"
    reader.page.keyboard.press("Escape")
    expect(reader.find("#similar")).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "state", "now"),
    [
        (ProgressType.ACCEPTED, "expanding", "Checking the question"),
        (ProgressType.WRITING, "generating", "Writing the script"),
        (ProgressType.SCRIPT_GROWN, "generating", "8 lines"),
        (ProgressType.VALIDATING, "validating", "Checking the script"),
        (ProgressType.RUNNING, "running", "Running the script"),
        (ProgressType.TOOL_CALL_STARTED, "running", "stocks multi bars"),
        (ProgressType.STEP, "running", "Computing: ranking"),
    ],
)
def test_each_stage_is_shown_while_it_lasts(
    reader: Reader, house: PageServer, kind: ProgressType, state: str, now: str
) -> None:
    house.courses["volatile"] = waiting(kind)
    reader.open().ask(until=state)
    expect(reader.find("#steps")).to_contain_text(now)
    expect(reader.button("Stop")).to_be_visible()
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    assert reader.focused.startswith("H1")
    assert reader.page.title() == f"Running: {QUESTION}"
    house.let_go()
    reader.wait_for("result")


def test_steps_are_spoken_but_at_most_every_two_seconds(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = waiting(ProgressType.TOOL_CALL_STARTED)
    reader.open()
    reader.probe("listen")
    reader.ask(until="running")
    expect(reader.find("#announcer")).to_have_text("Fetching stocks multi bars, 1 of 1")
    house.let_go()
    expect(reader.find("#announcer")).to_have_text(make_result()["description"])
    said = reader.page.evaluate("window.probe.said")
    assert all(later[0] - earlier[0] > 1900 for earlier, later in pairwise(said)), said


def test_a_repaired_script_says_what_was_repaired(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = Course(report=make_report(make_result()), repairs=("line 3: no such tool",))
    reader.open().ask()
    reader.find(".folded > summary").click()
    expect(reader.find("#steps")).to_contain_text("Repaired 1 problem")
    reader.find("#steps details details summary").click()
    expect(reader.find("#steps pre")).to_have_text("line 3: no such tool")


def test_a_result_has_sentence_figures_chart_and_a_line_of_what_it_took(reader: Reader) -> None:
    reader.open().ask()
    expect(reader.find("#sentence")).to_have_text(make_result()["description"])
    expect(reader.find(".tile")).to_have_count(6)
    expect(reader.find("price-chart svg.plot")).to_be_visible()
    expect(reader.find(".folded > summary")).to_have_text(
        re.compile(r"Answered in 424.ms, 2 data calls, 1 from cache")
    )
    expect(reader.find(".origin")).to_have_text(
        "Computed from simulated data as of 20 Nov 2026. Not investment advice."
    )
    assert reader.page.title() == f"Answer: {QUESTION}"


def test_the_answer_takes_the_focus_only_from_the_ask_box_or_the_page(
    reader: Reader, house: PageServer
) -> None:
    house.courses["volatile"] = waiting(ProgressType.RUNNING)
    reader.open().ask(until="running")
    reader.find("#question-text").focus()
    house.let_go()
    reader.wait_for("result")
    assert reader.focused == "sentence"
    reader.ask(QUESTION, until="running")
    reader.button("New question").focus()
    house.let_go()
    reader.wait_for("result")
    assert reader.focused == "new-question"


def test_figures_are_written_for_the_eye_and_for_the_ear(reader: Reader) -> None:
    reader.open().ask()
    change = reader.find('[data-row="change"] .figure')
    expect(change).to_have_class(re.compile("down"))
    expect(change.locator("[aria-hidden]")).to_have_text("▼ -28.10\u00a0%")
    expect(change.locator(".unseen")).to_have_text("down 28.10 percent")
    expect(reader.find('[data-row="last"] [aria-hidden]')).to_have_text("$231.44")
    expect(reader.find('[data-row="as_of"] [aria-hidden]')).to_have_text("20 Nov 2026")


def test_many_figures_are_a_table_that_sorts_filters_and_turns_pages(
    reader: Reader, house: PageServer
) -> None:
    body = [row(f"S{number:03}", (number * 37) % 150, "made up", format="integer") for number in range(150)]
    house.courses["many"] = Course(report=make_report({"description": "Many.", "body": body, "charts": []}))
    reader.open().ask("Show many")
    expect(reader.find(".figure-table tbody tr")).to_have_count(100)
    reader.button(re.compile("^Value")).click()
    expect(reader.find("th.number")).to_have_attribute("aria-sort", "ascending")
    expect(reader.find(".figure-table tbody tr").first).to_have_attribute("data-row", "s000")
    reader.button(re.compile("^Value")).click()
    expect(reader.find("th.number")).to_have_attribute("aria-sort", "descending")
    expect(reader.find(".figure-table tbody .figure [aria-hidden]").first).to_have_text("149")
    reader.button("Next").click()
    expect(reader.find(".figure-table tbody tr")).to_have_count(50)
    reader.page.get_by_label("Filter figures").fill("s01")
    expect(reader.find(".figure-table tbody tr")).to_have_count(10)


def test_a_partial_answer_names_the_failed_call_and_what_is_incomplete(
    reader: Reader, house: PageServer
) -> None:
    failed = make_call(
        "eodhd_fundamentals",
        success=False,
        error=ErrorDetail(code="vendor_unavailable", message="the vendor did not answer"),
        row_count=None,
    )
    result = {
        **make_result(),
        "body": [row("AAPL", 0.25, format="percent"), row("MSFT", None, format="percent")],
    }
    house.courses["volatile"] = Course(report=make_report(result, calls=[make_call(), failed]))
    reader.open().ask(until="partial")
    expect(reader.find("#answer .note")).to_contain_text("eodhd_fundamentals: the vendor did not answer")
    expect(reader.find("#answer .note")).to_contain_text("MSFT could not be computed")
    expect(reader.find('[data-row="msft"]')).to_contain_text("incomplete")
    expect(reader.find('[data-row="msft"]')).to_contain_text("no data")
    expect(reader.find("#steps .folded")).to_have_attribute("open", "")
    expect(reader.find("#steps li.failed")).to_contain_text("fundamentals")
    reader.button("Try the failed part again").click()
    reader.wait_for("result")


def test_an_error_is_told_at_once_and_has_the_focus(reader: Reader, house: PageServer) -> None:
    report = make_failure(Outcome.RAISED, "SCRIPT_ERROR", "KeyError: 'close'", line=12)
    house.courses["volatile"] = Course(report=report)
    reader.open().ask(until="error")
    expect(
        reader.find(
            "[role=alert]",
        ).filter(has_text="The script stopped with an error")
    ).to_be_visible()
    assert reader.focused == "problem-title"
    expect(reader.find("#bench")).to_be_visible()
    expect(reader.find(".step.failed")).to_contain_text("Running the script")
    assert reader.page.title() == f"Problem: {QUESTION}"


def test_stopping_leaves_the_focus_where_stop_was(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = waiting(ProgressType.RUNNING)
    reader.open().ask(until="running")
    with reader.page.expect_response("**/cancel"):
        reader.button("Stop").click()
    reader.wait_for("stopped")
    assert reader.focused == "ask-again"
    expect(reader.find("#steps")).to_contain_text(re.compile(r"Stopped after \d"))
    expect(reader.find(".step")).not_to_have_count(0)
    assert house.sent("POST", "/cancel") == [{}]


def test_while_a_script_runs_again_the_old_answer_stays_dimmed(reader: Reader, house: PageServer) -> None:
    reader.open().ask()
    house.courses["rerun"] = waiting(ProgressType.TOOL_CALL_STARTED)
    reader.button("Re-run").click()
    reader.wait_for("rerunning")
    expect(reader.find("#answer")).to_have_attribute("aria-busy", "true")
    expect(reader.find("#sentence")).to_have_css("color", MUTED)
    expect(reader.find(".line.series-1")).to_have_css("opacity", "0.6")
    expect(reader.find("#sentence")).to_be_visible()
    assert reader.focused == "rerun"
    expect(reader.find("#steps .calls li")).to_have_count(1)
    expect(reader.find("#steps")).not_to_contain_text("Wrote")
    house.let_go()
    reader.wait_for("result")
    expect(reader.find("#answer")).to_have_attribute("aria-busy", "false")


def test_changed_parameters_make_the_answer_stale_until_they_are_reset(reader: Reader) -> None:
    reader.open().ask()
    reader.find("#field-days").fill("250")
    reader.wait_for("stale")
    expect(reader.find(".chip.stale:visible")).to_have_count(2)
    reader.button("Reset").click()
    reader.wait_for("result")
    expect(reader.find(".chip.stale:visible")).to_have_count(0)


def test_a_lost_connection_loses_no_step(reader: Reader, house: PageServer) -> None:
    reader.tolerate("Failed to load resource")
    house.courses["volatile"] = waiting(ProgressType.TOOL_CALL_STARTED)
    reader.open().ask(until="running")
    house.stop()
    try:
        reader.wait_for("offline")
        expect(reader.find("#connection")).to_contain_text("Connection lost, trying again")
    finally:
        house.restart()
    for execution in house.executions.values():
        execution.status, execution.report = "success", make_report(make_result())
        house.call(partial(execution.tell, "finished", outcome="completed"))
    reader.wait_for("result")
    expect(reader.find("#connection")).to_be_hidden()
    assert len(house.executions) == 1


def test_events_of_an_unknown_kind_change_nothing(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = waiting(
        ProgressType.RUNNING, extra_events=(("from_the_future", {"calls": "?"}), ("printed", {"text": 1}))
    )
    reader.open().ask(until="running")
    house.tell("from_the_future", anything=[1, 2])
    house.let_go()
    reader.wait_for("result")


def test_the_first_visit_says_what_is_simulated_until_it_is_understood(newcomer: Reader) -> None:
    newcomer.open()
    notice = newcomer.find("#offline-notice")
    expect(notice).to_contain_text("simulated market")
    expect(notice).to_contain_text("ANTHROPIC_API_KEY")
    newcomer.button("Understood").click()
    expect(notice).to_have_count(0)
    newcomer.page.reload()
    expect(newcomer.find(".example")).to_have_count(6)
    expect(notice).to_have_count(0)


def test_an_installation_with_keys_says_nothing(newcomer: Reader, house: PageServer) -> None:
    house.health_facts = {"provider": "anthropic", "models": ["a"]}
    house.is_simulated = False
    newcomer.open()
    expect(newcomer.find(".example")).to_have_count(6)
    newcomer.page.wait_for_load_state("networkidle")
    expect(newcomer.find("#offline-notice")).to_have_count(0)
