"""Ways of a reader through all states of the page: each stops where a look is worth it, with the state."""

from collections.abc import Callable, Iterator

from playwright.sync_api import expect

from api_server.llm.provider import CannotAnswer
from mcp_servers.financial.vendors.failures import RateLimited, VendorUnavailable
from tests.browser.chart_samples import make_many
from tests.browser.reader import PREPARED, QUESTION, Reader
from tests.doubles.page_house import Hold, PageHouse
from tests.doubles.page_scripts import DIFFERING, PLAIN, RAISES, SURVIVES, returning
from tests.doubles.page_writer import Course, writes

Scene = Callable[[Reader, PageHouse], Iterator[str]]

FORBIDDEN = "import os\n\n\ndef analyze() -> dict:\n    return {}\n"
VAGUE = "How is apple?"
WARNS = PLAIN.replace('"charts": []', '"charts": [{"type": "line", "title": "Odd", "series": 1}]')
WAITS = {
    "expanding": Hold.UNDERSTANDING,
    "generating": Hold.AMID_WRITING,
    "validating": Hold.CHECKING,
    "running": Hold.MARKET,
}
LIMITED = RateLimited("the allowance of today is used up", retry_after_seconds=300)
FAILURES = {
    "script": writes(RAISES, is_final=True),
    "rejected": writes(FORBIDDEN, is_final=True),
    "refused": Course((CannotAnswer("there are no option chains", "How volatile was KO in 2019?"),)),
}


def begin(reader: Reader, house: PageHouse) -> Iterator[str]:
    """The first visit, and a question like an earlier one."""
    house.ask(QUESTION)
    house.wait_for_index()
    reader.open()
    expect(reader.find("#offline-notice")).to_be_visible()
    expect(reader.find(".example")).to_have_count(6)
    yield "empty"
    reader.find("#question-text").fill("What was the maximum drawdown")
    expect(reader.find("#similar li")).to_have_count(1)
    yield "typing"


def wait(reader: Reader, house: PageHouse) -> Iterator[str]:
    """Every stage of a question, then one that is stopped."""
    house.courses["prepared"] = writes(PLAIN)
    reader.open()
    for state, where in WAITS.items():
        house.hold(where)
        reader.ask(QUESTION if state == "running" else f"What was prepared while {state}?", until=state)
        yield state
        if state != "running":
            house.let_go()
            reader.wait_for("result")
    reader.button("Stop").click()
    reader.wait_for("stopped")
    yield "stopped"


def confirm(reader: Reader, house: PageHouse) -> Iterator[str]:
    """A question that is corrected before it is asked."""
    reader.prefer("asksBeforeExpanding", "true")
    reader.open().ask(VAGUE, until="confirming")
    yield "confirming"


def read(reader: Reader, house: PageHouse) -> Iterator[str]:
    """An answer, its data and its script."""
    reader.open().ask(QUESTION)
    expect(reader.find("svg.plot")).to_be_visible()
    reader.button("Data").click()
    reader.button("No").click()
    yield "result"
    reader.button("Data").click()
    reader.tab("Script")
    expect(reader.find(".call-marker").first).to_be_visible()
    yield "result"


def read_notes(reader: Reader, house: PageHouse) -> Iterator[str]:
    """Warnings, repairs and earlier questions; then assumptions, other readings and an age."""
    house.ask(VAGUE)
    house.courses["prepared"] = writes(FORBIDDEN, WARNS)
    reader.open().ask(QUESTION).ask(PREPARED, until=None)
    expect(reader.find(".warnings")).to_be_visible()
    reader.find(".folded > summary").click()
    reader.find("#steps details details summary").click()
    reader.find("#thread summary").click()
    yield "result"
    reader.button("New question").click()
    reader.ask(VAGUE)
    expect(reader.find(".age")).to_be_visible()
    expect(reader.find(".assumptions")).to_be_visible()
    yield "result"


def trace(reader: Reader, house: PageHouse) -> Iterator[str]:
    """Where a figure is from; then the menu of a question, and the settings."""
    reader.open().ask()
    reader.find('[data-row="MSFT"] .source-link').click()
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


def change(reader: Reader, house: PageHouse) -> Iterator[str]:
    """An answer whose parameters and script are changed."""
    house.courses["prepared"] = writes(DIFFERING)
    reader.open().ask(PREPARED)
    reader.find("#field-days").fill("2")
    reader.find("#field-days").press("Control+Enter")
    expect(reader.find("[aria-invalid=true]")).to_have_count(1)
    reader.find("#field-days").fill("250")
    reader.wait_for("stale")
    yield "stale"
    house.hold(Hold.MARKET)
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
    reader.find(".editor textarea").fill(FORBIDDEN)
    expect(reader.find(".findings li")).to_have_count(1)
    yield "result"


def look_at_many(reader: Reader, house: PageHouse) -> Iterator[str]:
    """More figures than tiles hold, and charts of every kind."""
    house.courses["prepared"] = writes(returning(make_many()), is_final=True)
    reader.open().ask(PREPARED)
    expect(reader.find("svg.plot")).to_have_count(7)
    yield "result"


def fail(reader: Reader, house: PageHouse) -> Iterator[str]:
    """Answers in part, problems of each kind."""
    reader.tolerate("status of 4")
    house.market.problems["fundamentals"] = VendorUnavailable("the vendor did not answer", vendor="simulated")
    house.courses["prepared"] = writes(SURVIVES)
    reader.open().ask(PREPARED, until="partial")
    yield "partial"
    for word, course in FAILURES.items():
        house.courses.clear()
        house.courses[word] = course
        reader.button("New question").click()
        reader.ask(f"What does {word} look like?", until=None)
        expect(reader.find("h1:visible")).to_contain_text(word)
        reader.wait_for("error")
        yield "error"
    reader.button("New question").click()
    reader.ask(QUESTION.replace("AAPL", "AAPLL"), until="error")
    yield "error"
    house.market.problems["stock_bars"] = LIMITED
    house.forget_market()
    reader.button("New question").click()
    reader.ask(QUESTION, until=None)
    expect(reader.find("[data-action=again]")).to_be_disabled()
    yield "error"


def lose_connection(reader: Reader, house: PageHouse) -> Iterator[str]:
    """A server that goes away while it answers."""
    reader.tolerate("Failed to load resource")
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    house.stop()
    try:
        reader.wait_for("offline")
        yield "offline"
    finally:
        house.let_go()
        house.start()


SCENES: list[Scene] = [
    begin,
    wait,
    confirm,
    read,
    read_notes,
    trace,
    change,
    look_at_many,
    fail,
    lose_connection,
]
