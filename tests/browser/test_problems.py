"""T12: every way a question can fail says what happened and offers what helps."""

import pytest
from playwright.sync_api import expect

from api_server.errors import ProviderRateLimited, ProviderTimeout, ProviderUnavailable
from api_server.llm.provider import CannotAnswer
from mcp_servers.financial.vendors.failures import RateLimited, VendorUnavailable
from tests.browser.reader import PREPARED, QUESTION, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import HUNGRY, RAISES
from tests.doubles.page_writer import Course, writes

FORBIDDEN = "import os\n\n\ndef analyze() -> dict:\n    return {}\n"
MISSPELT = "What was the maximum drawdown of AAPLL and MSFT over the last 120 trading days?"
REPLIES = {
    "cannot answer": (
        Course((CannotAnswer("there are no option chains", "How volatile was KO in 2019?"),)),
        "This cannot be answered here",
        ["ask", "edit", "examples"],
    ),
    "rejected": (
        writes(FORBIDDEN, is_final=True),
        "The script did not pass the safety checks",
        ["rewrite", "findings", "edit"],
    ),
    "model slow": (
        Course((ProviderTimeout("no script within 60 seconds"),)),
        "The model took too long to write a script",
        ["again", "edit"],
    ),
    "model away": (
        Course((ProviderUnavailable("the model does not answer"),)),
        "The language model did not answer",
        ["again", "edit"],
    ),
    "model at its limit": (
        Course((ProviderRateLimited("the model allows no more requests for now"),)),
        "The language model is at its limit",
        ["again", "edit"],
    ),
}
REPORTS = {
    "script": (
        writes(RAISES, is_final=True),
        "The script stopped with an error",
        ["rewrite", "parameters"],
    ),
    "memory": (
        writes(HUNGRY, is_final=True),
        "The script ran out of memory",
        ["set", "parameters", "edit"],
    ),
}
FAILURES = {
    "away": VendorUnavailable("the vendor did not answer within 10 s", vendor="simulated"),
    "at its limit": RateLimited("the vendor's allowance is used up", retry_after_seconds=7),
}


def actions(reader: Reader) -> list[str]:
    found: list[str] = reader.page.evaluate(
        "[...document.querySelectorAll('[data-action]')].map((each) => each.dataset.action)"
    )
    return found


def test_a_question_that_is_not_financial_is_told_so(reader: Reader) -> None:
    reader.tolerate("status of 422")
    question = "What is the weather in Zurich?"
    reader.open().ask(question, until="error")
    expect(reader.find("#problem-title")).to_have_text("This does not look like a financial question")
    assert actions(reader) == ["edit", "examples"]
    expect(reader.find("#question-text")).to_have_value(question)


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_that_is_no_answer_has_its_title_and_ways_out(
    reader: Reader, house: PageHouse, name: str
) -> None:
    reader.tolerate("status of [45]")
    house.courses["prepared"], title, ways = REPLIES[name]
    reader.open().ask(PREPARED, until="error")
    expect(reader.find("#problem-title")).to_have_text(title)
    assert actions(reader) == ways
    expect(reader.find("#question-text")).to_have_value(PREPARED)


@pytest.mark.parametrize("name", REPORTS)
def test_a_script_that_did_not_complete_has_its_title_and_ways_out(
    reader: Reader, house: PageHouse, name: str
) -> None:
    house.courses["prepared"], title, ways = REPORTS[name]
    reader.open().ask(PREPARED, until="error")
    expect(reader.find("#problem-title")).to_have_text(title)
    assert actions(reader) == ways
    expect(reader.button("Re-run")).to_be_visible()


@pytest.mark.parametrize("how", FAILURES)
def test_a_provider_that_does_not_answer_can_be_asked_again(
    reader: Reader, house: PageHouse, how: str
) -> None:
    house.market.problems["stock_bars"] = FAILURES[how]
    reader.open().ask(until="error")
    expect(reader.find("#problem-title")).to_have_text("The data provider did not answer")
    assert actions(reader) == ["again", "parameters", "edit"]
    expect(reader.find(".problem-card > p")).to_have_text(FAILURES[how].wire.message.capitalize() + ".")
    again = reader.find("[data-action=again]")
    expect(again).to_have_text(f"Try again in {3 if how == 'away' else 7} s")
    expect(again).to_be_disabled()
    house.market.problems.clear()
    again.click()
    reader.wait_for("result")


def test_the_nearest_symbol_is_set_and_run(reader: Reader) -> None:
    reader.open().ask(MISSPELT, until="error")
    expect(reader.find("#problem-title")).to_have_text("No data for AAPLL")
    assert actions(reader) == ["set", "set", "edit"]
    expect(reader.find(".problem-card > p")).to_have_text(
        "Unknown symbol 'AAPLL'; did you mean AAPL, ALL, AAL?"
    )
    reader.button("AAPL").click()
    reader.wait_for("result")
    assert reader.sent("POST", "/rerun")[0]["parameters"]["symbols"] == ["AAPL", "MSFT"]


def test_the_refused_script_and_what_was_found_in_it_can_be_read(reader: Reader, house: PageHouse) -> None:
    reader.tolerate("status of 422")
    house.courses["prepared"] = writes(FORBIDDEN, is_final=True)
    reader.open().ask(PREPARED, until="error")
    for _ in range(2):
        expect(reader.find("#panel-parameters")).to_have_text("This script has not run.")
        reader.button("Show problems").click()
        expect(reader.find("#panel-script .failed-line")).to_have_attribute("data-line", "1")
        expect(reader.find("#panel-script .checked")).to_contain_text("Checked: 1 problem")
        expect(reader.find("#panel-script .checked")).to_contain_text("Line 1: ")
        reader.page.reload()
        reader.wait_for("error")


def test_the_line_that_failed_is_marked_in_the_script(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(RAISES, is_final=True)
    reader.open().ask(PREPARED, until="error")
    asked = reader.path
    reader.tab("Script")
    expect(reader.find(".failed-line")).to_have_attribute("data-line", "12")
    reader.button("Write it again with this error").click()
    reader.page.wait_for_url(lambda url: asked not in url)
    reader.wait_for("error")
    assert reader.sent("POST", "/analyze")[1]["refresh"] is True


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


def test_a_question_that_never_arrived_is_asked_again_after_a_reload(reader: Reader) -> None:
    reader.tolerate("status of 404|ERR_FAILED")
    reader.open()
    reader.page.route("**/analyze", lambda route: route.abort(), times=1)
    reader.ask(until=None)
    reader.page.wait_for_url("**/q/exec_*")
    asked = reader.path
    reader.page.reload()
    reader.wait_for("result")
    assert reader.path == asked
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
