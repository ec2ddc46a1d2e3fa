"""Sources, script and what stands behind a figure."""

from playwright.sync_api import expect

from tests.browser.reader import PREPARED, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import PLAIN
from tests.doubles.page_writer import MODEL, writes


def test_sources_name_provider_time_calls_and_cost(reader: Reader) -> None:
    reader.open().ask()
    reader.tab("Sources")
    panel = reader.find("#panel-sources")
    for text in ("simulated", "25 Nov 2026", "yes, from a simulated market", "seed 1", "USD", "121"):
        expect(panel.locator(".facts").first).to_contain_text(text)
    expect(panel.locator(".call")).to_have_count(3)
    expect(panel.locator(".call").first).to_contain_text("limit = 121")
    expect(panel.locator(".call").first).not_to_contain_text("from cache")
    expect(panel.locator(".facts").last).to_contain_text("library")
    reader.tab("Parameters")
    reader.button("Re-run").click()
    reader.page.wait_for_url("**/runs/**")
    reader.tab("Sources")
    expect(panel.locator(".call").nth(1)).to_contain_text("from cache")


def test_a_line_leads_to_its_call_and_back(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(PLAIN)
    reader.open().ask(PREPARED)
    reader.tab("Script")
    reader.button("Line 11 makes data call 1; show it").click()
    expect(reader.find('[data-call="0"]')).to_have_class("call found")
    reader.find('[data-call="0"]').get_by_role("button", name="Line 11").click()
    expect(reader.find('[data-line="11"]')).to_be_in_viewport()


def test_a_figure_shows_the_calls_it_depends_on(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(PLAIN)
    reader.open().ask(PREPARED)
    reader.find('[data-row="MSFT"] .source-link').click()
    expect(reader.find(".provenance")).to_contain_text("“MSFT” depends on 1 data call")
    expect(reader.find(".provenance")).to_contain_text("1 % more there moves it by 1.00 %")
    expect(reader.find('[data-call="0"]')).to_have_class("call found")
    reader.find('[data-row="days"] .source-link').click()
    expect(reader.find(".provenance")).to_contain_text("“days” is not from data")


def test_figures_of_a_recipe_have_their_sources_too(reader: Reader) -> None:
    reader.open().ask()
    reader.find('[data-row="MSFT"] .source-link').click()
    expect(reader.find(".provenance")).to_contain_text("“MSFT maximum drawdown” depends on")


def test_a_replay_is_identical_or_says_where_it_diverged(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(PLAIN)
    reader.open().ask(PREPARED)
    reader.tab("Sources")
    reader.button("Replay").click()
    expect(reader.find(".replay [role=status]")).to_contain_text("Identical")
    house.falsify_recording(("body", 0, "value"), 0.31, {"numpy": "1.26.4"})
    reader.button("Replay").click()
    status = reader.find(".replay [role=status]")
    expect(status).to_contain_text("Diverged at body[0].value: the result differs at body[0].value")
    expect(status).to_contain_text("numpy was 1.26.4, is ")


def test_the_script_has_numbers_colours_and_its_explanation(reader: Reader, house: PageHouse) -> None:
    house.courses["prepared"] = writes(PLAIN)
    reader.open().ask(PREPARED)
    reader.tab("Script")
    expect(reader.find(".code-line")).to_have_count(PLAIN.count("\n"))
    expect(reader.find(".token-keyword").first).to_have_text("from")
    expect(reader.find(".token-comment")).to_have_text("# one request for all symbols")
    expect(reader.find(".explanation strong")).to_have_text("closes")
    expect(reader.find(".checked")).to_contain_text("Checked: 0 problems")
    expect(reader.find("#panel-script")).not_to_contain_text("null")
    reader.tab("Sources")
    expect(reader.find("#panel-sources .facts").last).to_contain_text(MODEL)
    reader.tab("Script")
    reader.button("Wrap").click()
    expect(reader.button("Wrap")).to_have_attribute("aria-pressed", "false")


def test_the_details_can_be_widened_by_key_and_stay_so(reader: Reader) -> None:
    reader.open().ask()
    width = "document.getElementById('bench').offsetWidth"
    before = reader.page.evaluate(width)
    reader.find(".edge").focus()
    reader.page.keyboard.press("ArrowLeft")
    assert reader.page.evaluate(width) == before + 24
    reader.page.reload()
    reader.wait_for("result")
    assert reader.page.evaluate(width) == before + 24
