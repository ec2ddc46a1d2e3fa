"""T18: a question can be corrected before it is asked, and one that was asked before is offered."""

import pytest
from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import PageHouse

VAGUE = "How volatile is apple?"
EXPANDED = "How volatile is apple over the last year?"


@pytest.fixture
def card(reader: Reader) -> Reader:
    """A reader with the card in front of them."""
    reader.prefer("asksBeforeExpanding", "true")
    return reader.open().ask(VAGUE, until="confirming")


def sent(card: Reader) -> dict[str, str]:
    """What the card has sent."""
    found: dict[str, str] = card.sent("POST", "/confirm")[0]
    return found


def test_the_card_shows_what_was_understood_and_has_the_focus(card: Reader) -> None:
    assert card.sent("POST", "/analyze")[0]["auto_expand"] is False
    expect(card.find(".confirm-card h2")).to_have_text("Confirm the expanded question")
    expect(card.find(".confirm-card textarea")).to_have_value(EXPANDED)
    expect(card.find(".confirm-card textarea")).to_be_focused()
    expect(card.find(".confirm-card .chip")).to_have_count(2)
    expect(card.find(".confirm-card")).to_contain_text("“apple” was read as AAPL")


def test_another_reading_is_put_into_the_text(reader: Reader) -> None:
    reader.prefer("asksBeforeExpanding", "true")
    reader.open().ask("How is apple?", until="confirming")
    expect(reader.find(".confirm-card .chip")).to_have_count(5)
    reader.button("What is the P/E ratio of AAPL?").click()
    expect(reader.find(".confirm-card textarea")).to_have_value("What is the P/E ratio of AAPL?")
    reader.button("Ask this").click()
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_contain_text("AAPL")
    assert sent(reader)["choice"] == "edited"


def test_the_expanded_question_is_asked(card: Reader, house: PageHouse) -> None:
    card.button("Ask this").click()
    card.wait_for("result")
    assert (sent(card)["choice"], f"/q/{sent(card)['execution_id']}") == ("expanded", card.path)
    assert house.latest()["expanded_question"] == EXPANDED


def test_a_question_that_waits_still_waits_after_a_reload(card: Reader, house: PageHouse) -> None:
    card.page.reload()
    card.wait_for("confirming")
    expect(card.find(".confirm-card textarea")).to_have_value(EXPANDED)
    card.button("Ask this").click()
    card.wait_for("result")
    assert (len(house.executions()), house.scripts_run) == (1, 1)


def test_the_question_can_be_edited_and_sent_by_keyboard(card: Reader, house: PageHouse) -> None:
    card.page.keyboard.press("Control+a")
    card.page.keyboard.type("How volatile was KO over the last 60 trading days?")
    card.page.keyboard.press("Control+Enter")
    card.wait_for("result")
    assert sent(card)["choice"] == "edited"
    assert "KO over the last 60" in sent(card)["text"]
    assert "KO" in house.sentence()


def test_an_assumption_that_is_taken_away_is_not_in_the_question(card: Reader, house: PageHouse) -> None:
    card.button("Do not assume: no period was named, so the last year was taken").click()
    expect(card.find(".confirm-card .chip")).to_have_count(1)
    expect(card.find(".confirm-card textarea")).to_have_value(VAGUE)
    card.button("Ask this").click()
    card.wait_for("result")
    assert sent(card)["choice"] == "original"
    assert "no period was named, so the last year was taken" not in house.assumptions()


def test_a_name_that_was_read_wrongly_is_selected_to_be_put_right(card: Reader, house: PageHouse) -> None:
    card.button("Do not assume: “apple” was read as AAPL").click()
    card.page.keyboard.type("KO")
    expect(card.find(".confirm-card textarea")).to_have_value("How volatile is KO over the last year?")
    card.page.keyboard.press("Control+Enter")
    card.wait_for("result")
    assert "KO" in house.sentence()


def test_the_original_wording_can_be_used(card: Reader, house: PageHouse) -> None:
    card.button("Use original wording").click()
    card.wait_for("result")
    assert sent(card)["choice"] == "original"
    assert house.latest()["expanded_question"] == VAGUE


def test_cancelling_keeps_the_text_in_the_box(card: Reader, house: PageHouse) -> None:
    with card.page.expect_response("**/confirm"):
        card.page.keyboard.press("Escape")
    card.wait_for("empty")
    expect(card.find("#question-text")).to_have_value(VAGUE)
    assert sent(card)["choice"] == "cancel"
    assert house.latest()["error_code"] == "CANCELLED"


def test_a_similar_question_opens_its_stored_answer_or_is_asked_again(
    reader: Reader, house: PageHouse
) -> None:
    reader.open().ask()
    stored = house.latest()["execution_id"]
    house.wait_for_index()
    reader.button("New question").click()
    reader.find("#question-text").press_sequentially("What was the maximum drawdown")
    reader.button("Open the stored answer").click()
    reader.wait_for("result")
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    assert (house.scripts_run, reader.path) == (1, f"/q/{stored}")
    reader.find("#question-text").press_sequentially("What was the maximum drawdown")
    reader.button("Ask again").click()
    reader.page.wait_for_url(lambda url: stored not in url)
    reader.wait_for("result")
    assert house.scripts_run == 2
    assert reader.sent("POST", "/analyze")[1]["refresh"] is True
