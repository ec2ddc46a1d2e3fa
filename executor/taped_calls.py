"""A tape as the relay asks it: which tools there were, what a call meant, what came back."""

from collections import defaultdict
from typing import Any

import orjson

from schemas.execution import RecordedCall, Tape, TapedTool

Key = tuple[str, bytes, int]


class TapedCalls:
    """Answers calls by tool, arguments and occurrence, whatever their order; needs no tool server."""

    def __init__(self, tape: Tape) -> None:
        self.tools = tape.tools
        self._calls = {call_key(call.tool, call.arguments, call.occurrence): call for call in tape.calls}
        self._by_tool: dict[str, list[RecordedCall]] = defaultdict(list)
        for call in tape.calls:
            self._by_tool[call.tool].append(call)

    def read(
        self, name: str, positional: list[Any], named: dict[str, Any]
    ) -> tuple[str, dict[str, Any]] | None:
        """The tool and its arguments as they were recorded; None for a tool that the tape does not know.

        A call that was wrong was recorded with its named arguments as they stood.
        """
        tool = self.tools.get(name)
        if tool is None:
            return None
        bound = _bind(tool, positional, named)
        is_known = call_key(tool.name, bound, 0) in self._calls
        was_wrong = call_key(tool.name, named, 0) in self._calls
        return tool.name, named if was_wrong and not is_known else bound

    def find(self, tool: str, arguments: dict[str, Any], occurrence: int) -> RecordedCall | None:
        """The call that was recorded."""
        return self._calls.get(call_key(tool, arguments, occurrence))

    def in_place_of(self, tool: str, number: int) -> RecordedCall | None:
        """Of the recorded calls of `tool` the one at `number`, or the last; None when there is none."""
        calls = self._by_tool.get(tool)
        return calls[min(number, len(calls) - 1)] if calls else None


def call_key(tool: str, arguments: dict[str, Any], occurrence: int) -> Key:
    """What makes a call the same as another."""
    return tool, orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS), occurrence


def _bind(tool: TapedTool, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    exact = {python: name for name, python in tool.arguments.items()}
    bound = dict(zip(tool.arguments, positional, strict=False))
    return bound | {
        name if name in tool.arguments else exact.get(name, name): value for name, value in named.items()
    }
