"""What every tool has in common, on a server of two small tools."""

from typing import Annotated, Any

import pytest
from mcp.client import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent
from pydantic import Field, HttpUrl

from mcp_servers.app import listening_address
from mcp_servers.problems import NoData
from mcp_servers.tool import TEXT_LENGTH_MAX, make_tool
from schemas.market.envelope import PROBLEM_META_KEY
from schemas.wire import Wire


class Inner(Wire):
    """A part of an answer."""

    column: list[int]
    nothing: int | None = None


class Answer(Wire):
    """An answer of every form."""

    name: str
    inner: Inner


def describe(size: Annotated[int, Field(ge=0, le=100_000)]) -> Answer:
    """Describe something.

    In more than one line.
    """
    return Answer(name="x" * size, inner=Inner(column=list(range(size))))


async def fail(how: str) -> Answer:
    """Fail in the way asked for."""
    if how == "problem":
        raise NoData("nothing is known; ask for something else", first="1990-01-02")
    raise RuntimeError("the password is hunter2")


def make_server() -> MCPServer:
    """A server of the two tools."""
    return MCPServer("test", tools=[make_tool(describe, 60), make_tool(fail, 60)])


async def call(name: str, **arguments: Any) -> CallToolResult:
    """What a client gets back."""
    async with Client(make_server()) as client:
        return await client.call_tool(name, arguments)


def text_of(result: CallToolResult) -> str:
    """The one text block of a result."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def test_an_answer_is_structured_with_one_line_of_text() -> None:
    result = await call("describe", size=3)
    assert result.structured_content == {"name": "xxx", "inner": {"column": [0, 1, 2], "nothing": None}}
    assert text_of(result) == "name=xxx inner.column=[3 values]"


async def test_the_line_of_text_is_short_however_long_the_answer() -> None:
    assert len(text_of(await call("describe", size=5000))) == TEXT_LENGTH_MAX


async def test_a_problem_is_an_error_result_with_its_facts() -> None:
    result = await call("fail", how="problem")
    assert result.is_error
    assert text_of(result) == "nothing is known; ask for something else"
    assert result.structured_content is None
    assert (result.meta or {})[PROBLEM_META_KEY] == {
        "status": "error",
        "code": "no_data",
        "message": "nothing is known; ask for something else",
        "details": {"first": "1990-01-02"},
    }


async def test_a_crash_is_logged_and_keeps_its_text_from_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    result = await call("fail", how="crash")
    assert result.is_error
    problem = (result.meta or {})[PROBLEM_META_KEY]
    assert (problem["code"], problem["message"]) == ("tool_failed", text_of(result))
    assert "hunter2" not in problem["message"]
    assert "hunter2" in caplog.text


async def test_an_unknown_argument_is_refused_with_the_known_ones() -> None:
    result = await call("describe", size=1, sise=2)
    assert result.is_error
    expected = "describe does not accept sise: there is no such argument. Its arguments are: size."
    assert text_of(result) == expected


async def test_a_tool_publishes_its_docstring_bounds_and_volatility() -> None:
    tool = (await make_server().list_tools())[0]
    assert tool.description == "Describe something.\n\nIn more than one line."
    assert tool.input_schema["properties"]["size"]["maximum"] == 100_000
    assert tool.input_schema["additionalProperties"] is False
    assert tool.output_schema is not None
    assert tool.output_schema["title"] == "Answer"
    assert tool.meta == {"volatility": 60}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:3003", ("127.0.0.1", 3003)),
        ("http://127.0.0.1:3003/mcp", ("127.0.0.1", 3003)),
        ("http://[::1]:4000", ("::1", 4000)),
        ("http://example.org", ("example.org", 80)),
    ],
)
def test_a_server_listens_at_the_host_and_port_of_its_url(url: str, address: tuple[str, int]) -> None:
    assert listening_address(HttpUrl(url)) == address
