"""All connections together: which tools there are, and calls to them with checked arguments."""

import asyncio
import hashlib
from dataclasses import dataclass
from functools import partial
from operator import is_not
from typing import Any

import orjson

from executor.broker.address import ServerAddress
from executor.broker.answer_cache import AnswerCache, AnswerKey, answer_key
from executor.broker.bound_tool import BoundTool
from executor.broker.connection import Connection
from executor.broker.directory import Directory, Listing
from executor.broker.failure import ToolFailure
from schemas.execution import TapedTool
from schemas.tools import Server, ToolCatalogue
from service.cache.flights import Flights

GATE_SECONDS = 5.0
YEAR_SECONDS = 365 * 86_400
OUTAGES = frozenset(
    {"server_unavailable", "server_lost", "tool_timeout", "vendor_unavailable", "rate_limited"}
)
"""Failures after which an earlier answer may be given, where the tool allows it."""


@dataclass(frozen=True)
class Answer:
    """What a tool answered, now or a moment ago."""

    value: Any
    cache_hit: bool = False
    stale_seconds: float | None = None
    """The age of an answer that is no longer true, given because nobody answers now."""


class Broker:
    """Connects to every configured server; a server that does not answer is left out, not waited for."""

    def __init__(
        self, addresses: list[ServerAddress], call_timeout_seconds: float, answers: AnswerCache | None = None
    ) -> None:
        self._connections = [Connection(address, call_timeout_seconds) for address in addresses]
        self._answers = answers
        self._flights: Flights[Any] = Flights()
        self._made_of: list[dict[str, BoundTool]] = []
        self._directory = Directory([])
        self._digest = ""

    async def start(self, gate_seconds: float = GATE_SECONDS) -> None:
        """Connect to all at once; returns when each is connected or cannot be, or when the gate closes."""
        for connection in self._connections:
            connection.start()
        await asyncio.gather(
            *(connection.wait_until_settled(gate_seconds) for connection in self._connections)
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
        return list(self._current().by_name)

    def catalogue(self) -> ToolCatalogue:
        """Every tool that can be called now."""
        tools = [listing.bound.tool for listing in self._current().by_name.values()]
        servers = [connection.describe() for connection in self._connections]
        return ToolCatalogue(tools=tools, servers=servers, digest=self.digest())

    def digest(self) -> str:
        """SHA-256 over the names and schemas of all tools; counted anew when a server's tools changed."""
        directory = self._current()
        if not self._digest:
            tools = [listing.bound.tool for listing in directory.by_name.values()]
            schemas = [[tool.name, tool.input_schema, tool.output_schema] for tool in tools]
            self._digest = hashlib.sha256(orjson.dumps(schemas, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return self._digest

    def name_of(self, name: str) -> str:
        """The one name for the tool that `name` means; `name` itself when there is no such tool."""
        directory = self._current()
        return directory.find(name).bound.tool.name if directory.knows(name) else name

    def describe(self, name: str) -> TapedTool:
        """What a tape notes of the tool that `name` means."""
        directory = self._current()
        if not directory.knows(name):
            return TapedTool(name=name)
        bound = directory.find(name).bound
        return TapedTool(name=bound.tool.name, arguments=bound.python_names)

    def is_calculation(self, name: str) -> bool:
        """Whether the tool's answer depends on its arguments alone: it says that it stays true for a year."""
        directory = self._current()
        tool = directory.find(name).bound.tool if directory.knows(name) else None
        return tool is not None and tool.is_read_only and (tool.volatility_seconds or 0) >= YEAR_SECONDS

    def bind_arguments(self, name: str, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """The arguments by name, checked against the tool's schema. Raises `ToolFailure`."""
        return self._current().find(name).bound.bind(name, positional, named)

    def check_names(self, name: str, keys: list[str]) -> None:
        """Raises `ToolFailure` for an unknown tool or argument name, with the nearest known one."""
        self._current().find(name).bound.check_names(name, keys)

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool with arguments from `bind_arguments`. Raises `ToolFailure`."""
        return (await self.answer(name, arguments)).value

    async def answer(self, name: str, arguments: dict[str, Any]) -> Answer:
        """As `call`, from memory while the tool's last answer to these arguments stays true.

        Calls that only read and are the same share one flight.
        """
        listing = self._current().find(name)
        connection, tool = listing.connection, listing.bound.tool
        if not tool.is_read_only:
            return Answer(await connection.call(tool.published_name, arguments))
        body = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)
        if self._answers is not None and tool.volatility_seconds:
            key = answer_key(connection, tool, listing.bound.digest, body)
            return await self._remember(listing, arguments, key, self._answers)
        flight = (connection.address.name, connection.generation, tool.published_name, body)
        call = partial(connection.call, tool.published_name, arguments)
        return Answer(await self._flights.share(flight, call))

    async def forget_answers(self) -> int:
        """Drop every remembered answer; how many there were."""
        return 0 if self._answers is None else await self._answers.forget_all()

    async def _remember(
        self, listing: Listing, arguments: dict[str, Any], key: AnswerKey, answers: AnswerCache
    ) -> Answer:
        kept = await answers.find(key)
        if kept is not None and kept.is_true:
            return Answer(kept.value, cache_hit=True)

        async def ask() -> Any:
            tool = listing.bound.tool
            value = await listing.connection.call(tool.published_name, arguments)
            await answers.keep(key, tool, value)
            return value

        try:
            return Answer(await self._flights.share(key, ask))
        except ToolFailure as failure:
            if kept is None or failure.detail.code not in OUTAGES:
                raise
            return Answer(kept.value, cache_hit=True, stale_seconds=kept.age_seconds)

    def _current(self) -> Directory:
        """The directory of the tools as they are now: of servers that were connected once."""
        tools = [connection.tools for connection in self._connections]
        known = self._made_of
        if len(known) != len(tools) or any(map(is_not, tools, known)):
            self._directory, self._made_of, self._digest = Directory(self._connections), tools, ""
        return self._directory
