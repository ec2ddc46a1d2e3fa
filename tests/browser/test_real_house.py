"""The page over `qna up`: the five servers as processes, with nothing of a test between them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import Reader, next_reader
from tests.doubles.running_house import Running, running_house

QUESTION = "Which of AAPL, MSFT and KO was most volatile over the last 60 trading days?"
ANSWER_MS = 20_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def reader(window: Page, house: Running) -> Iterator[Reader]:
    with next_reader(window, house.url) as reader:
        yield reader


def ask(reader: Reader, question: str = QUESTION) -> None:
    """Ask and wait for the answer of real servers."""
    reader.ask(question, until=None)
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)


def test_a_question_is_answered_changed_and_traced(reader: Reader, house: Running) -> None:
    reader.open()
    expect(reader.find("#offline-notice")).to_contain_text("simulated market")
    ask(reader)
    expect(reader.find(".tile")).to_have_count(3)
    expect(reader.find("svg.plot .bars")).to_have_count(1)
    expect(reader.find(".origin")).to_contain_text("Not investment advice.")
    first = reader.path
    reader.find("#field-days").fill("120")
    reader.button("Re-run").click()
    expect(reader.find(".difference")).to_contain_text("days: 60 to 120", timeout=ANSWER_MS)
    reader.page.reload()
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)
    assert reader.path.startswith(first)
    reader.tab("Runs")
    expect(reader.find(".run-list li")).to_have_count(2)


def test_figures_have_sources_and_a_replay_is_identical(reader: Reader, house: Running) -> None:
    reader.open()
    ask(reader)
    reader.find(".tile .source-link").first.click()
    expect(reader.find(".provenance")).to_contain_text("depends on", timeout=ANSWER_MS)
    reader.button("Replay").click()
    expect(reader.find(".replay [role=status]")).to_contain_text("Identical", timeout=ANSWER_MS)


def test_a_follow_up_goes_on_in_the_same_conversation(reader: Reader, house: Running) -> None:
    reader.open()
    ask(reader, "How volatile was KO over the last 60 trading days?")
    first = reader.find("#sentence").inner_text()
    reader.ask("and JPM?", until=None)
    expect(reader.find("#sentence")).to_contain_text("JPM", timeout=ANSWER_MS)
    assert reader.find("#sentence").inner_text() != first
    expect(reader.find(".assumptions")).to_contain_text("understood after")
    expect(reader.find("#thread")).to_contain_text("Earlier in this conversation (1)")
    expect(reader.find("#rail")).to_contain_text("and JPM?")


def test_a_question_asked_again_shows_its_age_and_can_be_refreshed(reader: Reader, house: Running) -> None:
    question = "How volatile was PEP from 2019-01-01 to 2019-12-31?"
    reader.open()
    ask(reader, question)
    expect(reader.find(".age")).to_have_count(0)
    reader.button("New question").click()
    ask(reader, question)
    expect(reader.find(".age")).to_contain_text("A stored answer, computed just now")
    reader.button("Refresh").click()
    expect(reader.find(".age")).to_have_count(0)
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)


def test_a_vague_question_is_confirmed_under_its_own_address(reader: Reader, house: Running) -> None:
    reader.prefer("asksBeforeExpanding", "true")
    reader.open().ask("How volatile is apple?", until="confirming")
    asked, card = reader.path, reader.find(".confirm-card textarea")
    proposed = card.input_value()
    assert "over the last year" in proposed
    reader.page.reload()
    expect(card).to_have_value(proposed)
    reader.button("Ask this").click()
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)
    assert reader.path == asked
