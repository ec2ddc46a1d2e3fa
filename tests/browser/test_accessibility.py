"""T6 and T14: nothing is covered, nothing overflows, whatever the window, the pointer and the settings."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import WIDTHS, look_closely
from tests.browser.reader import Reader, new_reader
from tests.doubles.page_house import Hold, PageHouse


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_or_is_covered_when_tabbing(reader: Reader, width: int) -> None:
    reader.page.set_viewport_size({"width": width, "height": 800})
    reader.open().ask()
    expect(reader.find("svg.plot")).to_be_visible()
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


def test_targets_are_large_enough_for_a_pointer_and_for_a_finger(browser: Browser, house: PageHouse) -> None:
    with new_reader(browser, house) as reader:
        reader.open().ask()
        assert reader.probe("smallTargets", 24) == []
    with new_reader(
        browser, house, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as reader:
        reader.open().ask()
        assert reader.probe("smallTargets", 44) == []


def test_at_400_percent_and_with_large_text_nothing_is_lost(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 320, "height": 256})
    reader.open().ask()
    assert reader.probe("overflow") <= 0
    reader.probe("spaceTexts")
    assert reader.probe("overflow") <= 0
    expect(reader.find("#sentence")).to_be_visible()


def test_less_motion_and_forced_colours_are_respected(browser: Browser, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
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


def test_on_a_phone_the_rail_is_a_drawer_that_keeps_the_focus(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 390, "height": 844})
    reader.open().ask()
    opener = reader.button("Show questions")
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    for _ in range(12):
        reader.page.keyboard.press("Tab")
        assert reader.page.evaluate("document.getElementById('rail').contains(document.activeElement)")
    assert look_closely(reader.page) == []
    reader.page.keyboard.press("Escape")
    expect(reader.find("#rail")).not_to_be_in_viewport()
    assert reader.focused == "show-questions"
