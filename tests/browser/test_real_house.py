"""The page over the five real servers, with the offline analyst and the simulated market."""

import os
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.reader import Reader, new_reader
from tests.doubles.running_house import Running, running_house

QUESTION = "Which of AAPL, MSFT and KO was most volatile over the last 60 trading days?"
ANSWER_MS = 20_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def reader(browser: Browser, house: Running) -> Iterator[Reader]:
    with new_reader(browser, house.url) as reader:
        reader.page.set_default_timeout(ANSWER_MS)
        yield reader


def require_memory(reader: Reader) -> None:
    """Skip while executions are not kept, which the rest of a test looks at; in CI that is a failure."""
    reply = httpx2.get(f"{reader.url}/executions/{reader.path.split('/')[2]}", trust_env=False)
    if reply.status_code == 404 and not os.environ.get("CI"):
        pytest.skip("this house does not keep executions")


def ask(reader: Reader, question: str = QUESTION) -> None:
    """Ask and wait for the answer of real servers."""
    reader.ask(question, until=None)
    expect(reader.find("#sentence")).to_be_visible(timeout=ANSWER_MS)


def test_a_question_is_answered_changed_and_traced(reader: Reader, house: Running) -> None:
    reader.tolerate("status of 404" if not os.environ.get("CI") else "^$")
    reader.open()
    expect(reader.find("#offline-notice")).to_contain_text("simulated market")
    ask(reader)
    expect(reader.find(".tile")).to_have_count(3)
    expect(reader.find("svg.plot .bars")).to_have_count(1)
    expect(reader.find(".origin")).to_contain_text("Not investment advice.")
    require_memory(reader)
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
    reader.tolerate("status of 404" if not os.environ.get("CI") else "^$")
    reader.open()
    ask(reader)
    require_memory(reader)
    reader.find(".tile .source-link").first.click()
    expect(reader.find(".provenance")).to_contain_text("depends on", timeout=ANSWER_MS)
    reader.button("Replay").click()
    expect(reader.find(".replay [role=status]")).to_contain_text("Identical", timeout=ANSWER_MS)


def test_what_cannot_be_answered_is_refused_with_a_way_on(reader: Reader, house: Running) -> None:
    reader.tolerate("status of 4")
    reader.open().ask("What is the weather in Zurich?", until=None)
    expect(reader.find("#problem-title")).to_be_visible(timeout=ANSWER_MS)
    expect(reader.find("[data-action]").first).to_be_visible()


def test_an_edited_script_is_held_to_the_rules(reader: Reader, house: Running) -> None:
    reader.tolerate("status of 404")
    reader.open()
    ask(reader)
    reader.tab("Script")
    reader.button("Edit").click()
    reader.find(".editor textarea").fill("import os\n\n\ndef analyze() -> dict:\n    return {}\n")
    expect(reader.find(".editor [role=status]")).to_have_text("Checked: 1 problem")
    expect(reader.find(".findings")).to_contain_text("Line 1")
