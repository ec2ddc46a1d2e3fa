"""T16: what a reader takes away is complete, exact and harmless."""

import csv
import io
import json

import pytest
from playwright.sync_api import expect

from tests.browser.reader import QUESTION, Reader
from tests.doubles.page_house import SCRIPT, Course, make_report, make_result, row
from tests.doubles.page_server import PageServer


def download(reader: Reader, name: str, place: int = 0) -> tuple[str, bytes]:
    """File name and content of what a button saves."""
    with reader.page.expect_download() as started:
        reader.button(name).nth(place).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def test_figures_are_rfc_4180_in_full_precision_and_no_cell_is_a_formula(
    reader: Reader, house: PageServer
) -> None:
    rows = [
        row("plain", 0.123456789012345678, "a, b", format="percent"),
        row('quo"te', "=HYPERLINK(1)", "two\nlines"),
        *(row(f"{sign}cmd", -1.5) for sign in "+-@\t"),
    ]
    house.courses["volatile"] = Course(report=make_report({**make_result(), "body": rows}))
    reader.open().ask()
    name, content = download(reader, "CSV")
    assert name.endswith(".csv")
    assert name[:4].isdigit()
    assert content.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert found[0] == ["key", "value", "unit", "format", "description"]
    assert found[1] == ["plain", "0.12345678901234568", "", "percent", "a, b"]
    assert found[2][:2] == ['quo"te', "'=HYPERLINK(1)"]
    assert found[2][4] == "two\nlines"
    assert [line[0] for line in found[3:]] == ["'+cmd", "'-cmd", "'@cmd", "'\tcmd"]
    assert all(line[1] == "-1.5" for line in found[3:])


def test_json_holds_question_parameters_result_and_where_it_is_from(reader: Reader) -> None:
    reader.open().ask()
    name, content = download(reader, "JSON")
    kept = json.loads(content)
    assert name.endswith(".json")
    assert kept["question"] == QUESTION
    assert kept["parameters"] == {"symbols": ["AAPL", "MSFT"], "days": 120}
    assert kept["result"]["body"] == make_result()["body"]
    assert kept["provenance"][0]["metadata"]["source"] == "simulated"
    assert kept["script"] == SCRIPT


def test_the_script_and_the_recording_are_files_too(reader: Reader) -> None:
    reader.open().ask()
    reader.tab("Script")
    name, content = download(reader, "Download .py")
    assert name.endswith("-how-volatile-were-aapl-and-msft-over-120-days.py")
    assert content.decode() == SCRIPT
    reader.tab("Sources")
    name, content = download(reader, "Save recording")
    assert name.endswith(".qna.json")
    assert json.loads(content)["format"] == 1


def test_the_data_of_a_chart_are_a_file(reader: Reader) -> None:
    reader.open().ask()
    name, content = download(reader, "Save chart data as CSV")
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert name.endswith("-closes.csv")
    assert found[0] == ["Date", "AAPL", "MSFT"]
    assert found[1][0] == "2024-01-02"
    assert len(found) == 251


def test_a_copied_link_opens_the_stored_run_and_executes_nothing(reader: Reader, house: PageServer) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open().ask()
    reader.button("Copy link").click()
    expect(reader.find("#announcer")).to_have_text("Copied")
    link = reader.page.evaluate("navigator.clipboard.readText()")
    reader.page.goto(link)
    reader.wait_for("result")
    assert house.runs_started == 1


@pytest.mark.parametrize("hostile", ["../../etc/passwd", "<script>.html", 'a"b;c', "…"])
def test_a_hostile_sentence_is_no_file_name(reader: Reader, house: PageServer, hostile: str) -> None:
    house.courses["volatile"] = Course(report=make_report({**make_result(), "description": hostile}))
    reader.open().ask()
    name, _ = download(reader, "CSV")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
