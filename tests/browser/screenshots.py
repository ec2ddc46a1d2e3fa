"""Pictures of the main states, wide and narrow, light and dark; `make screenshots` writes them.

Answers are those of a real house with the offline analyst; a scripted one shows what cannot be had at will.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import httpx2
from playwright.sync_api import Browser, expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.progress import ProgressType
from tests.browser.chart_samples import make_many
from tests.browser.reader import Reader, new_reader, running_browser
from tests.doubles.page_house import Course, make_call, make_failure, make_report, make_result
from tests.doubles.page_server import PageServer
from tests.doubles.running_house import running_house

SIZES = {"1440": {"width": 1440, "height": 1060}, "390": {"width": 390, "height": 844}}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
DOCS = Path(__file__).parents[2] / "docs"
ANSWER_MS = 20_000

QUESTION = "Which of AAPL, MSFT, JPM and XOM returned most over the last 250 trading days?"
EARLIER = (
    "How volatile was KO in 2019?",
    "What would 500 USD a month in JNJ since 2015 be worth?",
    "Is MSFT above its 200-day moving average?",
    "What was the maximum drawdown of GE from 2007 to 2009?",
)
"""Questions of the house before the pictures are taken, for its rail."""


def answer(reader: Reader) -> None:
    """The question, answered."""
    reader.open().ask(QUESTION, until=None)
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)
    expect(reader.find("svg.plot").first).to_be_visible()


def show_empty(reader: Reader) -> None:
    reader.open()
    expect(reader.find("#offline-notice")).to_be_visible()
    expect(reader.find(".example")).to_have_count(6)


def show_difference(reader: Reader) -> None:
    answer(reader)
    reader.find("#field-days").fill("120")
    reader.button("Re-run").click()
    expect(reader.find(".difference")).to_be_visible(timeout=ANSWER_MS)
    expect(reader.find("svg.plot").first).to_be_visible()
    if reader.page.viewport_size == SIZES["390"]:
        reader.button("Go to the answer").click()


def show_runs(reader: Reader) -> None:
    show_difference(reader)
    reader.tab("Runs")
    expect(reader.find(".run-list li")).not_to_have_count(1)
    show_bench(reader)


def show_bench(reader: Reader) -> None:
    """Scroll to the tabs where they stand under the answer."""
    if reader.page.viewport_size == SIZES["390"]:
        reader.find("#bench").evaluate("(bench) => bench.scrollIntoView()")


def show_source(reader: Reader) -> None:
    answer(reader)
    reader.find(".tile .source-link").first.click()
    expect(reader.find(".provenance")).to_contain_text("depends on", timeout=ANSWER_MS)


def show_script(reader: Reader) -> None:
    answer(reader)
    reader.tab("Script")
    expect(reader.find(".code-line").first).to_be_visible()
    show_bench(reader)


def show_page(path: str) -> Callable[[Reader], None]:
    def act(reader: Reader) -> None:
        reader.page.goto(reader.url + path)
        expect(reader.find("h1")).to_be_visible()

    return act


REAL: dict[str, Callable[[Reader], None]] = {
    "empty": show_empty,
    "answer": answer,
    "difference": show_difference,
    "script": show_script,
    "sources": show_source,
    "runs": show_runs,
    "monitoring": show_page("/monitoring?span=hour&refresh=false"),
    "mcp-tools": show_page("/debug/mcp-tools?q=volatility"),
    "system-prompt": show_page("/debug/system-prompt?question=How+volatile+was+KO%3F"),
}


def courses() -> dict[str, Course]:
    """What happens to the scripted questions."""
    result = make_result()
    away = ErrorDetail(code="vendor_unavailable", message="the vendor did not answer within 10 s")
    failed = make_call("eodhd_fundamentals", success=False, error=away)
    unknown = {
        "code": "unknown_symbol",
        "message": "unknown symbol 'AAPL'; did you mean AAP?",
        "details": {"symbol": "AAPL", "nearest": ["AAP", "APLE"]},
    }
    confirmation: dict[str, Any] = {
        "expanded_question": "How volatile was AAPL over the last 252 trading days?",
        "assumptions": ["252 trading days", "adjusted closes"],
        "alternatives": [{"question": "How volatile was AAPL over the last month?", "reason": "a period"}],
    }
    return {
        "running": Course(report=make_report(result), waits_after=ProgressType.TOOL_CALL_FINISHED),
        "part": Course(report=make_report(result, calls=[make_call(), failed])),
        "error": Course(
            report=make_failure(
                Outcome.RAISED, "SCRIPT_ERROR", "ToolError: unknown symbol", line=11, tool_error=unknown
            )
        ),
        "charts": Course(report=make_report(make_many())),
        "confirm": Course(confirmation=confirmation),
    }


def list_scripted(server: PageServer) -> dict[str, Callable[[Reader], None]]:
    """Pictures of what `server` is told to do."""

    def show(question: str, state: str, part: str) -> Callable[[Reader], None]:
        def act(reader: Reader) -> None:
            server.let_go()
            server.forget()
            server.courses = courses()
            reader.open().ask(question, until=state)
            expect(reader.find(part).first).to_be_visible()

        return act

    return {
        "running": show("How volatile were AAPL and MSFT while running?", "running", ".calls li"),
        "partial": show("How volatile were AAPL and MSFT, in part?", "partial", "#answer .note"),
        "error": show("How volatile was AAPL in error?", "error", ".problem-card"),
        "confirming": show("How volatile is Apple? Let me confirm.", "confirming", ".confirm-card"),
        "charts": show("Show all charts", "result", "svg.plot"),
    }


def take(browser: Browser, url: str, pictures: dict[str, Callable[[Reader], None]], folder: Path) -> None:
    """Every picture in every size and scheme."""
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            for name, act in pictures.items():
                with new_reader(browser, url, viewport=viewport, color_scheme=scheme) as reader:
                    if name != "empty":
                        reader.page.add_init_script("localStorage.setItem('qna.isNoticeSeen', 'true')")
                    act(reader)
                    reader.page.mouse.move(0, 0)
                    if name == "charts":
                        height = reader.probe("pageHeight")
                        reader.page.set_viewport_size({"width": viewport["width"], "height": height})
                    reader.page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")


def take_real(browser: Browser, folder: Path) -> None:
    """Pictures of a house of its own, whose rail has earlier questions."""
    with TemporaryDirectory() as state, running_house(Path(state)) as house:
        for question in EARLIER:
            asked = {"question": question}
            httpx2.post(f"{house.url}/analyze", json=asked, timeout=60, trust_env=False).raise_for_status()
        take(browser, house.url, REAL, folder)


def take_scripted(browser: Browser, folder: Path) -> None:
    """Pictures of what a real house does not do at will."""
    server = PageServer()
    try:
        take(browser, server.url, list_scripted(server), folder)
    finally:
        server.let_go()
        server.stop()


def main() -> None:
    """Write all pictures into the named folder, `screenshots` otherwise; the two of the README into docs."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with running_browser() as browser:
        take_real(browser, folder)
        take_scripted(browser, folder)
    for scheme in SCHEMES:
        shutil.copy(folder / f"difference-1440-{scheme}.png", DOCS / f"page-{scheme}.png")
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
