"""T5: answers in part, errors, and connections that come and go."""

from playwright.sync_api import Page, expect

from mcp_servers.financial.vendors.failures import VendorUnavailable
from tests.browser.reader import PREPARED, QUESTION, Reader, next_reader
from tests.doubles.page_house import Hold, PageHouse
from tests.doubles.page_scripts import RAISES, SURVIVES
from tests.doubles.page_writer import writes
from tests.doubles.round_robin import RoundRobin
from tests.doubles.tool_server import ToolServer


def test_a_partial_answer_names_the_failed_call_and_what_is_incomplete(
    reader: Reader, house: PageHouse
) -> None:
    house.market.problems["fundamentals"] = VendorUnavailable("the vendor did not answer", vendor="simulated")
    house.courses["prepared"] = writes(SURVIVES)
    reader.open().ask(PREPARED, until="partial")
    expect(reader.find("#answer .note")).to_contain_text("eodhd_fundamentals: the vendor did not answer")
    expect(reader.find("#answer .note")).to_contain_text("MSFT could not be computed")
    expect(reader.find('[data-row="msft"]')).to_contain_text("incomplete")
    expect(reader.find('[data-row="msft"]')).to_contain_text("no data")
    expect(reader.find("#steps .folded")).to_have_attribute("open", "")
    expect(reader.find("#steps li.failed")).to_contain_text("fundamentals")
    house.market.problems.clear()
    reader.button("Try the failed part again").click()
    reader.wait_for("result")
    expect(reader.find('[data-row="msft"]')).to_contain_text("was no data")


def test_an_error_is_told_at_once_and_has_the_focus(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(RAISES, is_final=True)
    reader.open().ask(PREPARED, until="error")
    alert = reader.find("[role=alert]").filter(has_text="The script stopped with an error")
    expect(alert).to_be_visible()
    assert reader.focused == "problem-title"
    expect(reader.find("#bench")).to_be_visible()
    expect(reader.find(".step.failed")).to_contain_text("Running the script")
    assert reader.page.title() == f"Problem: {PREPARED}"


def test_a_lost_connection_loses_no_step(window: Page, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    line = ToolServer(RoundRobin([house.url]).create)
    with line, next_reader(window, line.url.removesuffix("/mcp")) as reader:
        reader.tolerate("Failed to load resource")
        reader.prefer("isNoticeSeen", "true")
        reader.open().ask(until="running")
        line.stop()
        reader.wait_for("offline")
        expect(reader.find("#connection")).to_contain_text("Connection lost, trying again")
        line.start()
        house.let_go()
        reader.wait_for("result")
        expect(reader.find("#connection")).to_be_hidden()
        expect(reader.find("#steps .calls li")).to_have_count(3)
    assert (len(house.executions()), house.scripts_run) == (1, 1)


def test_a_server_that_ends_amid_a_question_is_waited_for_and_the_question_can_be_asked_again(
    reader: Reader, house: PageHouse
) -> None:
    reader.tolerate("Failed to load resource|status of 503")
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    house.stop()
    try:
        reader.wait_for("offline")
        expect(reader.find("#connection")).to_contain_text("Connection lost, trying again")
    finally:
        house.let_go()
        house.start()
    reader.wait_for("error")
    expect(reader.find("#connection")).to_be_hidden()
    expect(reader.find("#problem-title")).to_have_text("The server stopped while it worked on this")
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    reader.button("Try again").click()
    reader.wait_for("result")
