"""T12: every way a question can fail says what happened and offers what helps."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from schemas.execution import ExecutionReport, Outcome
from schemas.progress import ProgressType
from tests.browser.reader import QUESTION, Reader, new_reader
from tests.doubles.page_house import Course, Problem, make_failure, make_report, make_result
from tests.doubles.page_server import PageServer


def tool_failure(code: str, **details: Any) -> ExecutionReport:
    """A script that a tool's problem has stopped."""
    tool_error = {"code": code, "message": "the tool could not answer", "details": details}
    return make_failure(Outcome.RAISED, "SCRIPT_ERROR", "ToolError: …", line=11, tool_error=tool_error)


REPLIES = {
    "not financial": (
        Problem(422, "CANNOT_ANSWER", "no", {"kind": "not_financial"}),
        "This does not look like a financial question",
        ["edit", "examples"],
    ),
    "cannot answer": (
        Problem(
            422, "CANNOT_ANSWER", "no", {"missing": "there are no option chains", "nearest_question": "KO?"}
        ),
        "This cannot be answered here",
        ["ask", "edit", "examples"],
    ),
    "rejected": (
        Problem(422, "SCRIPT_REJECTED", "line 1: no"),
        "The script did not pass the safety checks",
        ["rewrite", "findings", "edit"],
    ),
    "busy": (
        Problem(429, "RATE_LIMITED", "slow down", retry_after=2),
        "Too many questions in a short time",
        ["again", "edit"],
    ),
}
REPORTS = {
    "unknown symbol": (
        tool_failure("unknown_symbol", symbol="AAPL", nearest=["AAP", "AAPB"]),
        "No data for AAPL",
        ["set", "set", "edit"],
    ),
    "provider": (
        tool_failure("vendor_unavailable"),
        "The data provider did not answer",
        ["again", "parameters", "edit"],
    ),
    "script": (
        make_failure(Outcome.RAISED, "SCRIPT_ERROR", "KeyError: 'close'", line=12),
        "The script stopped with an error",
        ["rewrite", "parameters"],
    ),
    "time": (
        make_failure(Outcome.TIMED_OUT, "EXECUTION_TIMEOUT", "too slow", timeout_seconds=30),
        "Stopped after 30 s",
        ["set", "again"],
    ),
    "memory": (
        make_failure(Outcome.OUT_OF_MEMORY, "EXECUTION_OUT_OF_MEMORY", "too big"),
        "The script ran out of memory",
        ["set", "parameters", "edit"],
    ),
}


def actions(reader: Reader) -> list[str]:
    found: list[str] = reader.page.evaluate(
        "[...document.querySelectorAll('[data-action]')].map((each) => each.dataset.action)"
    )
    return found


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_that_is_no_answer_has_its_title_and_ways_out(
    reader: Reader, house: PageServer, name: str
) -> None:
    reader.tolerate("status of 4")
    problem, title, ways = REPLIES[name]
    house.courses["volatile"] = Course(problem=problem)
    reader.open().ask(until="error")
    expect(reader.find("#problem-title")).to_have_text(title)
    assert actions(reader) == ways
    expect(reader.find("#question-text")).to_have_value(QUESTION)


@pytest.mark.parametrize("name", REPORTS)
def test_a_script_that_did_not_complete_has_its_title_and_ways_out(
    reader: Reader, house: PageServer, name: str
) -> None:
    report, title, ways = REPORTS[name]
    house.courses["volatile"] = Course(report=report)
    reader.open().ask(until="error")
    expect(reader.find("#problem-title")).to_have_text(title)
    assert actions(reader) == ways
    expect(reader.button("Re-run")).to_be_visible()


