"""Runs a recipe in this process: its `mcp_client` calls the real tools, without servers or a jail."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

import pytest
from mcp.server.mcpserver.tools import Tool

from executor.jail.client import Param
from mcp_servers.analytics.catalogue import make_analytics_tools
from mcp_servers.financial.catalogue import make_market_tools
from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors.vendor import Vendor
from prompts.library import Recipe
from schemas.market.envelope import PROBLEM_META_KEY
from schemas.result import Result
from schemas.signature import default_values, to_python


class ToolError(Exception):
    """As scripts know it."""

    def __init__(self, message: str, code: str, details: dict[str, Any]) -> None:
        super().__init__(message)
        self.message, self.code, self.details = message, code, details


def make_recipe_tools(vendors: Sequence[Vendor]) -> list[Tool]:
    """The tools that recipes call, over some vendors, the first being asked first."""
    return [*make_market_tools(Market(list(vendors))), *make_analytics_tools()]


class RecipeRunner:
    """Runs recipes over tools, which are made once because that takes a second."""

    def __init__(self, tools: Sequence[Tool], monkeypatch: pytest.MonkeyPatch) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._monkeypatch = monkeypatch
        self.calls: list[str] = []

    def run(self, recipe: Recipe, **parameters: Any) -> Result:
        """The result of `recipe` with `parameters`, which are JSON, over its defaults."""
        self._monkeypatch.setitem(sys.modules, "mcp_client", self._client())
        namespace: dict[str, Any] = {"__name__": recipe.name}
        exec(compile(recipe.source, recipe.name, "exec"), namespace)  # noqa: S102 our own recipes
        values = {**default_values(recipe.parameters), **parameters}
        typed = {
            name: to_python(recipe.parameters["properties"][name], value) for name, value in values.items()
        }
        # As JSON, which numpy's numbers only are when they are converted.
        return Result.model_validate_json(json.dumps(namespace["analyze"](**typed), default=float))

    def _client(self) -> ModuleType:
        module = ModuleType("mcp_client")
        members = {
            "call": self.call,
            "call_many": self._call_many,
            "step": lambda _text: None,
            "ToolError": ToolError,
            "Param": Param,
        }
        functions = {
            name: lambda _name=name, **arguments: self.call(_name, arguments) for name in self._tools
        }
        module.__dict__.update({**members, **functions})
        return module

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """The structured answer of a tool. Raises `ToolError`."""
        self.calls.append(name)
        sent = json.loads(json.dumps(arguments))
        answer = asyncio.run(self._tools[name].run(sent, None))  # type: ignore[arg-type]
        if answer.is_error:
            problem = (answer.meta or {})[PROBLEM_META_KEY]
            raise ToolError(problem["message"], problem["code"], problem["details"])
        return answer.structured_content

    def _call_many(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[Any]:
        return [self.call(name, arguments) for name, arguments in calls]
