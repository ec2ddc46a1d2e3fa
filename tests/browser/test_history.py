"""T19: earlier questions are found, renamed, pinned, deleted and brought back; a conversation is one."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import PageHouse

DAY = timedelta(days=1)


def menu(reader: Reader, name: str) -> None:
    """Choose from the menu of the first question."""
    reader.find("#history li").first.hover()
    reader.find("#history .menu summary").first.click()
    reader.find(".menu[open]").get_by_role("button", name=name).click()


def test_questions_are_in_groups_by_their_day_and_repeated_ones_are_one(
    reader: Reader, house: PageHouse
) -> None:
    house.remember(12, apart=DAY, question="The same?")
    house.remember(1, question="The same?", id="exec_again", root_id="exec_again")
    reader.open()
    expect(reader.find("#history h2").first).to_have_text("Today")
    titles = reader.find("#history h2").all_inner_texts()
    assert titles[:3] == ["Today", "Yesterday", "Last 7 days"]
    assert titles[-1].split()[-1].isdigit()
    expect(reader.find("#history .count")).to_have_text("2")


def test_a_failed_question_has_a_mark(reader: Reader, house: PageHouse) -> None:
    house.remember(2, status="failed")
    reader.open()
    expect(reader.find("#history [aria-label=failed]")).to_have_count(1)


def test_searching_asks_the_server(reader: Reader, house: PageHouse) -> None:
    house.remember(30)
    reader.open()
    reader.page.get_by_label("Search questions").fill("question 17")
    expect(reader.find("#history a")).to_have_count(1)
    reader.page.get_by_label("Search questions").fill("nothing like it")
    expect(reader.find("#history")).to_contain_text("Nothing found.")


def test_older_questions_are_those_that_were_searched_for(reader: Reader, house: PageHouse) -> None:
    house.remember(160)
    reader.open()
    expect(reader.find("#history")).to_contain_text("Earlier question 22?")
    reader.page.get_by_label("Search questions").fill("question 1")
    expect(reader.find("#history")).not_to_contain_text("Earlier question 22?")
    expect(reader.find("#history a")).to_have_count(50)
    reader.button("Older questions").click()
    with_a_one = [number for number in range(160) if "1" in str(number)]
    expect(reader.find("#history a")).to_have_count(len(with_a_one))
    expect(reader.find("#history")).not_to_contain_text("Earlier question 22?")


def test_a_change_that_the_server_refuses_is_told(reader: Reader, house: PageHouse) -> None:
    reader.tolerate("status of 404")
    house.remember(1)
    reader.open()
    expect(reader.find("#history a")).to_have_count(1)
    house.http.delete("/executions/exec_1").raise_for_status()
    menu(reader, "Pin")
    expect(reader.find("#ask-problem")).to_contain_text("That did not work: ")
    expect(reader.find("#ask-problem")).to_contain_text("exec_1")


def test_a_question_is_renamed_and_pinned(reader: Reader, house: PageHouse) -> None:
    house.remember(3)
    reader.open()
    menu(reader, "Rename")
    reader.page.keyboard.type("My own name")
    reader.page.keyboard.press("Enter")
    expect(reader.find("#history a").first).to_contain_text("My own name")
    assert house.find("exec_1")["title"] == "My own name"
    menu(reader, "Pin")
    expect(reader.find("#history h2").first).to_have_text("Pinned")
    assert house.find("exec_1")["is_pinned"]


def test_a_deleted_question_can_be_brought_back_for_ten_seconds(reader: Reader, house: PageHouse) -> None:
    house.remember(3)
    reader.open()
    menu(reader, "Delete")
    expect(reader.find("#history a")).to_have_count(2)
    assert [each["execution_id"] for each in house.executions()] == ["exec_2", "exec_3"]
    reader.button("Undo").click()
    expect(reader.find("#history a")).to_have_count(3)
    assert len(house.executions()) == 3


def test_follow_ups_are_one_conversation(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    reader.button("Make it 240 days").click()
    expect(reader.find("#question-text")).to_have_value("Make it 240 days")
    assert len(house.executions()) == 1
    reader.find("#question-text").press("Enter")
    expect(reader.find("h1:visible")).to_have_text("Make it 240 days")
    reader.wait_for("result")
    expect(reader.find("#thread a")).to_have_count(1)
    assert house.latest()["parameters"]["values"]["days"] == 240
    assert len({execution["session_id"] for execution in house.executions()}) == 1
    reader.find("#thread summary").click()
    expect(reader.find("#thread a")).to_have_text(QUESTION)
    reader.find("#thread a").click()
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    reader.button("New question").click()
    reader.ask("How volatile was KO over the last 60 trading days?")
    assert len({execution["session_id"] for execution in house.executions()}) == 2


@pytest.mark.parametrize("is_right", [True, False])
def test_feedback_is_kept_with_the_run(reader: Reader, house: PageHouse, *, is_right: bool) -> None:
    reader.open().ask()
    reader.button("Yes" if is_right else "No").click()
    reader.find(".feedback input").fill("The period is off by one.")
    reader.button("Send").click()
    expect(reader.find(".feedback")).to_contain_text("Thank you")
    kept = house.latest()
    assert kept["trust"] == ("confirmed" if is_right else "withdrawn")
    assert kept["feedback"] == "The period is off by one."


def test_500_questions_scroll_without_a_long_task(reader: Reader, house: PageHouse) -> None:
    house.remember(500)
    reader.open()
    for page in range(1, 10):
        reader.button("Older questions").click()
        expect(reader.find("#history a")).to_have_count(50 * (page + 1))
    reader.page.evaluate("window.probe.longTasks = []")
    reader.find("#rail").evaluate(
        "(rail) => { for (let at = 0; at < 20000; at += 500) rail.scrollTop = at; }"
    )
    assert reader.find("#rail").evaluate("(rail) => rail.scrollTop") > 5000
    assert max(reader.page.evaluate("window.probe.longTasks"), default=0) < 200
