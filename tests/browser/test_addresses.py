"""T4: an address shows the same question after a reload, in another tab, and after going back."""

import pytest
from playwright.sync_api import Browser, expect

from api_server.errors import ProviderTimeout
from api_server.llm.provider import CannotAnswer
from tests.browser.reader import PREPARED, QUESTION, Reader, new_reader
from tests.doubles.page_house import Hold, PageHouse
from tests.doubles.page_scripts import PLAIN, RAISES
from tests.doubles.page_writer import Course, writes

OTHER = "How volatile was KO over the last 60 trading days?"


@pytest.mark.parametrize(("where", "state"), [(Hold.AMID_WRITING, "generating"), (Hold.MARKET, "running")])
def test_a_reload_while_it_runs_ends_in_the_same_answer_and_one_execution(
    reader: Reader, house: PageHouse, where: Hold, state: str
) -> None:
    house.courses["prepared"] = writes(PLAIN)
    house.hold(where)
    reader.open().ask(PREPARED, until=state)
    address = reader.path
    reader.page.reload()
    reader.wait_for(state)
    expect(reader.find("h1:visible")).to_have_text(PREPARED)
    house.let_go()
    reader.wait_for("result")
    assert reader.path == address
    assert (len(house.executions()), house.scripts_run) == (1, 1)


def test_a_reloaded_answer_is_the_same_and_runs_nothing(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    figures = reader.find(".tiles").inner_text()
    reader.page.reload()
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_have_text(house.sentence())
    assert reader.find(".tiles").inner_text() == figures
    assert (len(house.executions()), house.scripts_run) == (1, 1)


FAILURES = {
    "the model's": Course((ProviderTimeout("offline wrote no script within 60 seconds"),)),
    "a refusal": Course((CannotAnswer("there are no option chains", "How volatile was KO in 2019?"),)),
    "the checks'": writes("import os\n\n\ndef analyze() -> dict:\n    return {}\n", is_final=True),
    "the script's": writes(RAISES, is_final=True),
}


@pytest.mark.parametrize("whose", FAILURES)
def test_a_reloaded_error_is_the_same_error(reader: Reader, house: PageHouse, whose: str) -> None:
    reader.tolerate("status of 504|status of 422")
    house.courses["prepared"] = FAILURES[whose]
    reader.open().ask(PREPARED, until="error")
    card = reader.find(".problem-card").inner_text()
    reader.page.reload()
    reader.wait_for("error")
    assert reader.find(".problem-card").inner_text() == card
    assert len(house.executions()) == 1


def test_a_reloaded_error_can_be_tried_again(reader: Reader, house: PageHouse) -> None:
    reader.tolerate("status of 504")
    house.courses["prepared"] = FAILURES["the model's"]
    reader.open().ask(PREPARED, until="error")
    reader.page.reload()
    reader.wait_for("error")
    house.courses["prepared"] = writes(PLAIN)
    reader.button("Try again").click()
    reader.wait_for("result")
    expect(reader.find("h1:visible")).to_have_text(PREPARED)


def test_back_and_forward_restore_what_was_shown(reader: Reader) -> None:
    reader.open().ask()
    first = reader.path
    reader.ask(OTHER, until=None)
    expect(reader.find("h1:visible")).to_have_text(OTHER)
    reader.wait_for("result")
    second = reader.path
    assert first != second
    reader.page.go_back()
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    assert reader.path == first
    reader.page.go_back()
    reader.wait_for("empty")
    reader.page.go_forward()
    reader.page.go_forward()
    expect(reader.find("h1:visible")).to_have_text(OTHER)
    assert reader.path == second


def test_somebody_else_can_follow_a_run_by_its_address(
    browser: Browser, reader: Reader, house: PageHouse
) -> None:
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    with new_reader(browser, house) as other:
        other.open(reader.path)
        other.wait_for("running")
        house.let_go()
        other.wait_for("result")
        expect(other.find("h1:visible")).to_have_text(QUESTION)
    assert house.scripts_run == 1


def test_a_permalink_shows_its_run_and_executes_nothing(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    reader.find("#field-days").fill("250")
    reader.button("Re-run").click()
    reader.page.wait_for_url("**/runs/**")
    sentence, permalink = house.sentence(), reader.path
    expect(reader.find("#sentence")).to_have_text(sentence)
    expect(reader.find("#field-days")).to_have_value("250")
    reader.open(permalink)
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_have_text(sentence)
    expect(reader.find("#field-days")).to_have_value("250")
    assert (len(house.executions()), house.scripts_run) == (2, 2)


def test_an_unknown_address_says_so_and_offers_a_way_on(reader: Reader) -> None:
    reader.tolerate("status of 404")
    reader.open("/q/exec_nowhere")
    reader.wait_for("error")
    expect(reader.find("#problem-title")).to_have_text("This answer does not exist or was removed")
    reader.button("Search history").click()
    assert reader.page.evaluate("document.activeElement.type") == "search"
