"""T4: an address shows the same question after a reload, in another tab, and after going back."""

import pytest
from playwright.sync_api import Browser, expect

from schemas.progress import ProgressType
from tests.browser.reader import QUESTION, Reader, new_reader
from tests.doubles.page_house import Course, Problem, make_report, make_result
from tests.doubles.page_server import PageServer

SENTENCE = make_result()["description"]


@pytest.mark.parametrize("kind", [ProgressType.WRITING, ProgressType.RUNNING])
def test_a_reload_while_it_runs_ends_in_the_same_answer_and_one_execution(
    reader: Reader, house: PageServer, kind: ProgressType
) -> None:
    house.courses["volatile"] = Course(report=make_report(make_result()), waits_after=kind)
    state = "generating" if kind is ProgressType.WRITING else "running"
    reader.open().ask(until=state)
    address = reader.path
    reader.page.reload()
    reader.wait_for(state)
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    house.let_go()
    reader.wait_for("result")
    assert reader.path == address
    assert (len(house.executions), house.runs_started) == (1, 1)


def test_a_reloaded_answer_is_the_same_and_runs_nothing(reader: Reader, house: PageServer) -> None:
    reader.open().ask()
    figures = reader.find(".tiles").inner_text()
    reader.page.reload()
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_have_text(SENTENCE)
    assert reader.find(".tiles").inner_text() == figures
    assert house.runs_started == 1


def test_a_reloaded_error_is_the_same_error(reader: Reader, house: PageServer) -> None:
    reader.tolerate("status of 504")
    house.courses["volatile"] = Course(problem=Problem(504, "LLM_TIMEOUT", "no script within 60 seconds"))
    reader.open().ask(until="error")
    title = reader.find("#problem-title").inner_text()
    reader.page.reload()
    reader.wait_for("error")
    assert reader.find("#problem-title").inner_text() == title
    assert len(house.executions) == 1


def test_back_and_forward_restore_what_was_shown(reader: Reader) -> None:
    reader.open().ask()
    first = reader.path
    reader.ask("What about KO?")
    second = reader.path
    assert first != second
    reader.page.go_back()
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    assert reader.path == first
    reader.page.go_back()
    reader.wait_for("empty")
    reader.page.go_forward()
    reader.page.go_forward()
    expect(reader.find("h1:visible")).to_have_text("What about KO?")
    assert reader.path == second


def test_somebody_else_can_follow_a_run_by_its_address(
    browser: Browser, reader: Reader, house: PageServer
) -> None:
    house.courses["volatile"] = Course(report=make_report(make_result()), waits_after=ProgressType.RUNNING)
    reader.open().ask(until="running")
    with new_reader(browser, house) as other:
        other.open(reader.path)
        other.wait_for("running")
        house.let_go()
        other.wait_for("result")
        expect(other.find("h1:visible")).to_have_text(QUESTION)
    assert house.runs_started == 1


def test_a_permalink_shows_its_run_and_executes_nothing(reader: Reader, house: PageServer) -> None:
    reader.open().ask()
    reader.find("#field-days").fill("250")
    reader.button("Re-run").click()
    expect(reader.find("#sentence")).to_contain_text("250 days")
    permalink = reader.path
    assert "/runs/" in permalink
    reader.open(permalink)
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_contain_text("250 days")
    assert house.runs_started == 2


def test_an_unknown_address_says_so_and_offers_a_way_on(reader: Reader) -> None:
    reader.tolerate("status of 404")
    reader.open("/q/exec_nowhere")
    reader.wait_for("error")
    expect(reader.find("#problem-title")).to_have_text("This answer does not exist or was removed")
    reader.button("Search history").click()
    assert reader.page.evaluate("document.activeElement.type") == "search"
