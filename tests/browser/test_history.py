"""T19: earlier questions are found, renamed, pinned, deleted and brought back; a conversation is one."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import Course, Execution, make_report, make_result
from tests.doubles.page_server import PageServer


def fill(house: PageServer, count: int, days_apart: float = 0.001) -> None:
    """Questions that were answered before today."""
    now = datetime.now(UTC)
    for number in range(count):
        execution = Execution(
            f"exec_{number:04}",
            f"Earlier question {number}?",
            f"sess_{number}",
            Course(),
            f"exec_{number:04}",
        )
        execution.report, execution.status = make_report(make_result()), "success"
        execution.created_at = now - timedelta(days=number * days_apart)
        house.executions[execution.id] = execution


def menu(reader: Reader, name: str) -> None:
    """Choose from the menu of the first question."""
    reader.find("#history li").first.hover()
    reader.find("#history .menu summary").first.click()
    reader.find(".menu[open]").get_by_role("button", name=name).click()


def test_questions_are_in_groups_by_their_day_and_repeated_ones_are_one(
    reader: Reader, house: PageServer
) -> None:
    fill(house, 12, days_apart=1)
    for number in (0, 1):
        house.executions[f"exec_000{number}"].question = "The same?"
    house.executions["exec_0001"].created_at = datetime.now(UTC)
    reader.open()
    expect(reader.find("#history h2").first).to_have_text("Today")
    titles = reader.find("#history h2").all_inner_texts()
    assert titles[:2] == ["Today", "Last 7 days"]
    assert titles[-1].split()[-1].isdigit()
    expect(reader.find("#history .count")).to_have_text("2")


def test_a_failed_question_has_a_mark(reader: Reader, house: PageServer) -> None:
    fill(house, 2)
    house.executions["exec_0000"].status = "failed"
    reader.open()
    expect(reader.find("#history [aria-label=failed]")).to_have_count(1)


def test_searching_asks_the_server(reader: Reader, house: PageServer) -> None:
    fill(house, 30)
    reader.open()
    reader.page.get_by_label("Search questions").fill("question 17")
    expect(reader.find("#history a")).to_have_count(1)
    reader.page.get_by_label("Search questions").fill("nothing like it")
    expect(reader.find("#history")).to_contain_text("Nothing found.")


def test_older_questions_are_those_that_were_searched_for(reader: Reader, house: PageServer) -> None:
    fill(house, 120)
    for number in range(60):
        house.executions[f"exec_{2 * number:04}"].question = f"Rare question {number}?"
    reader.open()
    reader.page.get_by_label("Search questions").fill("rare")
    expect(reader.find("#history a").last).to_contain_text("Rare")
    expect(reader.find("#history a")).to_have_count(50)
    reader.button("Older questions").click()
    expect(reader.find("#history a")).to_have_count(60)
    expect(reader.find("#history")).not_to_contain_text("Earlier")


def test_a_change_that_the_server_refuses_is_told(reader: Reader, house: PageServer) -> None:
    reader.tolerate("status of 503")
    fill(house, 1)
    refusal = {"error": {"code": "UNAVAILABLE", "message": "the database is away"}}
    reader.page.route(
        "**/executions/exec_0000", lambda route: route.fulfill(status=503, json=refusal), times=1
    )
    reader.open()
    menu(reader, "Pin")
    expect(reader.find("#ask-problem")).to_have_text("That did not work: the database is away")


def test_a_question_is_renamed_and_pinned(reader: Reader, house: PageServer) -> None:
    fill(house, 3)
    reader.open()
    menu(reader, "Rename")
    reader.page.keyboard.type("My own name")
    reader.page.keyboard.press("Enter")
    expect(reader.find("#history a").first).to_contain_text("My own name")
    assert house.executions["exec_0000"].title == "My own name"
    menu(reader, "Pin")
    expect(reader.find("#history h2").first).to_have_text("Pinned")
    assert house.executions["exec_0000"].is_pinned


def test_a_deleted_question_can_be_brought_back_for_ten_seconds(reader: Reader, house: PageServer) -> None:
    fill(house, 3)
    reader.open()
    menu(reader, "Delete")
    expect(reader.find("#history a")).to_have_count(2)
    assert house.executions["exec_0000"].is_deleted
    reader.button("Undo").click()
    expect(reader.find("#history a")).to_have_count(3)
    assert not house.executions["exec_0000"].is_deleted


def test_follow_ups_are_one_conversation(reader: Reader, house: PageServer) -> None:
    reader.open().ask()
    reader.button("Make it 240 days").click()
    expect(reader.find("#question-text")).to_have_value("Make it 240 days")
    assert len(house.executions) == 1
    reader.find("#question-text").press("Enter")
    expect(reader.find("#thread a")).to_have_count(1)
    sessions = {execution.session_id for execution in house.executions.values()}
    assert len(sessions) == 1
    reader.find("#thread summary").click()
    expect(reader.find("#thread a")).to_have_text(QUESTION)
    reader.find("#thread a").click()
    expect(reader.find("h1:visible")).to_have_text(QUESTION)
    reader.button("New question").click()
    reader.ask("Something else?")
    assert len({execution.session_id for execution in house.executions.values()}) == 2


@pytest.mark.parametrize("is_right", [True, False])
def test_feedback_is_kept_with_the_run(reader: Reader, house: PageServer, *, is_right: bool) -> None:
    reader.open().ask()
    reader.button("Yes" if is_right else "No").click()
    reader.find(".feedback input").fill("The period is off by one.")
    reader.button("Send").click()
    expect(reader.find(".feedback")).to_contain_text("Thank you")
    assert house.sent("POST", "/feedback") == [{"correct": is_right, "text": "The period is off by one."}]


def test_500_questions_scroll_without_a_long_task(reader: Reader, house: PageServer) -> None:
    fill(house, 500)
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
