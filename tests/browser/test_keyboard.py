"""T13: everything by keyboard, and no shortcut where somebody types."""

from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import Hold, PageHouse


def test_a_question_is_asked_changed_and_run_again_without_a_mouse(reader: Reader) -> None:
    reader.open()
    keyboard = reader.page.keyboard
    keyboard.type(QUESTION)
    keyboard.press("Shift+Enter")
    keyboard.type("Please")
    assert reader.sent("POST", "/analyze") == []
    keyboard.press("Enter")
    reader.wait_for("result")
    assert reader.sent("POST", "/analyze")[0]["question"] == f"{QUESTION}\nPlease"
    keyboard.press("1")
    assert reader.focused == "tab-parameters"
    keyboard.press("ArrowRight")
    assert reader.focused == "tab-script"
    keyboard.press("End")
    assert reader.focused == "tab-runs"
    keyboard.press("Home")
    reader.find("#field-days").focus()
    keyboard.press("Control+a")
    keyboard.type("250")
    keyboard.press("Control+Enter")
    expect(reader.find(".difference")).to_contain_text("days: 120 to 250")


def test_each_letter_does_what_the_list_says(reader: Reader) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open().ask().ask("What about KO?", until=None)
    expect(reader.find("#sentence")).to_contain_text("KO")
    keyboard = reader.page.keyboard
    for number, name in enumerate(["parameters", "script", "sources", "runs"], 1):
        keyboard.press(str(number))
        expect(reader.find(f"#panel-{name}")).to_be_visible()
    keyboard.press("j")
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    keyboard.press("k")
    expect(reader.find("h1:visible")).to_have_text("What about KO?")
    keyboard.press("r")
    reader.page.wait_for_url("**/runs/**")
    keyboard.press("c")
    expect(reader.find("#announcer")).to_have_text("Copied")
    assert reader.page.evaluate("navigator.clipboard.readText()") == reader.url + reader.path
    keyboard.press("t")
    assert reader.page.evaluate("document.documentElement.dataset.theme") == "dark"
    keyboard.press("/")
    assert reader.focused == "question-text"
    keyboard.press("n")
    expect(reader.find("#question-text")).to_have_value("n")
    reader.find("#main").focus()
    keyboard.press("n")
    reader.wait_for("typing")
    assert reader.focused == "question-text"


def test_a_full_stop_stops(reader: Reader, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    reader.page.keyboard.press(".")
    reader.wait_for("stopped")


def test_no_letter_works_in_a_field_with_a_modifier_or_when_switched_off(reader: Reader) -> None:
    reader.open().ask()
    reader.find("#field-days").focus()
    for key in ("r", "n", "t", "4", "?"):
        reader.page.keyboard.press(key)
    reader.wait_for("stale")
    expect(reader.find("dialog")).to_have_count(0)
    reader.button("Reset").click()
    reader.find("#main").focus()
    for key in ("Control+j", "Alt+n", "Meta+t"):
        reader.page.keyboard.press(key)
    reader.wait_for("result")
    reader.page.keyboard.press("?")
    reader.page.get_by_label("Shortcuts of a single letter").uncheck()
    reader.page.keyboard.press("n")
    reader.button("Close").last.click()
    reader.find("#main").focus()
    reader.page.keyboard.press("n")
    reader.wait_for("result")
    reader.page.keyboard.press("/")
    assert reader.focused == "question-text"


def test_enter_that_ends_a_composition_does_not_send(reader: Reader) -> None:
    reader.open()
    reader.find("#question-text").fill("東京")
    reader.probe("sendComposedEnter")
    reader.wait_for("typing")
    assert reader.sent("POST", "/analyze") == []
