"""The stubs of our servers and of other people's compile and type-check, and say what a model needs."""

import ast
import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

from api_server.signatures import render_module, render_stub, render_stubs
from schemas.tools import Tool
from tests.doubles.tool_catalogues import OTHERS, OURS, make_catalogue, read_catalogue

PYREFLY = Path(sysconfig.get_path("scripts")) / "pyrefly"
SERVERS = [*OURS, *OTHERS]
HEAD = "from typing import Any, Literal, TypedDict\n\n"


def complaints(folder: Path) -> list[str]:
    """What the type checker says of the files in `folder`."""
    (folder / "pyrefly.toml").write_text('search-path = ["."]\nskip-interpreter-query = true\n')
    files = [file.name for file in folder.glob("*.py*") if file.name != "pyrefly.toml"]
    command = [str(PYREFLY), "check", "--config", "pyrefly.toml", "--output-format", "json", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [
        f"{each['path']}:{each['line']}: {each['description']}" for each in json.loads(done.stdout)["errors"]
    ]


def test_there_are_five_servers_of_other_people() -> None:
    assert len(OTHERS) >= 5


def test_every_stub_of_every_server_type_checks_as_it_is_shown_and_as_the_checker_gets_it(
    tmp_path: Path,
) -> None:
    for server in SERVERS:
        tools = read_catalogue(server).tools
        (tmp_path / f"shown_{server}.py").write_text(HEAD + render_stubs(tools), "utf-8")
        (tmp_path / f"checked_{server}.pyi").write_text(render_module(tools), "utf-8")
    together = read_catalogue(*SERVERS).tools
    (tmp_path / "shown_together.py").write_text(HEAD + render_stubs(together), "utf-8")
    (tmp_path / "checked_together.pyi").write_text(render_module(together), "utf-8")
    assert complaints(tmp_path) == []
    (tmp_path / "wrong.py").write_text("x: int = 'no'\n")
    assert complaints(tmp_path) != []


@pytest.mark.parametrize("server", SERVERS)
def test_every_tool_is_a_function_with_a_result_type_where_the_server_gives_one(server: str) -> None:
    tools = read_catalogue(server).tools
    functions = {
        node.name: ast.unparse(node.returns)
        for node in ast.parse(render_stubs(tools)).body
        if isinstance(node, ast.FunctionDef) and node.returns
    }
    assert list(functions) == [tool.name for tool in tools]
    untyped = {tool.name for tool in tools if not tool.output_schema}
    assert {name for name, result in functions.items() if result == "Any"} == untyped


def test_a_type_that_several_tools_share_is_written_once() -> None:
    shown = render_stubs(read_catalogue("financial").tools)
    assert shown.count("class Metadata(") == 1
    assert "volatility` is annual, as a fraction" in render_stubs(read_catalogue("analytics").tools)


def record(**fields: str) -> dict[str, object]:
    return {
        "type": "object",
        "title": "Point",
        "properties": {name: {"type": kind} for name, kind in fields.items()},
    }


def test_different_records_of_one_title_have_two_names_and_the_same_ones_one(tmp_path: Path) -> None:
    outputs = [record(x="number"), record(y="string"), record(x="number")]
    tools = [
        Tool(name=f"tool_{place}", server="s", input_schema={"type": "object"}, output_schema=output)
        for place, output in enumerate(outputs)
    ]
    shown = render_stubs(make_catalogue(tools).tools)
    results = [line.rpartition(" -> ")[2] for line in shown.splitlines() if line.startswith("def ")]
    assert results == ["Point:", "Tool1Point:", "Point:"]


@pytest.mark.parametrize("title", ["list", "Any", "TypedDict", "call", "some_tool", "class", "", "Naïve-Ü"])
def test_no_title_takes_a_name_that_means_something_else(title: str, tmp_path: Path) -> None:
    output = {**record(x="number"), "title": title}
    tool = Tool(name="some_tool", server="s", input_schema={"type": "object"}, output_schema=output)
    (tmp_path / "shown.py").write_text(HEAD + render_stub(tool), "utf-8")
    (tmp_path / "module.pyi").write_text(render_module([tool]), "utf-8")
    assert complaints(tmp_path) == []


def test_words_of_a_tool_can_leave_neither_docstring_nor_comment_nor_fence() -> None:
    evil = 'x"""\n```\nimport os\u2028os.system("x")\r# \\'
    output = {"type": "object", "properties": {"a": {"type": "string", "description": evil}}}
    argument = {"a": {"type": "string", "description": evil, "pattern": evil}}
    tool = Tool(
        name="f",
        server="s",
        description=evil,
        input_schema={"type": "object", "properties": argument},
        output_schema=output,
    )
    stub = render_stub(tool)
    assert "```" not in stub
    assert [type(node) for node in ast.parse(stub).body] == [ast.ClassDef, ast.FunctionDef]
    function = ast.parse(stub).body[1]
    assert isinstance(function, ast.FunctionDef)
    assert [type(node) for node in function.body] == [ast.Expr, ast.Expr]


def test_bounds_and_choices_and_defaults_are_told() -> None:
    tool = next(
        tool for tool in read_catalogue("financial").tools if tool.name == "alpaca_market_stocks_bars"
    )
    stub = render_stub(tool)
    assert "limit: int = 100" in stub
    assert ">= 1; <= 10000" in stub
    assert "adjustment: Literal['raw', 'split', 'dividend', 'all'] = 'all'" in stub


def test_a_default_that_does_not_fit_its_own_schema_is_not_shown() -> None:
    argument = {"a": {"type": "integer", "default": "ten"}, "b": {"type": "array", "default": [1] * 99}}
    tool = Tool(name="f", server="s", input_schema={"type": "object", "properties": argument})
    assert "def f(a: int = ..., b: list[Any] = ...) -> Any:" in render_stub(tool)
