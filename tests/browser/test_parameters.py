"""T10: one control for each type of parameter, its limits, and what is sent."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.doubles.page_house import Course, make_report, make_result
from tests.doubles.page_server import PageServer

PROPERTIES: dict[str, Any] = {
    "symbols": {"type": "array", "items": {"type": "string"}, "default": ["AAPL"], "description": "tickers"},
    "days": {"type": "integer", "minimum": 5, "maximum": 1000, "default": 20, "description": "look back"},
    "months": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None},
    "level": {"type": "number", "unit": "percent", "minimum": 0, "maximum": 1, "default": 0.05},
    "note": {"type": "string", "pattern": "[a-z]+", "default": "abc"},
    "order": {"type": "string", "enum": ["highest", "lowest"], "default": "highest"},
    "field": {"type": "string", "enum": ["open", "high", "low", "close"], "default": "close"},
    "adjusted": {"type": "boolean", "default": True},
    "start": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
    "end": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
    "weights": {"type": "object", "additionalProperties": {"type": "number"}, "default": {"AAPL": 1.0}},
}
DEFAULTS = {name: schema["default"] for name, schema in PROPERTIES.items()}


@pytest.fixture
def form(reader: Reader, house: PageServer) -> Reader:
    """A reader with the form of every type of parameter in front of them."""
    schema = {"type": "object", "properties": PROPERTIES}
    report = make_report(make_result(), parameters=DEFAULTS)
    house.courses["volatile"] = Course(report=report, schema=schema, values=dict(DEFAULTS))
    return reader.open().ask()


def sent(form: Reader, house: PageServer) -> dict[str, Any]:
    """The parameters that a re-run sends."""
    form.button("Re-run").click()
    form.page.wait_for_url("**/runs/**")
    parameters: dict[str, Any] = house.sent("POST", "/rerun")[-1]["parameters"]
    return parameters


def test_unchanged_defaults_are_sent_in_their_own_types(form: Reader, house: PageServer) -> None:
    assert sent(form, house) == DEFAULTS


def test_every_type_has_its_control_and_sends_what_was_chosen(form: Reader, house: PageServer) -> None:
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


def test_a_changed_field_says_what_it_was(form: Reader) -> None:
    form.find("#field-days").fill("60")
    expect(form.find("[data-field=days]")).to_contain_text("was 20")
    form.find("#field-level").fill("10")
    expect(form.find("[data-field=level]")).to_contain_text("was 5 %")
    form.button("Reset").click()
    expect(form.find("#field-days")).to_have_value("20")
    expect(form.find(".field.changed")).to_have_count(0)


def test_nothing_is_sent_while_a_field_is_wrong_and_the_first_wrong_one_has_the_focus(
    form: Reader, house: PageServer
) -> None:
    wrong = {"days": "2", "note": "123", "weights": "{"}
    for name, text in wrong.items():
        form.find(f"#field-{name}").fill(text)
    form.find("#field-note").press("Control+Enter")
    assert form.focused == "field-days"
    for name in wrong:
        expect(form.find(f"#field-{name}")).to_have_attribute("aria-invalid", "true")
        expect(form.find(f"[data-field={name}] .field-problem")).not_to_be_empty()
    assert house.sent("POST", "/rerun") == []
    for name, text in {"days": "25", "note": "abc", "weights": "{}"}.items():
        form.find(f"#field-{name}").fill(text)
    expect(form.find("[aria-invalid=true]")).to_have_count(0)
    form.find("#field-note").press("Control+Enter")
    form.page.wait_for_url("**/runs/**")
    assert house.sent("POST", "/rerun")[-1]["parameters"]["days"] == 25


def test_an_empty_list_of_symbols_is_asked_for(form: Reader, house: PageServer) -> None:
    form.button("Remove AAPL").click()
    form.button("Re-run").click()
    assert form.focused == "field-symbols"
    expect(form.find("[data-field=symbols] .field-problem")).to_have_text("Give at least one.")
    assert house.sent("POST", "/rerun") == []
