"""The tools that scripts can call, learned from the execution server and kept for a few seconds."""

import time

from api_server.execution_client import ExecutionClient
from schemas.tools import ToolCatalogue

FRESH_SECONDS = 5.0


class ToolCatalog:
    """Asks again when what it knows is older than `FRESH_SECONDS`."""

    def __init__(self, executor: ExecutionClient) -> None:
        self._executor = executor
        self._known: ToolCatalogue | None = None
        self._known_at = 0.0

    async def current(self) -> ToolCatalogue:
        """The tools now. Raises `ExecutorUnavailable`."""
        if self._known is None or time.monotonic() - self._known_at > FRESH_SECONDS:
            self._known = await self._executor.catalogue()
            self._known_at = time.monotonic()
        return self._known
