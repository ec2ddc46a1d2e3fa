"""`mcp_client`, the module through which a script reaches the tools. Built in the child, never on disk."""

from collections.abc import Collection, Iterable
from types import ModuleType
from typing import Any

from executor.jail.channel import Silence


class ToolError(Exception):
    """A tool could not answer. `code` is for programs; `details` are facts such as near names."""

    def __init__(
        self, message: str, code: str = "tool_failed", details: dict[str, Any] | None = None, tool: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details or {}
        self.tool = tool


class Param:
    """Limits and a label for a parameter: `Annotated[int, Param(ge=1, le=100, unit="days")]`."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts


class ToolClient:
    """Sends tool calls to the server and waits for the answers. `tools` holds the names there are."""

    def __init__(self, channel: Silence, convert: Any) -> None:
        self._channel = channel
        self._convert = convert
        self._next_id = 0
        self.tools: Collection[str] = ()

    def call(self, tool: str, arguments: dict[str, Any] | None = None) -> Any:
        """Call one tool by name. Raises `ToolError`."""
        return self._values([self._request(tool, [], arguments or {})])[0]

    def call_many(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[Any]:
        """Call independent tools at once; the answers are in the order of the calls.

        Raises the `ToolError` of the first call that failed.
        """
        requests = [self._request(tool, [], arguments) for tool, arguments in calls]
        return self._values(requests) if requests else []

    def call_by_position(self, tool: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What a typed tool function does; the server knows the order of a tool's parameters."""
        return self._values([self._request(tool, list(arguments), named)])[0]

    def step(self, text: str) -> None:
        """Report progress; an error names the last step."""
        self._channel.send({"type": "step", "text": str(text)[:200]})

    def _request(self, tool: str, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        self._next_id += 1
        arguments = {"positional": positional, "named": dict(named)}
        return {"id": self._next_id, "tool": str(tool), **self._convert(arguments)}

    def _values(self, requests: list[dict[str, Any]]) -> list[Any]:
        self._channel.send({"type": "calls", "calls": requests})
        answers: dict[int, dict[str, Any]] = {}
        while len(answers) < len(requests):
            answer = self._channel.receive()
            answers[answer["id"]] = answer
        values = []
        for request in requests:
            answer = answers[request["id"]]
            if "error" in answer:
                problem = answer["error"]
                raise ToolError(problem["message"], problem["code"], problem["details"], request["tool"])
            values.append(answer["value"])
        return values


class ClientModule(ModuleType):
    """The module `mcp_client`: what every script finds there, and a function per tool once it is named."""

    def __init__(self, client: ToolClient) -> None:
        super().__init__("mcp_client", "Tools that this script may call.")
        vars(self).update(
            call=client.call, call_many=client.call_many, step=client.step, ToolError=ToolError, Param=Param
        )
        self._client = client

    def __getattr__(self, name: str) -> Any:
        client: ToolClient = vars(self)["_client"]
        if name not in client.tools:
            raise AttributeError(f"module 'mcp_client' has no attribute {name!r}")

        def call_tool(*arguments: Any, **named: Any) -> Any:
            return client.call_by_position(name, arguments, named)

        call_tool.__name__ = call_tool.__qualname__ = name
        setattr(self, name, call_tool)
        return call_tool
