"""The report on a script: score and reasons, findings with place and hint, calls, running time."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_policies.analyser import analyse, suggest
from sandbox_policies.policy import load_policy
from schemas.validation import Finding, ToolUse, ValidationReport

POLICY = load_policy()
GOOD = '''
from mcp_client import calculate_sma

def analyze(days: int = 20) -> dict:
    """Average.

    days: prices in one average, 2 to 500
    """
    return calculate_sma(prices=[1.0, 2.0], period=days)
'''


def check(source: str) -> ValidationReport:
    """The report under our own rules."""
    return analyse(source, POLICY)


def find_one(source: str) -> Finding:
    """The only finding on `source`."""
    (finding,) = check(source).errors
    return finding


def uses_in(source: str) -> list[ToolUse]:
    """The tool calls seen in `source`, which must be sound otherwise."""
    report = check(f"import mcp_client\n{source}\nresult = 1\n")
    assert report.valid, report.errors
    return report.tool_uses


def test_a_good_script_has_a_full_report() -> None:
    report = check(GOOD)
    assert report.valid
    assert (report.errors, report.warnings, report.security_reasons) == ([], [], [])
    assert report.security_score == 100
    assert report.mcp_calls == ["calculate_sma"]
    assert report.parameters["properties"]["days"]["maximum"] == 500
    assert report.estimated_runtime_ms > 0


@pytest.mark.parametrize(
    ("source", "code", "line", "column"),
    [
        ("import math\nimport os\nresult = 1", "IMPORT_REFUSED", 2, 1),
        ("from os import path\nresult = 1", "IMPORT_REFUSED", 1, 1),
        ("import left_pad\nresult = 1", "IMPORT_REFUSED", 1, 1),
        ("from . import x\nresult = 1", "IMPORT_REFUSED", 1, 1),
        ("x = 1\nresult = x.__class__", "ATTRIBUTE_REFUSED", 2, 10),
        ("import numpy as np\nresult = np.load('x')", "ATTRIBUTE_REFUSED", 2, 10),
        ("result = eval('1')", "BUILTIN_REFUSED", 1, 10),
        ("result = open('x')", "BUILTIN_REFUSED", 1, 10),
        ("__secret = 1\nresult = 1", "NAME_REFUSED", 1, 1),
        ("import pandas as pd\nresult = pd.read_csv('x')", "ARGUMENT_REFUSED", 2, 10),
        ("class A(metaclass=object): pass\nresult = 1", "STATEMENT_REFUSED", 1, 1),
        ("async def f(): pass\nresult = 1", "STATEMENT_REFUSED", 1, 1),
        ("def analyze(x: complex = 1): pass", "SIGNATURE", 1, 16),
        ("x = 1", "NO_RESULT", 1, 1),
        ("result = (1", "SYNTAX", 1, 10),
        ("return 1\nresult = 1", "SYNTAX", 1, 1),
    ],
)
def test_a_finding_has_code_place_and_hint(source: str, code: str, line: int, column: int) -> None:
    finding = find_one(source)
    assert (finding.code, finding.line, finding.column) == (code, line, column)
    assert finding.message
    assert finding.hint


def test_findings_come_in_the_order_of_the_text() -> None:
    report = check("result = eval('1')\nimport os\nx = ().__class__; y = open\n")
    assert [(error.line, error.column) for error in report.errors] == [(1, 10), (2, 1), (3, 5), (3, 23)]


@pytest.mark.parametrize(
    ("source", "score", "reasons"),
    [
        ("result = 1", 100, 0),
        ("import os\nresult = 1", 50, 1),
        ("result = eval('1')", 60, 1),
        ("result = open", 60, 1),
        ("__x = 1\nresult = 1", 70, 1),
        ("import os\nresult = eval('1')", 10, 2),
        ("import os, sys, socket\nresult = 1", 0, 3),
        ("result = 1\nwhile True: pass", 95, 1),
        ("x = 1", 100, 0),
    ],
)
def test_the_score_falls_with_reasons_and_never_below_zero(source: str, score: int, reasons: int) -> None:
    report = check(source)
    assert report.security_score == score
    assert len(report.security_reasons) == reasons
    assert all(reason.startswith("-") for reason in report.security_reasons)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True:\n    x = 1\nresult = 1", "the loop at line 1 has no end"),
        ("while 1:\n    pass\nresult = 1", "the loop at line 1 has no end"),
        (
            "result = [a for a in [1] for b in [1]]\nfor i in []:\n  for j in []:\n    for k in []: pass",
            "3 deep",
        ),
    ],
)
def test_a_loop_that_may_take_long_is_a_warning_and_no_error(source: str, said: str) -> None:
    report = check(source)
    assert report.valid
    assert any(said in warning for warning in report.warnings)


@pytest.mark.parametrize(
    "source",
    [
        "while True:\n    break\nresult = 1",
        "def f():\n    while True:\n        return 1\nresult = f()",
        "n = 3\nwhile n:\n    n -= 1\nresult = 1",
        "for i in range(3):\n    for j in range(3): pass\nresult = 1",
    ],
)
def test_an_ordinary_loop_is_no_warning(source: str) -> None:
    assert check(source).warnings == []


def test_tool_calls_and_loops_make_the_estimate_grow() -> None:
    plain = check("result = 1").estimated_runtime_ms
    one = check("from mcp_client import tool\nresult = tool()").estimated_runtime_ms
    two = check("from mcp_client import tool\nresult = [tool(),\n tool()]").estimated_runtime_ms
    looped = check("from mcp_client import tool\nresult = [tool() for x in 'ab']").estimated_runtime_ms
    assert plain < one < two < looped


@pytest.mark.parametrize(
    ("source", "tool", "arguments", "positional", "is_complete"),
    [
        (
            "from mcp_client import bars\nbars(symbol='A', limit=3)",
            "bars",
            {"symbol": "A", "limit": 3},
            [],
            True,
        ),
        ("from mcp_client import bars as b\nb('A', limit=3)", "bars", {"limit": 3}, ["A"], True),
        ("from mcp_client import bars\nbars(name, limit=3)", "bars", {"limit": 3}, [], False),
        ("from mcp_client import bars\nbars(symbol=name, limit=3)", "bars", {"limit": 3}, [], False),
        ("from mcp_client import bars\nbars(**{'symbol': 'A'})", "bars", {}, [], False),
        ("mcp_client.bars(symbol='A')", "bars", {"symbol": "A"}, [], True),
        ("import mcp_client as m\nm.bars(symbol='A')", "bars", {"symbol": "A"}, [], True),
        ("mcp_client.call('bars', {'symbol': 'A'})", "bars", {"symbol": "A"}, [], True),
        ("mcp_client.call('bars')", "bars", {}, [], True),
        ("mcp_client.call('bars', {'symbol': name})", "bars", {}, [], False),
        ("mcp_client.call('bars', {**more, 'limit': 3})", "bars", {"limit": 3}, [], False),
        ("mcp_client.call('bars', arguments)", "bars", {}, [], False),
        ("mcp_client.call_many([('bars', {'symbol': 'A'})])", "bars", {"symbol": "A"}, [], True),
        ("mcp_client.call_many([('bars', {'symbol': s}) for s in names])", "bars", {}, [], False),
        ("mcp_client.bars(limit=1e999)", "bars", {}, [], False),
    ],
)
def test_a_tool_call_is_seen_with_its_literal_arguments(
    source: str, tool: str, arguments: dict[str, object], positional: list[object], is_complete: bool
) -> None:
    (use,) = uses_in(source)
    assert (use.tool, use.arguments, use.positional) == (tool, arguments, positional)
    assert use.is_complete == is_complete


def test_arguments_that_only_the_run_will_know_are_named() -> None:
    source = (
        "from mcp_client import bars, call\nbars(x, symbol=y, limit=3)\ncall('bars', {'symbol': y, z: 1})"
    )
    assert [(use.arguments, use.unread) for use in uses_in(source)] == [
        ({"limit": 3}, ["symbol"]),
        ({}, ["symbol"]),
    ]


def test_several_calls_are_listed_in_order_and_named_once() -> None:
    report = check(
        "from mcp_client import b, a, call_many\nresult = [b(), a(), b()]\n"
        "call_many([('c', {}), ('a', {})])\n"
    )
    assert [use.tool for use in report.tool_uses] == ["b", "a", "b", "c", "a"]
    assert report.mcp_calls == ["b", "a", "c"]


@pytest.mark.parametrize(
    "source",
    [
        "from mcp_client import step, Param, ToolError\nstep('reading')\nToolError('x')\nParam(ge=1)",
        "def bars(symbol): return symbol\nbars('A')",
        "mcp_client.call(name, {})",
        "other = {}\nother.get('bars')",
    ],
)
def test_what_is_no_tool_call_is_not_listed(source: str) -> None:
    assert uses_in(source) == []


def test_the_parameters_are_there_even_when_the_script_is_refused() -> None:
    report = check("import os\ndef analyze(days: int = 3): pass")
    assert not report.valid
    assert list(report.parameters["properties"]) == ["days"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x" * 200_001, "TOO_LARGE"),
        ("a=1\n" * 20_000, "TOO_LARGE"),
        ("(" * 300 + ")" * 300, "SYNTAX"),
        ("x = 1\0", "SYNTAX"),
        ("x = '\ud800'\nresult = 1", "SYNTAX"),
        ("result = " + "-" * 3_000 + "1", "SYNTAX"),
        ("result = a" + ".a" * 3_000, "SYNTAX"),
        ("result = " + "+".join(["1"] * 3_000), "SYNTAX"),
        ("def analyze(x: " + " | ".join(["int"] * 3_000) + " = 1): pass", "SYNTAX"),
        ("", "NO_RESULT"),
    ],
)
def test_a_text_that_is_too_much_is_a_finding(source: str, code: str) -> None:
    report = check(source)
    assert code in {error.code for error in report.errors}
    assert all(error.line >= 1 and error.column >= 1 for error in report.errors)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calculate_smaa", "calculate_sma"),
        ("CALCULATE", ""),
        ("bars", ""),
        ("calculate_sma", "calculate_sma"),
    ],
)
def test_a_suggestion_is_the_nearest_name_or_nothing(name: str, expected: str) -> None:
    assert suggest(name, ["calculate_sma", "validate"]) == expected


WORDS = """
def class return lambda if else for while in not and or is None True import from as with try except finally
yield await async match case type global del pass : ; , . ( ) [ ] { } = == += := -> * ** @ # ' \'\'\' \\ | ...
x _ __ analyze result Annotated Param Literal Optional Union date int float str list dict mcp_client call
call_many pd os 0 1 1e999 0x b'' f'{ } é
"""
TEXTS = st.lists(st.sampled_from([*WORDS.split(), " ", "\n", "\n    ", "\t", "\0"]), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_gets_a_report_that_fits_on_the_wire(source: str) -> None:
    report = check(source)
    assert report.valid == (not report.errors)
    assert ValidationReport.model_validate_json(orjson.dumps(report.model_dump(mode="json"))) == report
