"""T5: every state of the page, where the focus is in it, and what is spoken."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.reader import PREPARED, QUESTION, Reader
from tests.doubles.page_house import Hold, PageHouse
from tests.doubles.page_scripts import PLAIN, answer_of, returning, row
from tests.doubles.page_writer import writes

MUTED = "rgb(86, 96, 114)"
OTHER = "What was the maximum drawdown of KO in 2019?"
COMPUTES_LONG = PLAIN.replace(
    'step("comparing")', 'step("comparing")\n    total = sum(place % 7 for place in range(40_000_000))'
)


def test_an_empty_page_has_its_promise_six_examples_and_the_focus_in_the_ask_box(reader: Reader) -> None:
    reader.open()
    reader.wait_for("empty")
    expect(reader.find("h1")).to_have_text("Ask about prices, companies or a portfolio")
    expect(reader.find(".example")).to_have_count(6)
    assert reader.focused == "question-text"
    assert reader.page.title() == "qna-ai"


@pytest.mark.parametrize("place", range(6))
def test_each_example_asks_itself_and_is_answered(reader: Reader, place: int) -> None:
    reader.open()
    example = reader.find(".example").nth(place)
    question = example.locator("span").nth(1).inner_text()
    example.click()
    reader.wait_for("result")
    expect(reader.find("h1:visible")).to_have_text(question)


def test_the_ask_box_grows_with_the_question_up_to_a_third_of_the_window(reader: Reader) -> None:
    box = reader.open().find("#question-text")
    heights = []
    for question in ("How did KO do?", "How did KO do\nin 2008\nand in 2009?", "How did KO do?\n" * 60):
        box.fill(question)
        heights.append(box.evaluate("box => box.offsetHeight"))
    window_height = reader.page.evaluate("innerHeight")
    assert heights[0] < heights[1] < heights[2] <= window_height / 3


def test_typing_offers_earlier_questions_and_keeps_the_focus(reader: Reader, house: PageHouse) -> None:
    for symbol in ("KO", "GE", "JPM"):
        house.ask(f"What was the maximum drawdown of {symbol} in 2019?")
    house.wait_for_index()
    reader.open()
    reader.find("#question-text").press_sequentially("What was the maximum drawdown")
    reader.wait_for("typing")
    expect(reader.find("#similar li")).to_have_count(3)
    expect(reader.find("#announcer")).to_have_text("3 similar questions")
    assert reader.focused == "question-text"
    reader.page.keyboard.press("Escape")
    expect(reader.find("#similar")).to_be_hidden()


@pytest.mark.parametrize(
    ("where", "state", "now"),
    [
        (Hold.UNDERSTANDING, "expanding", "Checking the question"),
        (Hold.WRITING, "generating", "Writing the script"),
        (Hold.AMID_WRITING, "generating", "8 lines"),
        (Hold.CHECKING, "validating", "Checking the script"),
        (Hold.MARKET, "running", "Running the script"),
        (Hold.MARKET, "running", "Fetching stocks multi bars, 1 of 1"),
    ],
)
def test_each_stage_is_shown_while_it_lasts(
    reader: Reader, house: PageHouse, where: Hold, state: str, now: str
) -> None:
    house.courses["prepared"] = writes(PLAIN)
    house.hold(where)
    reader.open().ask(PREPARED, until=state)
    expect(reader.find("#steps")).to_contain_text(now)
    expect(reader.button("Stop")).to_be_visible()
    expect(reader.find("h1:visible")).to_have_text(PREPARED)
    assert reader.focused.startswith("H1")
    assert reader.page.title() == f"Running: {PREPARED}"
    house.let_go()
    reader.wait_for("result")


def test_a_script_that_computes_says_what(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(COMPUTES_LONG)
    reader.open().ask(PREPARED, until="running")
    expect(reader.find("#steps")).to_contain_text("Computing: comparing")
    reader.wait_for("result")


def test_steps_are_spoken_but_at_most_every_two_seconds(reader: Reader, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    reader.open()
    reader.probe("listen")
    reader.ask(until="running")
    expect(reader.find("#announcer")).to_have_text("Fetching stocks multi bars, 1 of 1")
    house.let_go()
    reader.wait_for("result")
    expect(reader.find("#announcer")).to_have_text(house.sentence())
    said = reader.page.evaluate("window.probe.said")
    assert all(later[0] - earlier[0] > 1900 for earlier, later in pairwise(said)), said


def test_a_repaired_script_says_what_was_repaired(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes("import os\n\n\ndef analyze() -> dict:\n    return {}\n", PLAIN)
    reader.open().ask(PREPARED)
    reader.find(".folded > summary").click()
    expect(reader.find("#steps")).to_contain_text("Repaired 1 problem")
    reader.find("#steps details details summary").click()
    expect(reader.find("#steps pre")).to_contain_text("line 1")
    expect(reader.find("#steps pre")).to_have_text(house.latest()["attempts"][0]["problem"])


def test_a_result_has_sentence_figures_chart_and_a_line_of_what_it_took(
    reader: Reader, house: PageHouse
) -> None:
    reader.open().ask()
    expect(reader.find("#sentence")).to_have_text(house.sentence())
    expect(reader.find(".tile")).to_have_count(8)
    expect(reader.find("price-chart svg.plot")).to_be_visible()
    stages = house.latest()["metadata"]["stages"]
    milliseconds = round(sum(stage["duration_ms"] for stage in stages))
    expect(reader.find(".folded > summary")).to_have_text(f"Answered in {milliseconds}\u00a0ms, 3 data calls")
    expect(reader.find(".origin")).to_have_text(
        "Computed from simulated data as of 25 Nov 2026. Not investment advice."
    )
    assert reader.page.title() == f"Answer: {QUESTION}"
    reader.button("Re-run").click()
    reader.page.wait_for_url("**/runs/**")
    expect(reader.find(".folded > summary")).to_have_text(re.compile(r", 3 data calls, 3 from cache$"))


def test_the_answer_takes_the_focus_only_from_the_ask_box_or_the_page(
    reader: Reader, house: PageHouse
) -> None:
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    reader.find("#question-text").focus()
    house.let_go()
    reader.wait_for("result")
    assert reader.focused == "sentence"
    house.hold(Hold.MARKET)
    reader.ask(OTHER, until="running")
    reader.button("New question").focus()
    house.let_go()
    reader.wait_for("result")
    assert reader.focused == "new-question"


def test_figures_are_written_for_the_eye_and_for_the_ear(reader: Reader, house: PageHouse) -> None:
    rows = [
        row("change", -0.281, "from first to last close", format="percent", is_change=True),
        row("last", 231.44, "adjusted close", format="currency", unit="USD"),
        row("as_of", "2026-11-20", "last close", format="date"),
        row("year", 2026, "of the last cut", format="text"),
    ]
    house.courses["prepared"] = writes(returning(answer_of(*rows)))
    reader.open().ask(PREPARED)
    change = reader.find('[data-row="change"] .figure')
    expect(change).to_have_class(re.compile("down"))
    expect(change.locator("[aria-hidden]")).to_have_text("▼ -28.10\u00a0%")
    expect(change.locator(".unseen")).to_have_text("down 28.10 percent")
    expect(reader.find('[data-row="last"] [aria-hidden]')).to_have_text("$231.44")
    expect(reader.find('[data-row="as_of"] [aria-hidden]')).to_have_text("20 Nov 2026")
    expect(reader.find('[data-row="year"] [aria-hidden]')).to_have_text("2026")


def test_a_figure_without_a_value_says_why(reader: Reader) -> None:
    reader.open().ask("How did AAPL perform over the last 120 trading days?")
    yearly = reader.find('[data-row="cagr"]')
    expect(yearly).to_contain_text("no data")
    expect(yearly).to_contain_text("the period is shorter than one year")
    expect(reader.find('[data-row="total_return"] .what')).to_have_count(1)


def test_many_figures_are_a_table_that_sorts_filters_and_turns_pages(
    reader: Reader, house: PageHouse
) -> None:
    body = [row(f"S{number:03}", (number * 37) % 150, "made up", format="integer") for number in range(150)]
    house.courses["prepared"] = writes(returning(answer_of(*body)))
    reader.open().ask(PREPARED)
    expect(reader.find(".figure-table tbody tr")).to_have_count(100)
    reader.button(re.compile("^Value")).click()
    expect(reader.find("th.number")).to_have_attribute("aria-sort", "ascending")
    expect(reader.find(".figure-table tbody tr").first).to_have_attribute("data-row", "s000")
    reader.button(re.compile("^Value")).click()
    expect(reader.find("th.number")).to_have_attribute("aria-sort", "descending")
    expect(reader.find(".figure-table tbody .figure [aria-hidden]").first).to_have_text("149")
    reader.button("Next").click()
    expect(reader.find(".figure-table tbody tr")).to_have_count(50)
    reader.page.get_by_label("Filter figures").fill("s01")
    expect(reader.find(".figure-table tbody tr")).to_have_count(10)


def test_a_table_is_filtered_by_why_there_is_no_value(reader: Reader, house: PageHouse) -> None:
    body = [row(f"S{number:02}", number, "made up") for number in range(20)]
    none = row("none", None, "made up", reason="too few closes")
    house.courses["prepared"] = writes(returning(answer_of(*body, none)))
    reader.open().ask(PREPARED)
    reader.page.get_by_label("Filter figures").fill("few closes")
    expect(reader.find(".figure-table tbody tr")).to_have_count(1)
    expect(reader.find(".figure-table tbody td.muted")).to_have_text("too few closes; made up")


def test_stopping_leaves_the_focus_where_stop_was(reader: Reader, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    reader.open().ask(until="running")
    with reader.page.expect_response("**/cancel"):
        reader.button("Stop").click()
    reader.wait_for("stopped")
    assert reader.focused == "ask-again"
    expect(reader.find("#steps")).to_contain_text(re.compile(r"Stopped after \d"))
    expect(reader.find(".step")).not_to_have_count(0)
    assert reader.sent("POST", "/cancel") == [{}]


def test_while_a_script_runs_again_the_old_answer_stays_dimmed(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    house.hold(Hold.MARKET)
    reader.button("Re-run").click()
    reader.wait_for("rerunning")
    expect(reader.find("#answer")).to_have_attribute("aria-busy", "true")
    expect(reader.find("#sentence")).to_have_css("color", MUTED)
    expect(reader.find(".line.series-1")).to_have_css("opacity", "0.6")
    expect(reader.find("#sentence")).to_be_visible()
    assert reader.focused == "rerun"
    expect(reader.find("#steps .calls li")).to_have_count(1)
    expect(reader.find("#steps")).not_to_contain_text("Wrote")
    house.let_go()
    reader.wait_for("result")
    expect(reader.find("#answer")).to_have_attribute("aria-busy", "false")


def test_changed_parameters_make_the_answer_stale_until_they_are_reset(reader: Reader) -> None:
    reader.open().ask()
    reader.find("#field-days").fill("250")
    reader.wait_for("stale")
    expect(reader.find(".chip.stale:visible")).to_have_count(2)
    reader.button("Reset").click()
    reader.wait_for("result")
    expect(reader.find(".chip.stale:visible")).to_have_count(0)


def test_events_of_an_unknown_kind_change_nothing(reader: Reader, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    reader.open()
    reader.probe("hearTheFuture")
    reader.ask(until="running")
    expect(reader.find("#steps .calls li")).to_have_count(1)
    house.let_go()
    reader.wait_for("result")
    expect(reader.find("#steps .calls li")).to_have_count(3)
