"""T18: a question can be corrected before it is asked, and one that was asked before is offered."""

import pytest
from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import Course
from tests.doubles.page_server import PageServer

EXPANDED = "What was the annualised volatility of AAPL and MSFT over 120 trading days?"


@pytest.fixture
def card(reader: Reader, house: PageServer) -> Reader:
    """A reader with the card in front of them."""
    confirmation = {
        "expanded_question": EXPANDED,
        "assumptions": ["daily closes", "adjusted prices"],
        "alternatives": [{"question": "How volatile was KO?", "reason": "another company"}],
    }
    house.courses["volatile"] = Course(confirmation=confirmation)
    reader.prefer("asksBeforeExpanding", "true")
    return reader.open().ask(until="confirming")


def test_the_card_shows_what_was_understood_and_has_the_focus(card: Reader, house: PageServer) -> None:
    assert house.sent("POST", "/analyze")[0]["auto_expand"] is False
    expect(card.find(".confirm-card h2")).to_have_text("Confirm the expanded question")
    expect(card.find(".confirm-card textarea")).to_have_value(EXPANDED)
    expect(card.find(".confirm-card textarea")).to_be_focused()
    expect(card.find(".confirm-card .chip")).to_have_count(3)
    card.button("How volatile was KO?").click()
    expect(card.find(".confirm-card textarea")).to_have_value("How volatile was KO?")


def test_the_expanded_question_is_asked(card: Reader, house: PageServer) -> None:
    card.button("Ask this").click()
    card.wait_for("result")
    sent = house.sent("POST", "/confirm")[0]
    assert (sent["choice"], f"/q/{sent['execution_id']}") == ("expanded", card.path)


def test_a_question_that_waits_still_waits_after_a_reload(card: Reader, house: PageServer) -> None:
    card.page.reload()
    card.wait_for("confirming")
    expect(card.find(".confirm-card textarea")).to_have_value(EXPANDED)
    card.button("Ask this").click()
    card.wait_for("result")
    assert house.runs_started == 1


def test_the_question_can_be_edited_and_sent_by_keyboard(card: Reader, house: PageServer) -> None:
    card.page.keyboard.press("End")
    card.page.keyboard.type(" Weekly?")
    card.page.keyboard.press("Control+Enter")
    card.wait_for("result")
    sent = house.sent("POST", "/confirm")[0]
    assert sent["choice"] == "edited"
    assert "Weekly?" in sent["text"]


def test_an_assumption_can_be_taken_away(card: Reader, house: PageServer) -> None:
    card.button("Do not assume: adjusted prices").click()
    expect(card.find(".confirm-card .chip")).to_have_count(2)
    card.button("Ask this").click()
    card.wait_for("result")
    assert "do not assume: adjusted prices" in house.sent("POST", "/confirm")[0]["text"]


def test_the_original_wording_can_be_used(card: Reader, house: PageServer) -> None:
    card.button("Use original wording").click()
    card.wait_for("result")
    assert house.sent("POST", "/confirm")[0]["choice"] == "original"


def test_cancelling_keeps_the_text_in_the_box(card: Reader, house: PageServer) -> None:
    with card.page.expect_response("**/confirm"):
        card.page.keyboard.press("Escape")
    card.wait_for("empty")
    expect(card.find("#question-text")).to_have_value(QUESTION)
    assert house.sent("POST", "/confirm")[0]["choice"] == "cancel"


def test_a_similar_question_opens_its_stored_answer_or_is_asked_again(
    reader: Reader, house: PageServer
) -> None:
    reader.open().ask()
    stored = next(iter(house.executions.values()))
    house.similar = [
        {"execution_id": stored.id, "question": QUESTION, "asked_at": stored.created_at.isoformat()}
    ]
    reader.button("New question").click()
    reader.find("#question-text").press_sequentially("How volatile")
    reader.button("Open the stored answer").click()
    reader.wait_for("result")
    assert (house.runs_started, reader.path) == (1, f"/q/{stored.id}")
    reader.find("#question-text").press_sequentially("How volatile")
    reader.button("Ask again").click()
    reader.page.wait_for_url(lambda url: stored.id not in url)
    reader.wait_for("result")
    assert house.runs_started == 2
    assert house.sent("POST", "/analyze")[1]["refresh"] is True
