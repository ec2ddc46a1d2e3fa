"""Pictures of the main states, wide and narrow, light and dark; `make screenshots` writes them.

All are of one real house; a prepared model and a market that is held show what cannot be had at will.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, expect

from mcp_servers.financial.vendors.failures import VendorUnavailable
from tests.browser.chart_samples import make_many
from tests.browser.reader import PREPARED, Reader, new_reader, running_browser
from tests.doubles.page_house import Hold, PageHouse, running_page_house
from tests.doubles.page_scripts import SURVIVES, returning
from tests.doubles.page_writer import writes

SIZES = {"1440": {"width": 1440, "height": 1060}, "390": {"width": 390, "height": 844}}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
DOCS = Path(__file__).parents[2] / "docs"

QUESTION = "Which of AAPL, MSFT, JPM and XOM returned most over the last 250 trading days?"
EARLIER = (
    "How volatile was KO in 2019?",
    "What would 500 USD a month in JNJ since 2015 be worth?",
    "Is MSFT above its 200-day moving average?",
    "What was the maximum drawdown of GE from 2007 to 2009?",
)
"""Questions of the house before each picture is taken, for its rail."""
MISSPELT = "How volatile was AAPLL over the last 60 trading days?"
Show = Callable[[Reader, PageHouse], None]


def answer(reader: Reader, house: PageHouse) -> None:
    """The question, answered."""
    reader.open().ask(QUESTION)
    expect(reader.find("svg.plot").first).to_be_visible()


def show_empty(reader: Reader, house: PageHouse) -> None:
    reader.open()
    expect(reader.find("#offline-notice")).to_be_visible()
    expect(reader.find(".example")).to_have_count(6)


def show_difference(reader: Reader, house: PageHouse) -> None:
    answer(reader, house)
    reader.find("#field-days").fill("120")
    reader.button("Re-run").click()
    expect(reader.find(".difference")).to_be_visible()
    expect(reader.find("svg.plot").first).to_be_visible()
    if reader.page.viewport_size == SIZES["390"]:
        reader.button("Go to the answer").click()


def show_runs(reader: Reader, house: PageHouse) -> None:
    show_difference(reader, house)
    reader.tab("Runs")
    expect(reader.find(".run-list li")).not_to_have_count(1)
    show_bench(reader)


def show_bench(reader: Reader) -> None:
    """Scroll to the tabs where they stand under the answer."""
    if reader.page.viewport_size == SIZES["390"]:
        reader.find("#bench").evaluate("(bench) => bench.scrollIntoView()")


def show_source(reader: Reader, house: PageHouse) -> None:
    answer(reader, house)
    reader.find(".tile .source-link").first.click()
    expect(reader.find(".provenance")).to_contain_text("depends on")


def show_script(reader: Reader, house: PageHouse) -> None:
    answer(reader, house)
    reader.tab("Script")
    expect(reader.find(".code-line").first).to_be_visible()
    show_bench(reader)


def show_running(reader: Reader, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    reader.open().ask(QUESTION, until="running")
    expect(reader.find(".calls li").first).to_be_visible()


def show_partial(reader: Reader, house: PageHouse) -> None:
    away = VendorUnavailable("the vendor did not answer within 10 s", vendor="simulated")
    house.market.problems["fundamentals"] = away
    house.courses["AAPL"] = writes(SURVIVES)
    reader.open().ask("What do AAPL cost and MSFT earn?", until="partial")
    expect(reader.find("#answer .note")).to_be_visible()


def show_error(reader: Reader, house: PageHouse) -> None:
    reader.open().ask(MISSPELT, until="error")
    expect(reader.find(".problem-card")).to_be_visible()


def show_confirming(reader: Reader, house: PageHouse) -> None:
    reader.open()
    reader.prefer("asksBeforeExpanding", "true")
    reader.open().ask("How is apple?", until="confirming")


def show_charts(reader: Reader, house: PageHouse) -> None:
    """The whole page, whatever its height."""
    house.courses["prepared"] = writes(returning(make_many()), is_final=True)
    reader.open().ask(PREPARED)
    expect(reader.find("svg.plot")).to_have_count(7)
    width = reader.page.evaluate("innerWidth")
    reader.page.set_viewport_size({"width": width, "height": reader.probe("pageHeight")})


def show_page(path: str) -> Show:
    def act(reader: Reader, house: PageHouse) -> None:
        reader.page.goto(reader.url + path)
        expect(reader.find("h1")).to_be_visible()

    return act


PICTURES: dict[str, Show] = {
    "empty": show_empty,
    "answer": answer,
    "difference": show_difference,
    "script": show_script,
    "sources": show_source,
    "runs": show_runs,
    "running": show_running,
    "partial": show_partial,
    "error": show_error,
    "confirming": show_confirming,
    "charts": show_charts,
    "monitoring": show_page("/monitoring?span=hour&refresh=false"),
    "mcp-tools": show_page("/debug/mcp-tools?q=volatility"),
    "system-prompt": show_page("/debug/system-prompt?question=How+volatile+was+KO%3F"),
}


def take(browser: Browser, house: PageHouse, folder: Path) -> None:
    """Every picture in every size and scheme, of a house with a few earlier questions."""
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            for name, show in PICTURES.items():
                house.forget()
                for question in EARLIER:
                    house.ask(question)
                with new_reader(browser, house, viewport=viewport, color_scheme=scheme) as reader:
                    if name != "empty":
                        reader.page.add_init_script("localStorage.setItem('qna.isNoticeSeen', 'true')")
                    show(reader, house)
                    reader.page.mouse.move(0, 0)
                    reader.page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")


def main() -> None:
    """Write all pictures into the named folder, `screenshots` otherwise; the two of the README into docs."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        running_browser() as browser,
        TemporaryDirectory() as state,
        running_page_house(Path(state)) as house,
    ):
        take(browser, house, folder)
    for scheme in SCHEMES:
        shutil.copy(folder / f"difference-1440-{scheme}.png", DOCS / f"page-{scheme}.png")
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
