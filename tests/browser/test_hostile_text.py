"""T1 and T2: the headers hold, and whatever a model or a vendor wrote is shown literally."""

import pytest
from playwright.sync_api import expect

from schemas.errors import ErrorDetail
from schemas.execution import Outcome
from tests.browser.reader import Reader
from tests.doubles.page_house import Course, Problem, make_call, make_failure, make_report, make_result, row
from tests.doubles.page_server import PageServer

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
    """An answer with the hostile text wherever a text can stand."""
    result = make_result()
    result["description"] = f"Sentence {HOSTILE}"
    result["body"] = [
        row(f"key {HOSTILE}", f"value {HOSTILE}", f"what {HOSTILE}", unit=HOSTILE, format="text")
    ]
    result["charts"][0]["title"] = f"title {HOSTILE}"
    result["charts"][0]["series"][0]["name"] = f"series {HOSTILE}"
    call = make_call(
        f"tool_{HOSTILE}",
        arguments={f"argument {HOSTILE}": HOSTILE},
        success=False,
        error=ErrorDetail(code="x", message=f"problem {HOSTILE}"),
        metadata={"source": HOSTILE, "as_of": HOSTILE, "feed": HOSTILE},
    )
    return Course(
        report=make_report(
            result,
            calls=[call],
            warnings=[f"warning {HOSTILE}"],
            parameters={"symbols": [HOSTILE], "days": 9},
        ),
        explanation=EXPLANATION,
        script=f"# {HOSTILE}\nprint('''{HOSTILE}''')\n",
        values={"symbols": [HOSTILE], "days": 9},
        expanded=f"expanded {HOSTILE}",
        repairs=(f"repair {HOSTILE}",),
    )


def test_hostile_text_is_shown_as_it_is_wherever_it_stands(reader: Reader, house: PageServer) -> None:
    house.courses["Hostile"] = make_hostile_course()
    question = f"Hostile {HOSTILE}"
    reader.open().ask(question, until="partial")
    expect(reader.find("#sentence")).to_have_text(f"Sentence {HOSTILE}")
    expect(reader.find("h1:visible")).to_have_text(question)
    for text in ("key", "value", "what", "problem", "warning", "title", "series"):
        expect(reader.find("#answer")).to_contain_text(f"{text} {HOSTILE}")
    for tab, text in [
        ("Script", "print"),
        ("Sources", "argument"),
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
def test_hostile_errors_are_text_too(reader: Reader, house: PageServer, kind: str) -> None:
    reader.tolerate("status of 422")
    if kind == "problem":
        problem = Problem(422, "CANNOT_ANSWER", HOSTILE, {"missing": HOSTILE, "nearest_question": HOSTILE})
        house.courses["volatile"] = Course(problem=problem)
    else:
        house.courses["volatile"] = Course(
            report=make_failure(Outcome.RAISED, HOSTILE, HOSTILE, source=HOSTILE)
        )
    reader.open().ask(until="error")
    expect(reader.find("#answer")).to_contain_text("<img src=x onerror=")
    demand_text_only(reader)
