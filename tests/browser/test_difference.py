"""T11: what a re-run changed, and a failed one that changes nothing."""

import pytest
from playwright.sync_api import expect

from mcp_servers.financial.vendors.failures import VendorUnavailable
from tests.browser.reader import PREPARED, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import DIFFERING, PLAIN
from tests.doubles.page_writer import writes


@pytest.fixture
def rerun(reader: Reader, house: PageHouse) -> Reader:
    """A reader whose re-run changed two figures, added one and lost one."""
    house.courses["prepared"] = writes(DIFFERING)
    reader.open().ask(PREPARED)
    reader.find("#field-days").fill("250")
    reader.button("Re-run").click()
    reader.page.wait_for_url("**/runs/**")
    return reader


def test_changed_new_gone_and_unchanged_figures_are_told_apart(rerun: Reader) -> None:
    expect(rerun.find(".difference")).to_contain_text("2 of 6 figures changed. 1 new. days: 120 to 250")
    expect(rerun.find('[data-row="msft"]')).to_contain_text("was 31.00")
    expect(rerun.find('[data-row="beta"] .was')).to_have_text("new")
    expect(rerun.find('[data-row="aapl"] .was')).to_have_count(0)
    expect(rerun.find(".gone")).to_contain_text("last: was $231.44")
    expect(rerun.find(".tile.tinted")).to_have_count(3)


def test_where_the_answer_is_out_of_sight_the_form_says_what_changed(rerun: Reader) -> None:
    outcome = rerun.find(".outcome")
    expect(outcome).to_be_hidden()
    rerun.page.set_viewport_size({"width": 390, "height": 844})
    expect(outcome).to_contain_text("2 of 6 figures changed.")
    outcome.get_by_role("button").click()
    expect(rerun.find("#sentence")).to_be_in_viewport()
    assert rerun.focused == "sentence"


def test_changes_can_be_hidden_and_shown_again(rerun: Reader) -> None:
    rerun.button("Hide changes").click()
    expect(rerun.find(".tinted")).to_have_count(0)
    assert rerun.focused == "toggle-difference"
    rerun.button("Show changes").click()
    expect(rerun.find(".tile.tinted")).to_have_count(3)


def test_a_chart_can_show_the_run_before_as_a_dashed_line(rerun: Reader) -> None:
    expect(rerun.find(".line.previous")).to_have_count(0)
    rerun.button("Show previous run").click()
    expect(rerun.find(".line.previous")).to_have_count(2)
    expect(rerun.find(".line.previous").first).to_have_css("stroke-dasharray", "5px, 4px")
    expect(rerun.find(".legend")).to_contain_text("AAPL (previous run)")


def test_a_failed_run_keeps_the_answer_its_address_and_what_was_typed(
    reader: Reader, house: PageHouse
) -> None:
    house.courses["prepared"] = writes(PLAIN.replace("-1]", "-1] if days > 9 else closes[9]"))
    reader.open().ask(PREPARED)
    address = reader.path
    reader.find("#field-days").fill("6")
    reader.button("Re-run").click()
    expect(reader.find("#problem-title")).to_have_text("The script stopped with an error")
    expect(reader.find("#sentence")).to_contain_text("120 days")
    assert reader.path == address
    expect(reader.find("#field-days")).to_have_value("6")


def test_a_failed_run_with_the_same_parameters_leaves_no_word_of_changed_ones(
    reader: Reader, house: PageHouse
) -> None:
    reader.open().ask()
    house.market.problems["stock_bars"] = VendorUnavailable("the vendor did not answer", vendor="simulated")
    house.forget_market()
    reader.button("Re-run").click()
    expect(reader.find("#problem-title")).to_have_text("The data provider did not answer")
    reader.wait_for("result")
    expect(reader.find(".chip.stale:visible")).to_have_count(0)


def test_two_runs_are_compared_with_their_scripts(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(PLAIN)
    reader.open().ask(PREPARED)
    reader.tab("Script")
    reader.button("Edit").click()
    editor = reader.find(".editor textarea")
    editor.fill(editor.input_value().replace("days + 1", "days + 2"))
    reader.button("Run edited script").click()
    reader.page.wait_for_url("**/runs/**")
    assert "days + 2" in reader.sent("POST", "/execute")[0]["script"]
    expect(reader.find(".difference")).to_contain_text("The script changed.")
    expect(reader.find(".code-line.added")).to_contain_text("days + 2")
    expect(reader.find(".code-line.removed")).to_contain_text("days + 1")
    reader.tab("Runs")
    expect(reader.find(".run-list li")).to_have_count(2)
    expect(reader.find(".run-list li").first).to_contain_text("Edited script")
    reader.page.reload()
    reader.tab("Runs")
    expect(reader.find(".run-list input")).to_have_count(2)
    for box in reader.find(".run-list input").all():
        box.check()
    reader.button("Compare").click()
    expect(reader.find(".difference")).to_contain_text("None of 3 figures changed. The script changed.")


def test_an_edited_script_is_checked_before_it_runs(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    reader.tab("Script")
    reader.button("Edit").click()
    reader.find(".editor textarea").fill("import os\n\n\ndef analyze() -> dict:\n    return {}\n")
    expect(reader.find(".editor [role=status]")).to_have_text("Checked: 1 problem")
    expect(reader.find(".editor-numbers .marked")).to_have_text("1")
    reader.button("Run edited script").click()
    expect(reader.find(".findings")).to_contain_text("Line 1")
    expect(reader.find(".findings")).to_contain_text("os")
    assert reader.sent("POST", "/execute") == []
    assert house.scripts_run == 1


def test_a_run_that_the_provider_failed_can_use_the_recorded_data(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    house.market.problems["stock_bars"] = VendorUnavailable("the vendor did not answer", vendor="simulated")
    house.forget_market()
    reader.button("Re-run").click()
    expect(reader.find("#problem-title")).to_have_text("The data provider did not answer")
    reader.button("Use the data of 25 Nov 2026").click()
    reader.page.wait_for_url("**/runs/**")
    assert reader.sent("POST", "/rerun")[1]["data"] == "recorded"
    expect(reader.find(".difference")).to_contain_text("None of 8 figures changed.")
