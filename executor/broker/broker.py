"""All connections together: which tools there are, and calls to them with checked arguments."""

import asyncio
import hashlib
from typing import Any

import orjson

from executor.broker.connection import BoundTool, Connection, ServerAddress
from executor.broker.failure import ToolFailure
from sandbox_policies.analyser import suggest
from schemas.tools import Server, ServerState, Tool, ToolCatalogue

GATE_SECONDS = 5.0


class Broker:
    """Connects to every configured server; a server that does not answer is left out, not waited for."""

    def __init__(self, addresses: list[ServerAddress], call_timeout_seconds: float) -> None:
        self._connections = [Connection(address, call_timeout_seconds) for address in addresses]
        self._digest = ""
        self._digested: list[dict[str, BoundTool]] = []

    async def start(self, gate_seconds: float = GATE_SECONDS) -> None:
        """Connect to all at once; returns when all are connected or the gate closes."""
        for connection in self._connections:
            connection.start()
        await asyncio.gather(
            *(connection.wait_until_connected(gate_seconds) for connection in self._connections)
        )

    async def stop(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(connection.stop() for connection in self._connections))

    async def check(self) -> list[Server]:
        """Ask every server now, and say where each stands."""
        await asyncio.gather(*(connection.check() for connection in self._connections))
        return [connection.describe() for connection in self._connections]

    def tool_names(self) -> list[str]:
        """Names that a script can call now, sorted."""
        return sorted(self._tools())

    def catalogue(self) -> ToolCatalogue:
        """Every tool that can be called now."""
        servers = [part.describe() for part in self._connections]
        return ToolCatalogue(tools=self._sorted_tools(), servers=servers, digest=self.digest())

    def digest(self) -> str:
        """SHA-256 over the names and schemas of all tools; counted anew when a server was asked again."""
        asked = [connection.tools for connection in self._connections]
        known = self._digested
        if len(known) != len(asked) or any(now is not then for now, then in zip(asked, known, strict=True)):
            schemas = [[tool.name, tool.input_schema, tool.output_schema] for tool in self._sorted_tools()]
            self._digest = hashlib.sha256(orjson.dumps(schemas, option=orjson.OPT_SORT_KEYS)).hexdigest()
            self._digested = asked
        return self._digest

    def _sorted_tools(self) -> list[Tool]:
        return [bound.tool for _, (_, bound) in sorted(self._tools().items())]

    def bind_arguments(self, name: str, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """The arguments by name, checked against the tool's schema. Raises `ToolFailure`."""
        _, bound = self._find(name)
        properties = list(bound.tool.input_schema.get("properties", {}))
        if len(positional) > len(properties):
            raise ToolFailure(
                "bad_argument",
                f"{name} takes {len(properties)} arguments, not {len(positional)}",
                {"tool": name},
            )
        arguments = dict(zip(properties, positional, strict=False))
        self.check_names(name, list(named))
        for key, value in named.items():
            if key in arguments:
                raise ToolFailure(
                    "bad_argument", f"{name} got two values for {key!r}", {"tool": name, "argument": key}
                )
            arguments[key] = value
        problem = next(iter(bound.check_input.iter_errors(arguments)), None)
        if problem is not None:
            where = ".".join(map(str, problem.instance_path))
            raise ToolFailure(
                "bad_argument",
                f"{name}: {where + ': ' if where else ''}{problem.message[:300]}",
                {"tool": name, "argument": where},
            )
        return arguments

    def check_names(self, name: str, keys: list[str]) -> None:
        """Raises `ToolFailure` for an unknown tool or argument name, with the nearest known one."""
        _, bound = self._find(name)
        properties = list(bound.tool.input_schema.get("properties", {}))
        for key in keys:
            if key not in properties and bound.tool.input_schema.get("additionalProperties") is not True:
                message = f"{name} has no argument {key!r}{_did_you_mean(suggest(key, properties))}"
                raise ToolFailure("bad_argument", message, {"tool": name, "argument": key})

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool with arguments from `bind_arguments`. Raises `ToolFailure`."""
        connection, bound = self._find(name)
        return await connection.call(bound.tool.name, arguments)

    def _find(self, name: str) -> tuple[Connection, BoundTool]:
        tools = self._tools()
        if name not in tools:
            near = suggest(name, sorted(tools))
            raise ToolFailure(
                "unknown_tool",
                f"there is no tool {name!r}{_did_you_mean(near)}",
                {"tool": name, "nearest": [near] if near else []},
            )
        return tools[name]

    def _tools(self) -> dict[str, tuple[Connection, BoundTool]]:
        """Tools of servers that were connected once; the first server wins a name."""
        found: dict[str, tuple[Connection, BoundTool]] = {}
        for connection in self._connections:
            if connection.state is not ServerState.DISABLED:
                for name, bound in connection.tools.items():
                    found.setdefault(name, (connection, bound))
        return found


def _did_you_mean(near: str) -> str:
    return f"; did you mean {near!r}?" if near else ""
