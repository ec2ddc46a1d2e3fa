"""T6, T8 and T14: every state is free of axe's findings, nothing is covered, nothing overflows."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from schemas.progress import ProgressType
from tests.browser.reader import Reader, new_reader
from tests.doubles.page_house import Course, Problem, make_call, make_failure, make_report, make_result, row
from tests.doubles.page_server import PageServer

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = [1440, 1100, 390, 320]
AXE = Axe()


def findings(reader: Reader) -> list[str]:
    """What axe finds, each with the first place."""
    results = AXE.run(reader.page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0].get('failureSummary', '')[:200]}"
        for each in results.response["violations"]
    ]


def failed_call() -> Any:
    return make_call("eodhd", success=False, error=ErrorDetail(code="vendor_unavailable", message="away"))


def many_rows() -> dict[str, Any]:
    rows = [
        row(f"S{number}", number / 7, "made up", format="percent", is_change=True) for number in range(30)
    ]
    heat = {"type": "heatmap", "title": "Heat", "x": ["A", "B"], "y": ["A", "B"], "z": [[1, 0.2], [0.6, -1]]}
    pie = {"type": "pie", "title": "Pie", "series": [{"name": "w", "x": ["A", "B"], "y": [1, 2]}]}
    return {"description": "Many.", "body": rows, "charts": [heat, pie]}


STATES: dict[str, tuple[Course, str]] = {
    "result": (Course(report=make_report(make_result(), warnings=["two sources"])), "result"),
    "table": (Course(report=make_report(many_rows())), "result"),
    "running": (
        Course(report=make_report(make_result()), waits_after=ProgressType.TOOL_CALL_STARTED),
        "running",
    ),
    "partial": (Course(report=make_report(make_result(), calls=[make_call(), failed_call()])), "partial"),
    "failed": (
        Course(report=make_failure(Outcome.RAISED, "SCRIPT_ERROR", "KeyError: 'close'", line=12)),
        "error",
    ),
    "refused": (
        Course(
            problem=Problem(422, "CANNOT_ANSWER", "no", {"missing": "options", "nearest_question": "KO?"})
        ),
        "error",
    ),
    "confirming": (
        Course(confirmation={"expanded_question": "Volatility of AAPL?", "assumptions": ["daily closes"]}),
        "confirming",
    ),
}


def change_days(reader: Reader) -> None:
    reader.find("#field-days").fill("60")
    reader.wait_for("stale")


def stop(reader: Reader) -> None:
    reader.button("Stop").click()
    reader.wait_for("stopped")


def open_tab(name: str) -> Callable[[Reader], None]:
    def act(reader: Reader) -> None:
        reader.tab(name)
        expect(reader.find(f"#panel-{name.lower()}")).not_to_be_empty()

    return act


def show_data(reader: Reader) -> None:
    reader.button("Data").first.click()


def edit(reader: Reader) -> None:
    reader.tab("Script")
    reader.button("Edit").click()


def open_settings(reader: Reader) -> None:
    reader.page.keyboard.press("Escape")
    reader.find("#main").focus()
    reader.page.keyboard.press("?")
    expect(reader.find("dialog")).to_be_visible()


AFTERWARDS: dict[str, list[Callable[[Reader], None]]] = {
    "result": [open_tab("Script"), open_tab("Sources"), open_tab("Runs"), show_data, edit, open_settings],
    "running": [stop],
    "table": [],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_in_any_state(browser: Browser, house: PageServer, name: str, scheme: Any) -> None:
    course, state = STATES[name]
    house.courses["volatile"] = course
    with new_reader(browser, house, color_scheme=scheme) as reader:
        reader.tolerate("status of 422")
        reader.open()
        if name == "result":
            expect(reader.find("#offline-notice")).to_be_visible()
            assert findings(reader) == []
        reader.ask(until=state)
        assert findings(reader) == []
        for act in AFTERWARDS.get(name, []):
            act(reader)
            assert findings(reader) == []


def test_axe_finds_what_is_planted(reader: Reader) -> None:
    reader.open()
    reader.page.evaluate("document.querySelector('h1').style.color = '#bbbbbb'")
    assert any("color-contrast" in each for each in findings(reader))


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_or_is_covered_when_tabbing(
    browser: Browser, house: PageServer, width: int
) -> None:
    with new_reader(browser, house, viewport={"width": width, "height": 800}) as reader:
        reader.open().ask()
        expect(reader.find("svg.plot")).to_be_visible()
        assert findings(reader) == []
        assert reader.probe("overflow") <= 0
        reader.page.evaluate("document.activeElement.blur()")
        problems, seen = [], 0
        for _ in range(90):
            reader.page.keyboard.press("Tab")
            found = reader.probe("hiddenFocus")
            if found == "end":
                break
            seen += 1
            problems += [found] if found else []
        assert seen > 20
        assert not problems


def test_targets_are_large_enough_for_a_pointer_and_for_a_finger(browser: Browser, house: PageServer) -> None:
    with new_reader(browser, house) as reader:
        reader.open().ask()
        assert reader.probe("smallTargets", 24) == []
    with new_reader(
        browser, house, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as reader:
        reader.open().ask()
        assert reader.probe("smallTargets", 44) == []


def test_at_400_percent_and_with_large_text_nothing_is_lost(browser: Browser, house: PageServer) -> None:
    with new_reader(browser, house, viewport={"width": 320, "height": 256}) as reader:
        reader.open().ask()
        assert reader.probe("overflow") <= 0
        reader.probe("spaceTexts")
        assert reader.probe("overflow") <= 0
        expect(reader.find("#sentence")).to_be_visible()


def test_less_motion_and_forced_colours_are_respected(browser: Browser, house: PageServer) -> None:
    house.courses["volatile"] = STATES["running"][0]
    with new_reader(browser, house, reduced_motion="reduce", forced_colors="active") as reader:
        reader.open().ask(until="running")
        expect(reader.find(".spinner").first).to_have_css("animation-duration", "4s")
        house.let_go()
        reader.wait_for("result")
        expect(reader.find(".line.series-2")).to_have_css("stroke-dasharray", "8px, 3px")


def test_the_page_has_landmarks_one_heading_and_a_way_past_the_rail(reader: Reader) -> None:
    reader.open().ask()
    for selector in ("h1", "nav", "main", "aside", "form[role=search]"):
        assert reader.probe("visibleCount", selector) == 1
    assert reader.page.evaluate("document.documentElement.lang") == "en"
    first = "document.querySelector('a, button, input, textarea').className"
    assert reader.page.evaluate(first) == "skip"
    reader.find(".skip").focus()
    expect(reader.find(".skip")).to_be_in_viewport()
    reader.page.keyboard.press("Enter")
    assert reader.focused == "main"


def test_on_a_phone_the_rail_is_a_drawer_that_keeps_the_focus(browser: Browser, house: PageServer) -> None:
    with new_reader(browser, house, viewport={"width": 390, "height": 844}) as reader:
        reader.open().ask()
        opener = reader.button("Show questions")
        opener.click()
        expect(opener).to_have_attribute("aria-expanded", "true")
        for _ in range(12):
            reader.page.keyboard.press("Tab")
            assert reader.page.evaluate("document.getElementById('rail').contains(document.activeElement)")
        assert findings(reader) == []
        reader.page.keyboard.press("Escape")
        expect(reader.find("#rail")).not_to_be_in_viewport()
        assert reader.focused == "show-questions"
