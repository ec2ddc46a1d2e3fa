"""T16: what a reader takes away is complete, exact and harmless."""

import csv
import io
import json

import pytest
from playwright.sync_api import expect

from api_server.trust.export_file import read_export
from tests.browser.reader import PREPARED, QUESTION, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import answer_of, returning, row
from tests.doubles.page_writer import writes


def download(reader: Reader, name: str, place: int = 0) -> tuple[str, bytes]:
    """File name and content of what a button saves."""
    with reader.page.expect_download() as started:
        reader.button(name).nth(place).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def test_figures_are_rfc_4180_in_full_precision_and_no_cell_is_a_formula(
    reader: Reader, house: PageHouse
) -> None:
    rows = [
        row("plain", 0.123456789012345678, "a, b", format="percent"),
        row('quo"te', "=HYPERLINK(1)", "two\nlines"),
        *(row(f"{sign}cmd", -1.5) for sign in "+-@\t"),
        row("none", None, reason="too few closes"),
    ]
    house.courses["prepared"] = writes(returning(answer_of(*rows)))
    reader.open().ask(PREPARED)
    name, content = download(reader, "CSV")
    assert name.endswith(".csv")
    assert name[:4].isdigit()
    assert content.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert found[0] == ["key", "value", "unit", "format", "description", "reason"]
    assert found[1] == ["plain", "0.12345678901234568", "", "percent", "a, b", ""]
    assert found[2][:2] == ['quo"te', "'=HYPERLINK(1)"]
    assert found[2][4] == "two\nlines"
    assert [line[0] for line in found[3:-1]] == ["'+cmd", "'-cmd", "'@cmd", "'\tcmd"]
    assert all(line[1] == "-1.5" for line in found[3:-1])
    assert found[-1] == ["none", "", "", "", "", "too few closes"]


def test_json_holds_question_parameters_result_and_where_it_is_from(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    name, content = download(reader, "JSON")
    kept, stored = json.loads(content), house.latest()
    assert name.endswith(".json")
    assert kept["question"] == QUESTION
    assert kept["parameters"] == stored["parameters"]["values"]
    assert (kept["parameters"]["symbols"], kept["parameters"]["days"]) == (["AAPL", "MSFT"], 120)
    assert len(kept["result"]["body"]) == 8
    assert kept["result"] == stored["execution"]["result"]
    assert kept["provenance"][0]["metadata"]["source"] == "simulated"
    assert len(kept["provenance"]) == 3
    assert kept["script"] == stored["python_code"]


def test_the_script_and_the_recording_are_files_too(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    reader.tab("Script")
    name, content = download(reader, "Download .py")
    assert name.endswith("-what-was-the-maximum-drawdown-of-aapl-and-msft-o.py")
    assert content.decode() == house.latest()["python_code"]
    reader.tab("Sources")
    name, content = download(reader, "Save recording")
    assert name.endswith(".qna.json")
    kept, stored = read_export(content), house.latest()
    assert (kept.execution_id, kept.question) == (stored["execution_id"], QUESTION)
    assert len(kept.tape.calls) == 3


def test_the_data_of_a_chart_are_a_file(reader: Reader, house: PageHouse) -> None:
    reader.open().ask()
    name, content = download(reader, "Save chart data as CSV")
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    chart = house.latest()["execution"]["result"]["charts"][0]
    assert name.endswith("-drawdown-from-the-highest-close-so-far.csv")
    assert found[0] == ["Date", "MSFT", "AAPL"]
    assert [line[0] for line in found[1:]] == chart["series"][0]["x"]
    assert [float(line[1]) for line in found[1:]] == chart["series"][0]["y"]
    assert len(found) == 122


def test_a_copied_link_opens_the_stored_run_and_executes_nothing(reader: Reader, house: PageHouse) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open().ask()
    reader.button("Copy link").click()
    expect(reader.find("#announcer")).to_have_text("Copied")
    link = reader.page.evaluate("navigator.clipboard.readText()")
    reader.page.goto(link)
    reader.wait_for("result")
    expect(reader.find("#sentence")).to_have_text(house.sentence())
    assert (len(house.executions()), house.scripts_run) == (1, 1)


@pytest.mark.parametrize("hostile", ["../../etc/passwd", "<script>.html", 'a"b;c', "…"])
def test_a_hostile_sentence_is_no_file_name(reader: Reader, house: PageHouse, hostile: str) -> None:
    house.courses["prepared"] = writes(returning(answer_of(row("a", 1), description=hostile)))
    reader.open().ask(PREPARED)
    name, _ = download(reader, "CSV")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