def test_the_nearest_symbol_is_set_and_run(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = Course(report=REPORTS["unknown symbol"][0])
    reader.open().ask(until="error")
    reader.button("AAP").click()
    reader.wait_for("result")
    assert house.sent("POST", "/rerun")[0]["parameters"]["symbols"] == ["AAP", "MSFT"]


def test_a_shorter_period_is_set_and_run(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = Course(report=REPORTS["time"][0])
    reader.open().ask(until="error")
    reader.button("Shorter period: 60 days").click()
    reader.wait_for("result")
    assert house.sent("POST", "/rerun")[0]["parameters"]["days"] == 60


def test_the_line_that_failed_is_marked_in_the_script(reader: Reader, house: PageServer) -> None:
    house.courses["volatile"] = Course(report=REPORTS["script"][0])
    reader.open().ask(until="error")
    reader.tab("Script")
    expect(reader.find(".failed-line")).to_have_attribute("data-line", "12")
    reader.button("Write it again with this error").click()
    reader.wait_for("error")
    assert house.sent("POST", "/analyze")[1]["refresh"] is True


def test_trying_again_waits_for_as_long_as_the_server_asks(reader: Reader, house: PageServer) -> None:
    reader.tolerate("status of 429")
    house.courses["volatile"] = Course(problem=REPLIES["busy"][0])
    reader.open().ask(until="error")
    again = reader.find("[data-action=again]")
    expect(again).to_be_disabled()
    expect(again).to_have_text("Try again in 1 s")
    house.courses.clear()
    expect(again).to_be_enabled()
    again.click()
    reader.wait_for("result")


@pytest.mark.parametrize(
    ("text", "message"), [("   ", "Type a question first."), ("x" * 1001, "at most 1000")]
)
def test_a_question_of_no_or_too_many_words_stays_in_the_box(reader: Reader, text: str, message: str) -> None:
    reader.open()
    reader.find("#question-text").fill(text)
    reader.find("#question-text").press("Enter")
    expect(reader.find("#ask-problem")).to_contain_text(message)
    expect(reader.find("#question-text")).to_have_value(text)
    reader.wait_for("empty" if not text.strip() else "typing")


def test_a_server_that_is_away_is_named_and_the_question_kept(reader: Reader, house: PageServer) -> None:
    reader.tolerate("Failed to load resource|net::ERR")
    reader.open()
    reader.find("#question-text").fill("W")
    reader.page.wait_for_selector("#bench [role=tablist]", state="attached")
    house.stop()
    try:
        reader.ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("The server did not answer")
        expect(reader.find("#question-text")).to_have_value(QUESTION)
    finally:
        house.restart()
    reader.button("Try again").click()
    reader.wait_for("result")


def test_a_server_that_went_away_before_the_first_question_is_named_too(
    browser: Browser, house: PageServer
) -> None:
    with new_reader(browser, house) as reader:
        reader.tolerate("Failed to load resource|net::ERR")
        reader.open()
        expect(reader.find(".example")).to_have_count(6)
        house.stop()
        try:
            reader.ask(until=None)
            expect(reader.find("#connection")).to_contain_text("The server did not answer")
        finally:
            house.restart()
        reader.button("Load again").click()
        expect(reader.find("#question-text")).to_have_value(QUESTION)


def test_silence_is_noticed_and_stop_reaches_the_server(browser: Browser, house: PageServer) -> None:
    house.courses["volatile"] = Course(report=make_report(make_result()), waits_after=ProgressType.RUNNING)
    with new_reader(browser, house) as reader:
        reader.page.clock.install()
        reader.open().ask(until="running")
        reader.page.clock.run_for(11_000)
        expect(reader.find(".silence")).to_contain_text("Still working, last step 1")
        reader.button("Stop").click()
        reader.wait_for("stopped")
    execution = next(iter(house.executions.values()))
    assert execution.error is not None
    assert execution.error.code == "CANCELLED"


def test_a_key_is_asked_for_where_one_is_needed(reader: Reader, house: PageServer) -> None:
    reader.tolerate("status of 401")
    house.courses["volatile"] = Course(problem=Problem(401, "UNAUTHENTICATED", "no key"))
    reader.open().ask(until="error")
    expect(reader.find("#problem-title")).to_have_text("This installation asks for a key")
    reader.button("Enter a key").click()
    reader.page.get_by_label("Key or token").fill("qna_secret")
    with reader.page.expect_request(lambda request: "/executions" in request.url) as asked:
        reader.button("Use this key").click()
    assert asked.value.headers["x-api-key"] == "qna_secret"
