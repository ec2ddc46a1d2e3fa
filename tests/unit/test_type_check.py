"""Scripts held against the types of the tools: what is wrong is found, what may be right is not."""

import asyncio
import stat
import textwrap
from pathlib import Path

import pytest

from api_server.type_check import SCRIPT_CHARACTERS_MAX, TypeChecker, check_types
from prompts.library import load_library
from schemas.tools import ToolCatalogue
from tests.doubles.tool_catalogues import OURS, read_catalogue

CATALOGUE = read_catalogue(*OURS)
IMPORTS = (
    "import mcp_client\nfrom mcp_client import alpaca_market_stocks_bars as bars, calculate_volatility\n"
)
CHECKER = TypeChecker()


async def findings(body: str) -> list[tuple[str, int]]:
    """Code and line of what is found in a script of these lines, after two lines of imports."""
    report = await CHECKER.check(IMPORTS + textwrap.dedent(body), CATALOGUE)
    assert report.checked, report.reason
    return [(finding.code, finding.line) for finding in report.findings]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("bars(symbol='KO', limit='30')", "TOOL_ARGUMENT"),
        ("bars(symbol='KO', timeframe='1d', limit=n)", "TOOL_ARGUMENT"),
        ("bars('KO', 'weekly')", "TOOL_ARGUMENT"),
        ("bars(symbol=['KO', 'PEP'])", "TOOL_ARGUMENT"),
        ("bars(limit=5)", "TOOL_ARGUMENT"),
        ("bars(symbol='KO', count=5)", "TOOL_ARGUMENT"),
        ("bars(symbol='KO', limit=n / 2)", "TOOL_ARGUMENT"),
        ("mcp_client.alpaca_market_stocks_multi_bars(symbols='KO')", "TOOL_ARGUMENT"),
        ("calculate_volatility(returns='abc')", "TOOL_ARGUMENT"),
        ("mcp_client.alpaca_market_stock_bars(symbol='KO')", "UNKNOWN_TOOL"),
        ("bars(symbol='KO')['bars']", "RESULT_FIELD"),
        ("bars(symbol='KO')['data']['closes']", "RESULT_FIELD"),
        ("bars(symbol='KO').data", "RESULT_FIELD"),
        ("calculate_volatility(returns=[0.1, 0.2])['annualised']", "RESULT_FIELD"),
        ("closes + 1", "UNKNOWN_NAME"),
    ],
)
async def test_what_is_wrong_about_a_tool_is_found_in_its_line(line: str, code: str) -> None:
    assert await findings(f"n = int('7')\n{line}\n") == [(code, 4)]


@pytest.mark.parametrize(
    "lines",
    [
        "frame = bars(symbol='KO', timeframe=str(n))",
        "request = {'timeframe': '1Day', 'limit': 3}\nbars(symbol='KO', **request)",
        "import datetime\nbars(symbol='KO', start=datetime.date(2024, 1, 2))",
        "numbers = [1, 2, 3]\ncalculate_volatility(returns=numbers)",
        "import pandas as pd\ncalculate_volatility(returns=pd.Series([1.0, 2.0]).pct_change().dropna())",
        "import pandas as pd\npd.DataFrame(bars(symbol='KO')['data']).set_index('timestamp').nothing_known",
        "bars(symbol='KO')['metadata']['as_of'][:10]",
        "column = str(n)\nbars(symbol='KO')['data'][column]",
        "import re\nre.match('a', 'b').group()",
        "def double(row: dict) -> dict:\n    return row\ndouble(bars(symbol='KO'))",
        "mcp_client.call('anything', {'a': 1})['b'].c",
        "mcp_client.call_many([('calculate_sma', {'prices': [1], 'period': 1})])[0]['latest']",
        "try:\n    bars('KO')\nexcept mcp_client.ToolError as error:\n    print(error.code, error.details)",
        "def half(x: int) -> float:\n    return x / 2\ncalculate_volatility(returns=[half('2')])",
        "wrong: int = 'not about a tool'",
    ],
)
async def test_what_may_be_right_is_let_be(lines: str) -> None:
    assert await findings(f"n = int('7')\n{lines}\n") == []


@pytest.mark.parametrize("name", [recipe.name for recipe in load_library().recipes])
async def test_nothing_is_found_in_a_recipe(name: str) -> None:
    report = await CHECKER.check(load_library().find(name).source, CATALOGUE)
    assert (report.findings, report.checked) == ((), True)


async def test_a_misspelt_tool_comes_with_the_right_one_and_a_wrong_argument_with_the_signature() -> None:
    script = (
        "from mcp_client import calculate_volatilty, calculate_sma\ncalculate_sma(prices=[1], period='x')\n"
    )
    misspelt, wrong = (await CHECKER.check(script, CATALOGUE)).findings
    assert misspelt.hint == "Write calculate_volatility."
    assert "def calculate_sma(period: int, prices: list[float]" in wrong.hint


async def test_places_are_counted_in_characters() -> None:
    script = "from mcp_client import calculate_sma\nx = 'größe'; calculate_sma(prices=[1], period='x')\n"
    (found,) = (await CHECKER.check(script, CATALOGUE)).findings
    assert (found.line, found.column) == (2, 47)


async def test_the_module_that_the_jail_has_as_a_global_is_no_unknown_name() -> None:
    report = await CHECKER.check("result = mcp_client.call('x', {})\n", CATALOGUE)
    assert (report.findings, report.checked) == ((), True)


async def test_a_script_that_cannot_be_parsed_or_is_too_long_is_not_checked() -> None:
    for script, reason in (("def f(:", "parsed"), ("x = 1\n" * SCRIPT_CHARACTERS_MAX, "long")):
        report = await check_types(script, CATALOGUE)
        assert not report.checked
        assert reason in report.reason


async def test_a_missing_checker_is_told_and_is_no_error(tmp_path: Path) -> None:
    report = await TypeChecker(program=tmp_path / "pyrefly").check("x = 1", CATALOGUE)
    assert (report.checked, report.reason) == (False, "the type checker is not installed")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("sleep 30", "TimeoutError"),
        ("echo nonsense", "JSONDecodeError"),
        ("yes", "ValueError"),
        ("echo '{}'", "KeyError"),
        ("exit 1", "JSONDecodeError"),
    ],
)
async def test_a_checker_that_fails_is_told_and_leaves_nothing_behind(
    program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "checker"
    stand_in.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin; {program}\n")
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IEXEC)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    report = await TypeChecker(program=stand_in, seconds_max=0.5).check("x = 1", CATALOGUE)
    assert not report.checked
    assert reason in report.reason
    assert list(folder.iterdir()) == []


async def test_several_scripts_are_checked_at_once_against_different_tools() -> None:
    nothing = ToolCatalogue(tools=[], servers=[], digest="none")
    script = "from mcp_client import calculate_sma\n"
    with_tools, without = await asyncio.gather(
        CHECKER.check(script, CATALOGUE), CHECKER.check(script, nothing)
    )
    assert with_tools.findings == ()
    assert [finding.code for finding in without.findings] == ["UNKNOWN_TOOL"]
