"""Pictures of the main states, wide and narrow, light and dark; `make screenshots` writes them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.progress import ProgressType
from tests.browser.reader import QUESTION, Reader, new_reader, running_browser
from tests.doubles.page_house import (
    Course,
    make_call,
    make_days,
    make_failure,
    make_report,
    make_result,
    make_walk,
    row,
)
from tests.doubles.page_server import PageServer

SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


def make_candles() -> dict[str, Any]:
    """A year of prices with volume and a moving average."""
    days, close = make_days(180), make_walk(180)
    average = [None if at < 20 else sum(close[at - 20 : at]) / 20 for at in range(len(close))]
    return {
        "type": "candlestick",
        "title": "AAPL, daily",
        "x": days,
        "open": [close[0], *close[:-1]],
        "close": close,
        "high": [value * 1.012 for value in close],
        "low": [value * 0.986 for value in close],
        "volume": [40_000_000 + (at * 7_919_333) % 30_000_000 for at in range(180)],
        "series": [{"name": "20-day average", "x": days, "y": average}],
    }


def make_others() -> dict[str, Any]:
    """One of each other kind of chart."""
    names = ["AAPL", "MSFT", "KO", "JPM"]
    quarters = ["2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4"]
    bars = [
        {"name": name, "x": quarters, "y": [20 + at * 3 + shift for at in range(4)]}
        for shift, name in enumerate(names[:3])
    ]
    points = {"name": "funds", "x": make_walk(40, 12), "y": make_walk(40, 8)}
    grid = [[1 if a == b else round(0.9 - 0.45 * abs(a - b), 2) for a in range(4)] for b in range(4)]
    moves = [today / before - 1 for before, today in zip(make_walk(400), make_walk(400)[1:], strict=False)]
    charts = [
        {"type": "bar", "title": "Revenue", "series": bars},
        {"type": "heatmap", "title": "Correlation", "x": names, "y": names, "z": grid},
        {
            "type": "histogram",
            "title": "Daily returns",
            "format": "percent",
            "series": [{"name": "AAPL", "y": moves}],
        },
        {"type": "scatter", "title": "Risk and return", "series": [points]},
        {"type": "pie", "title": "Weights", "series": [{"name": "w", "x": names, "y": [4, 3, 2, 1]}]},
        {
            "type": "area",
            "title": "Value",
            "series": [{"name": "value", "x": make_days(250), "y": make_walk(250)}],
        },
    ]
    rows = [row(f"{name} {year}", 0.01 * place, "return", format="percent", is_change=True)
            for place, name in enumerate(names, -2) for year in (2023, 2024, 2025)]  # fmt: skip
    return {"description": "The four symbols side by side.", "body": rows, "charts": charts}


def courses() -> dict[str, Course]:
    """What happens to the questions of the pictures."""
    result = make_result()
    result["charts"] = [make_candles(), *result["charts"]]
    failed = make_call(
        "eodhd_fundamentals",
        success=False,
        error=ErrorDetail(code="vendor_unavailable", message="the vendor did not answer within 10 s"),
    )
    tool_error = {
        "code": "unknown_symbol",
        "message": "unknown symbol 'AAPL'; did you mean AAP?",
        "details": {"symbol": "AAPL", "nearest": ["AAP", "APLE"]},
    }
    unknown = make_failure(
        Outcome.RAISED, "SCRIPT_ERROR", "ToolError: unknown symbol", line=11, tool_error=tool_error
    )
    confirmation = {
        "expanded_question": "How volatile was AAPL over the last 252 trading days?",
        "assumptions": ["252 trading days", "adjusted closes"],
    }
    return {
        "volatile": Course(
            report=make_report(result),
            expanded="Annualised volatility of AAPL and MSFT over 120 trading days, from adjusted closes",
        ),
        "running": Course(report=make_report(result), waits_after=ProgressType.TOOL_CALL_FINISHED),
        "partial": Course(report=make_report(result, calls=[make_call(), failed])),
        "error": Course(report=unknown),
        "others": Course(report=make_report(make_others())),
        "confirm": Course(confirmation=confirmation),
    }


def show_empty(reader: Reader) -> None:
    reader.open()
    expect(reader.find(".example")).to_have_count(6)


def show(question: str, state: str) -> Callable[[Reader], None]:
    def act(reader: Reader) -> None:
        reader.open().ask(question, until=state)
        expect(reader.find("h1:visible")).to_have_text(question)
        if state in ("result", "partial"):
            expect(reader.find("svg.plot").first).to_be_visible()

    return act


def show_difference(reader: Reader) -> None:
    show(QUESTION, "result")(reader)
    reader.find("#field-days").fill("250")
    reader.button("Re-run").click()
    expect(reader.find(".difference")).to_be_visible()


def show_tab(name: str) -> Callable[[Reader], None]:
    def act(reader: Reader) -> None:
        show(QUESTION, "result")(reader)
        reader.tab(name)
        expect(reader.find(f"#panel-{name.lower()}")).not_to_be_empty()

    return act


PICTURES: dict[str, Callable[[Reader], None]] = {
    "empty": show_empty,
    "result": show(QUESTION, "result"),
    "difference": show_difference,
    "running": show("What does it look like while running?", "running"),
    "partial": show("What does a partial answer look like?", "partial"),
    "error": show("What does an error look like?", "error"),
    "confirming": show("Please confirm this", "confirming"),
    "charts": show("Show all others", "result"),
    "script": show_tab("Script"),
    "sources": show_tab("Sources"),
}


def take(browser: Browser, server: PageServer, folder: Path) -> None:
    """Every picture in every size and scheme."""
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            for name, act in PICTURES.items():
                server.forget()
                server.courses = courses()
                with new_reader(browser, server, viewport=viewport, color_scheme=scheme) as reader:
                    if name not in ("empty",):
                        reader.page.add_init_script("localStorage.setItem('qna.isNoticeSeen', 'true')")
                    act(reader)
                    reader.page.mouse.move(0, 0)
                    path = folder / f"{name}-{size}-{scheme}.png"
                    reader.page.screenshot(path=path, full_page=name == "charts")


def main() -> None:
    """Write all pictures into the folder that is named, `screenshots` otherwise."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    server = PageServer()
    try:
        with running_browser() as browser:
            take(browser, server, folder)
    finally:
        server.stop()
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
