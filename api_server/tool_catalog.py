"""The tools that scripts can call, learned from the execution server and kept for a few seconds.

Their schemas are in the cache for an hour: while the execution server is away, scripts can still be written.
"""

import time
from itertools import groupby

from api_server.errors import ExecutorUnavailable
from api_server.execution_client import ExecutionClient
from schemas.tools import Tool, ToolCatalogue
from service.cache.cache import Cache

FRESH_SECONDS = 5.0
SCHEMAS_PREFIX = "mcp_tools:"
SCHEMAS_SECONDS = 3600.0
ALL_SERVERS = f"{SCHEMAS_PREFIX}*"
"""The key of the servers themselves; no server can have this name."""


class ToolCatalog:
    """Asks again when what it knows is older than `FRESH_SECONDS`."""

    def __init__(self, executor: ExecutionClient, cache: Cache | None = None) -> None:
        self._executor = executor
        self._cache = cache
        self._known: ToolCatalogue | None = None
        self._known_at = 0.0
        self._kept = ("", 0.0)

    async def current(self) -> ToolCatalogue:
        """The tools now, or the last ones known while nobody answers. Raises `ExecutorUnavailable`."""
        if self._known is None or time.monotonic() - self._known_at > FRESH_SECONDS:
            try:
                self._known = await self._executor.catalogue()
            except ExecutorUnavailable:
                remembered = await self._remember()
                if remembered is None:
                    raise
                return remembered
            self._known_at = time.monotonic()
            await self._keep(self._known)
        return self._known

    async def _keep(self, catalogue: ToolCatalogue) -> None:
        """Put the schemas into the cache when they changed, and once in half their time."""
        digest, kept_at = self._kept
        is_recent = time.monotonic() - kept_at < SCHEMAS_SECONDS / 2
        if self._cache is None or (digest == catalogue.digest and is_recent):
            return
        by_server = sorted(catalogue.tools, key=lambda tool: tool.server)
        for server, tools in groupby(by_server, lambda tool: tool.server):
            schemas = [tool.model_dump(mode="json") for tool in tools]
            await self._cache.put(f"{SCHEMAS_PREFIX}{server}", schemas, SCHEMAS_SECONDS)
        around = catalogue.model_copy(update={"tools": []}).model_dump(mode="json")
        await self._cache.put(ALL_SERVERS, around, SCHEMAS_SECONDS)
        self._kept = (catalogue.digest, time.monotonic())

    async def _remember(self) -> ToolCatalogue | None:
        """The catalogue from the cache; None unless every server's part is there."""
        around = await self._cache.get(ALL_SERVERS) if self._cache else None
        if around is None or self._cache is None:
            return None
        found = ToolCatalogue.model_validate(around)
        tools: list[Tool] = []
        for server in found.servers:
            schemas = await self._cache.get(f"{SCHEMAS_PREFIX}{server.name}")
            if schemas is None and server.tool_count:
                return None
            tools += [Tool.model_validate(schema) for schema in schemas or []]
        return found.model_copy(update={"tools": sorted(tools, key=lambda tool: tool.name)})
