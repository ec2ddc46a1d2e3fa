"""Whether scripts that are believed can run now: asked once for each script, policy and set of tools.

The execution server looks at a script again whenever it runs it; this is to know before.
"""

from cachetools import LRUCache

from api_server.execution_client import ExecutionClient
from schemas.tools import ToolCatalogue
from schemas.validation import ValidationReport

SCRIPTS_MAX = 256


class KnownScripts:
    """Lives as long as its API server."""

    def __init__(self, executor: ExecutionClient) -> None:
        self._executor = executor
        self._reports: LRUCache[tuple[str, str, str], ValidationReport] = LRUCache(SCRIPTS_MAX)

    async def check(self, script: str, catalogue: ToolCatalogue) -> ValidationReport:
        """What the execution server says of `script` with these tools. Raises `ExecutorUnavailable`."""
        key = (script, catalogue.policy_version, catalogue.digest)
        report = self._reports.get(key)
        if report is None:
            report = self._reports[key] = await self._executor.validate(script)
        return report
