"""Tools as typed Python stubs: valid whatever the schema, in the order in which arguments are taken."""

import ast
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_server.signatures import render_stub
from schemas.names import parameter_names
from schemas.tools import Tool

KEYS = st.sampled_from(["from", "class", "a-b", "a.b", "52w-high", "_x", "größe", "plain", "a b", ""])
LEAVES = st.one_of(
    st.booleans(),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "integer", "number", "null", "object", "array"])}
    ),
    st.fixed_dictionaries(
        {"enum": st.lists(st.one_of(st.text(max_size=5), st.integers(), st.floats()), max_size=3)}
    ),
    st.fixed_dictionaries({"$ref": st.sampled_from(["#/$defs/Node", "#/$defs/Pair-1", "#/$defs/none", "#"])}),
)


def objects(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas that hold others."""
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": children}),
        st.fixed_dictionaries({"anyOf": st.lists(children, min_size=1, max_size=2)}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(KEYS, children, max_size=3)}
        ),
        st.fixed_dictionaries({"type": st.just("object"), "additionalProperties": children}),
    )


SCHEMAS = st.recursive(LEAVES, objects, max_leaves=6)
DEFINITIONS = {
    "Node": {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/Node"}, "all": {"$ref": "#/$defs/Pair-1"}},
    },
    "Pair-1": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/Pair-1"}, {"type": "string"}]}},
}


def tool(properties: Any, required: list[str] | None = None, **facts: Any) -> Tool:
    """A tool of these arguments."""
    schema = {"type": "object", "properties": properties, "required": required or [], "$defs": DEFINITIONS}
    return Tool(name="get_it", server="x", input_schema=schema, **facts)


def head(stub: str) -> str:
    """The line that defines the function."""
    return next(line for line in stub.splitlines() if line.startswith("def "))


@given(st.dictionaries(KEYS, SCHEMAS, max_size=4), SCHEMAS, st.text(max_size=30))
def test_every_stub_is_valid_python(properties: dict[str, Any], output: Any, words: str) -> None:
    answers = {**output, "$defs": DEFINITIONS} if isinstance(output, dict) else None
    made = tool(properties, list(properties)[:1], output_schema=answers, description=words)
    tree = ast.parse(render_stub(made))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    names = [argument.arg for argument in function.args.args]
    assert names == list(parameter_names(made.input_schema).values())


@pytest.mark.parametrize(
    ("properties", "required", "line"),
    [
        (
            {"a": {"type": "number"}, "b": {"type": "string"}},
            ["b"],
            "def get_it(b: str, a: float = ...) -> Any:",
        ),
        ({"from": {"type": "string"}}, ["from"], "def get_it(from_: str) -> Any:"),
        ({"to-node": {"type": "integer", "default": 3}}, [], "def get_it(to_node: int = 3) -> Any:"),
        ({"any": True}, [], "def get_it(any: Any = ...) -> Any:"),
        ({"s": {"enum": ["a", 1, None]}}, ["s"], "def get_it(s: Literal['a', 1, None]) -> Any:"),
        ({"s": {"enum": [1.5]}}, ["s"], "def get_it(s: Any) -> Any:"),
        ({"s": {"type": ["string", "null"]}}, [], "def get_it(s: str | None = ...) -> Any:"),
        (
            {"s": {"type": "array", "items": {"$ref": "#/$defs/none"}}},
            ["s"],
            "def get_it(s: list[Any]) -> Any:",
        ),
        (
            {"n": {"type": "object", "additionalProperties": {"type": "number"}}},
            ["n"],
            "def get_it(n: dict[str, float]) -> Any:",
        ),
    ],
)
def test_arguments_are_told_as_python_takes_them(
    properties: dict[str, Any], required: list[str], line: str
) -> None:
    assert head(render_stub(tool(properties, required))) == line


def test_a_record_that_holds_itself_is_named_inside_itself() -> None:
    stub = render_stub(tool({"node": {"$ref": "#/$defs/Node"}}, ["node"]))
    namespace: dict[str, Any] = {}
    exec("from typing import *\n" + stub, namespace)  # noqa: S102  our own text
    assert str(inspect.signature(namespace["get_it"]).parameters["node"].annotation) != "typing.Any"
    assert "'GetItNode'" in stub
