"""T1 and T2: the headers hold, and whatever a model or a vendor wrote is shown literally."""

import pytest
from playwright.sync_api import expect

from api_server.llm.provider import CannotAnswer
from mcp_servers.financial.vendors.failures import VendorUnavailable
from tests.browser.reader import PREPARED, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import answer_of, returning, row
from tests.doubles.page_writer import Course, writes

HOSTILE = (
    '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
    "<iframe src=//elsewhere.test></iframe>"
)
EXPLANATION = (
    f"# Head\n\n{HOSTILE}\n\n![x](https://elsewhere.test/x.png) "
    "[bad](javascript:window.owned=1) [good](https://elsewhere.test/)"
)


def demand_text_only(reader: Reader) -> None:
    """Nothing of the hostile text became an element, ran, or was asked for."""
    assert reader.page.evaluate("window.owned") is None
    assert reader.page.evaluate("document.querySelectorAll('img, iframe, object, embed, base').length") == 0
    assert reader.page.evaluate("document.querySelectorAll('body script').length") == 0
    assert not reader.page.evaluate(
        "[...document.querySelectorAll('a')].some((link) => !/^https?:/.test(link.href))"
    )


def test_a_script_that_gets_into_the_page_does_not_run(reader: Reader) -> None:
    reader.tolerate("policy|Content Security Policy|TrustedScript|Trusted")
    reader.open()
    caught = reader.probe("tryToInject")
    assert caught[:2] == ["TypeError", "TypeError"]
    reader.page.wait_for_timeout(50)
    assert reader.page.evaluate("window.owned") is None
    expect(reader.find("h1")).to_be_visible()


def make_hostile_course() -> Course:
    """A script that fails with the hostile text, and one that returns it wherever a text can stand."""
    broken = {"type": "line", "title": f"warning {HOSTILE}", "series": 1}
    line = {"name": f"series {HOSTILE}", "x": ["2024-01-02", "2024-01-03"], "y": [1.0, 2.0]}
    chart = {"type": "line", "title": f"title {HOSTILE}", "series": [line]}
    figure = row(f"key {HOSTILE}", f"value {HOSTILE}", f"what {HOSTILE}", unit=HOSTILE, format="text")
    result = answer_of(figure, description=f"Sentence {HOSTILE}", charts=[broken, chart])
    head = f"""# {HOSTILE}
from mcp_client import ToolError, alpaca_market_news, alpaca_market_stocks_bars


def analyze(symbols: list[str] = [{HOSTILE!r}], days: int = 9) -> dict:"""
    before = """alpaca_market_stocks_bars(symbol="AAPL", timeframe="1Day", limit=3)
    for asked in (["AAPL"], symbols):
        try:
            alpaca_market_news(symbols=asked)
        except ToolError as error:
            print(error)"""
    raising = f"def analyze() -> dict:\n    raise ValueError({f'repair {HOSTILE}'!r})\n"
    return Course((raising, returning(result, before, head)), explanation=EXPLANATION)


def test_hostile_text_is_shown_as_it_is_wherever_it_stands(reader: Reader, house: PageHouse) -> None:
    house.courses["Hostile"] = make_hostile_course()
    house.market.problems["news"] = VendorUnavailable(f"problem {HOSTILE}", vendor="simulated")
    house.market.label |= {"source": HOSTILE, "feed": HOSTILE}
    question = f"Hostile {HOSTILE}"
    reader.open().ask(question, until="partial")
    expect(reader.find("#sentence")).to_have_text(f"Sentence {HOSTILE}")
    expect(reader.find("h1:visible")).to_have_text(question)
    for text in ("key", "value", "what", "problem", "warning", "title", "series"):
        expect(reader.find("#answer")).to_contain_text(f"{text} {HOSTILE}")
    expect(reader.find("#steps")).to_contain_text("repair")
    expect(reader.find(".origin")).to_contain_text(f"Computed from {HOSTILE} data")
    for tab, text in [
        ("Script", HOSTILE),
        ("Sources", HOSTILE),
        ("Runs", "First run"),
        ("Parameters", HOSTILE),
    ]:
        reader.tab(tab)
        expect(reader.find(f"#panel-{tab.lower()}")).to_contain_text(text)
        demand_text_only(reader) if tab != "Script" else None
    expect(reader.find("#history")).to_contain_text(question)
    reader.tab("Script")
    links = reader.find("#panel-script a")
    expect(links).to_have_count(2)
    for link in links.all():
        assert link.get_attribute("href") in ("https://elsewhere.test/", "https://elsewhere.test/x.png")
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
        assert link.get_attribute("target") == "_blank"
    assert reader.page.evaluate("window.owned") is None


@pytest.mark.parametrize("kind", ["problem", "report"])
def test_hostile_errors_are_text_too(reader: Reader, house: PageHouse, kind: str) -> None:
    reader.tolerate("status of 422")
    raising = f"def analyze() -> dict:\n    raise ValueError({HOSTILE!r})\n"
    courses = {"problem": Course((CannotAnswer(HOSTILE, HOSTILE),)), "report": writes(raising, is_final=True)}
    house.courses["prepared"] = courses[kind]
    reader.open().ask(PREPARED, until="error")
    expect(reader.find("#answer")).to_contain_text("<img src=x onerror=")
    demand_text_only(reader)
