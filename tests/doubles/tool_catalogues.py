"""Catalogues of real servers as test data: ours from the tool snapshots, five others as recorded."""

import json
from pathlib import Path
from typing import Any

from schemas.names import MODULE_NAMES, python_names
from schemas.tools import Server, ServerState, Tool, ToolCatalogue

SNAPSHOTS = Path(__file__).parents[1] / "tool_snapshots"
RECORDED = Path(__file__).parent / "catalogues"
OURS = ("financial", "analytics", "validation")
OTHERS = tuple(sorted(file.stem for file in RECORDED.glob("*.json")))


def read_catalogue(*servers: str) -> ToolCatalogue:
    """The tools of these servers under the names that scripts call them by, as GET /tools has them."""
    tools = [tool for server in servers for tool in _read_tools(server)]
    return make_catalogue(tools)


def make_catalogue(tools: list[Tool]) -> ToolCatalogue:
    """`tools` in their order, which is by name."""
    ordered = sorted(tools, key=lambda tool: tool.name)
    servers = [
        Server(name=name, state=ServerState.CONNECTED) for name in dict.fromkeys(t.server for t in tools)
    ]
    digest = str(hash(tuple((tool.name, str(tool.input_schema)) for tool in ordered)))
    return ToolCatalogue(tools=ordered, servers=servers, digest=digest)


def many_tools(count: int) -> list[Tool]:
    """`count` tools of as many different servers as it takes: those of our own three under other names."""
    ours = read_catalogue(*OURS).tools
    return [
        _renamed(ours[number % len(ours)], number // len(ours)) if number >= len(ours) else ours[number]
        for number in range(count)
    ]


def _renamed(tool: Tool, round_number: int) -> Tool:
    server = f"{tool.server}{round_number}"
    return tool.model_copy(update={"name": f"{server}_{tool.name}", "server": server})


def _read_tools(server: str) -> list[Tool]:
    file = (SNAPSHOTS if server in OURS else RECORDED) / f"{server}.json"
    described: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    names = python_names(sorted(each["name"] for each in described), "tool", MODULE_NAMES)
    return [
        Tool(
            name=names[each["name"]],
            published_name=each["name"],
            server=server,
            description=each.get("description", ""),
            input_schema=each["inputSchema"],
            output_schema=each.get("outputSchema"),
        )
        for each in described
    ]
