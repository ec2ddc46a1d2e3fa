"""T10: one control for each type of parameter, its limits, and what is sent."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.reader import PREPARED, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_writer import writes

SCRIPT = '''from datetime import date
from typing import Annotated, Literal

from mcp_client import Param


def analyze(
    symbols: list[str] = ["AAPL"],
    days: Annotated[int, Param(ge=5, le=1000, description="look back")] = 20,
    months: Annotated[int | None, Param(ge=1)] = None,
    level: Annotated[float, Param(ge=0, le=1, unit="percent")] = 0.05,
    note: Annotated[str, Param(pattern="[a-z]+")] = "abc",
    order: Literal["highest", "lowest"] = "highest",
    field: Literal["open", "high", "low", "close"] = "close",
    adjusted: bool = True,
    start: date | None = None,
    end: date | None = None,
    weights: dict[str, float] = {"AAPL": 1.0},
) -> dict:
    """Take a parameter of every type.

    symbols: tickers
    """
    return {"description": f"Looked back {days} days.", "body": [{"key": "days", "value": days}]}
'''
DEFAULTS: dict[str, Any] = {
    "symbols": ["AAPL"],
    "days": 20,
    "months": None,
    "level": 0.05,
    "note": "abc",
    "order": "highest",
    "field": "close",
    "adjusted": True,
    "start": None,
    "end": None,
    "weights": {"AAPL": 1.0},
}


@pytest.fixture
def form(reader: Reader, house: PageHouse) -> Reader:
    """A reader with the form of every type of parameter in front of them."""
    house.courses["prepared"] = writes(SCRIPT)
    return reader.open().ask(PREPARED)


def sent(form: Reader, house: PageHouse) -> dict[str, Any]:
    """The parameters that a re-run sends."""
    form.button("Re-run").click()
    form.page.wait_for_url("**/runs/**")
    parameters: dict[str, Any] = form.sent("POST", "/rerun")[-1]["parameters"]
    assert house.latest()["parameters"]["values"] == parameters
    return parameters


def test_unchanged_defaults_are_sent_in_their_own_types(form: Reader, house: PageHouse) -> None:
    assert sent(form, house) == DEFAULTS


def test_every_type_has_its_control_and_sends_what_was_chosen(form: Reader, house: PageHouse) -> None:
    expect(form.find("#field-days")).to_have_attribute("type", "number")
    expect(form.find("[data-field=days] .notes")).to_contain_text("look back; 5 to 1000")
    expect(form.find("#field-level")).to_have_value("5")
    expect(form.find("[data-field=level] .notes")).to_contain_text("0 % to 100 %")
    expect(form.find("[data-field=order] input[type=radio]")).to_have_count(2)
    expect(form.find("select#field-field option")).to_have_count(4)
    expect(form.find("fieldset.range input[type=date]")).to_have_count(2)
    form.find("#field-symbols").fill("msft, ko")
    form.find("#field-symbols").press("Enter")
    form.button("Remove AAPL").click()
    form.find("#field-days").fill("60")
    form.find("#field-months").fill("3")
    form.find("#field-level").fill("2.5")
    form.find("#field-note").fill("xyz")
    form.find("#field-order-1").check()
    form.find("#field-field").select_option(label="open")
    form.find("#field-adjusted").uncheck()
    form.find("#field-start").fill("2024-01-02")
    form.find("#field-end").fill("2024-02-03")
    form.find("#field-weights").fill('{"AAPL": 0.4, "KO": 0.6}')
    assert sent(form, house) == {
        "symbols": ["MSFT", "KO"],
        "days": 60,
        "months": 3,
        "level": 0.025,
        "note": "xyz",
        "order": "lowest",
        "field": "open",
        "adjusted": False,
        "start": "2024-01-02",
        "end": "2024-02-03",
        "weights": {"AAPL": 0.4, "KO": 0.6},
    }


def test_a_value_that_was_not_set_is_shown_so_and_stays_so(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(
        SCRIPT.replace("months: Annotated[int | None, Param(ge=1)] = None", "months: int | None = 12")
    )
    form = reader.open().ask(PREPARED)
    expect(form.find("#field-months")).to_have_value("12")
    form.find("#field-months").fill("")
    assert sent(form, house)["months"] is None
    expect(form.find("#field-months")).to_have_value("")
    expect(form.find(".field.changed")).to_have_count(0)


def test_a_changed_field_says_what_it_was(form: Reader) -> None:
    form.find("#field-days").fill("60")
    expect(form.find("[data-field=days]")).to_contain_text("was 20")
    form.find("#field-level").fill("10")
    expect(form.find("[data-field=level]")).to_contain_text("was 5 %")
    form.button("Reset").click()
    expect(form.find("#field-days")).to_have_value("20")
    expect(form.find(".field.changed")).to_have_count(0)


def test_nothing_is_sent_while_a_field_is_wrong_and_the_first_wrong_one_has_the_focus(form: Reader) -> None:
    wrong = {"days": "2", "note": "123", "weights": "{"}
    for name, text in wrong.items():
        form.find(f"#field-{name}").fill(text)
    form.find("#field-note").press("Control+Enter")
    assert form.focused == "field-days"
    for name in wrong:
        expect(form.find(f"#field-{name}")).to_have_attribute("aria-invalid", "true")
        expect(form.find(f"[data-field={name}] .field-problem")).not_to_be_empty()
    assert form.sent("POST", "/rerun") == []
    for name, text in {"days": "25", "note": "abc", "weights": "{}"}.items():
        form.find(f"#field-{name}").fill(text)
    expect(form.find("[aria-invalid=true]")).to_have_count(0)
    form.find("#field-note").press("Control+Enter")
    form.page.wait_for_url("**/runs/**")
    assert form.sent("POST", "/rerun")[-1]["parameters"]["days"] == 25


def test_an_empty_list_of_symbols_is_asked_for(form: Reader) -> None:
    form.button("Remove AAPL").click()
    form.button("Re-run").click()
    assert form.focused == "field-symbols"
    expect(form.find("[data-field=symbols] .field-problem")).to_have_text("Give at least one.")
    assert form.sent("POST", "/rerun") == []
