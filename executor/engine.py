"""The execution server without HTTP: jail, pool, broker, and the executions under way."""

import asyncio
import os
from urllib.parse import urlsplit

import structlog
from dotenv import dotenv_values

from executor.broker.address import ServerAddress
from executor.broker.broker import Broker
from executor.broker.configuration import configured_servers
from executor.errors import ExecutionIdInUse, JailUnavailable, UnknownExecution
from executor.jail.launcher import ChildEnd, Launcher
from executor.pool import Pool
from executor.runner import OnEvent, Run, Surroundings, check_script
from executor.script_cache import CompiledScript, ScriptCache
from executor.settings import ExecutorSettings
from executor.tool_check import check_tool_uses
from executor.turns import Turns
from sandbox_policies.examples import check_examples
from sandbox_policies.policy import load_policy
from schemas.execution import ExecuteRequest, ExecutionReport
from schemas.tools import ToolCatalogue
from schemas.validation import Finding, ValidationReport

log = structlog.get_logger()

TOO_MUCH = Finding(
    code="TOO_LARGE",
    message="the text is too much to be checked",
    line=1,
    column=1,
    hint="Make the script shorter and simpler.",
)


class Engine:
    """Everything that lives as long as the server."""

    def __init__(self, settings: ExecutorSettings) -> None:
        self.settings = settings
        self.policy = load_policy(settings.sandbox_policy_files)
        self.launcher = Launcher(settings.sandbox_policy_files)
        self.turns = Turns(settings.executions_at_once, settings.executions_waiting)
        self.pool = Pool(self.launcher, settings.warm_children, lambda: not self.turns.running)
        self.broker = Broker(server_addresses(settings), settings.tool_timeout_seconds)
        self._runs: dict[str, Run] = {}
        self._scripts: ScriptCache[CompiledScript] = ScriptCache()
        self._reports: ScriptCache[ValidationReport] = ScriptCache()
        self._closings: set[asyncio.Task[ChildEnd]] = set()

    async def start(self) -> None:
        """Prove the rules and the jail, connect to the tools.

        Raises `JailUnavailable` when a layer that the policy requires does not stand,
        `PolicyError` when a rule does not do what its examples say.
        """
        check_examples(self.policy)
        try:
            await self.launcher.start()
            self._require_layers()
        except JailUnavailable:
            await self.launcher.stop()
            raise
        await asyncio.gather(self.pool.start(), self.broker.start())

    def _require_layers(self) -> None:
        layers = self.launcher.layers
        log.info("jail_layers", **layers)
        missing = {
            name: layers.get(name, "off") for name in self.policy.layers.required if layers.get(name) != "on"
        }
        if missing:
            raise JailUnavailable(
                f"required layers are off: {', '.join(missing)}",
                suggestions=("Run `qna doctor`.",),
                layers=missing,
            )

    async def stop(self) -> None:
        """Stop every execution, every child and every connection."""
        for run in list(self._runs.values()):
            run.cancel()
        await self.pool.stop()
        await asyncio.gather(*self._closings)
        await self.broker.stop()
        await self.launcher.stop()

    async def validate(self, script: str) -> ValidationReport:
        """Check a script, its tool calls included. Raises `Busy` or `JailUnavailable`."""
        report = self._reports.find(script)
        if report is None:
            async with self.turns.take():
                report = await check_script(script, await self.pool.take(), self._surroundings())
            if report is None:
                return ValidationReport(
                    valid=False, errors=[TOO_MUCH], security_score=0, estimated_runtime_ms=0
                )
            self._reports.keep(script, report)
        return check_tool_uses(report, self.broker)

    async def execute(self, request: ExecuteRequest, on_event: OnEvent | None = None) -> ExecutionReport:
        """Run a script. Raises `Busy` when the queue is full, `JailUnavailable` when nothing can run."""
        if request.execution_id in self._runs:
            raise ExecutionIdInUse(
                f"execution {request.execution_id!r} is under way", suggestions=("Use another execution_id.",)
            )
        run = Run(self._within_limits(request), self._surroundings(), on_event)
        self._runs[request.execution_id] = run
        try:
            async with self.turns.take():
                return await run.execute(await self.pool.take())
        finally:
            del self._runs[request.execution_id]

    def _within_limits(self, request: ExecuteRequest) -> ExecuteRequest:
        """`request` with this server's limits where the caller names none."""
        ours = {
            "timeout_seconds": self.settings.execution_timeout_seconds,
            "max_memory_mb": self.settings.max_execution_memory_mb,
        }
        return request.model_copy(
            update={name: value for name, value in ours.items() if name not in request.model_fields_set}
        )

    def cancel(self, execution_id: str) -> None:
        """Stop an execution. Raises `UnknownExecution`."""
        run = self._runs.get(execution_id)
        if run is None:
            raise UnknownExecution(f"no execution {execution_id!r} is under way")
        run.cancel()

    def catalogue(self) -> ToolCatalogue:
        """The tools that scripts can call now."""
        return self.broker.catalogue()

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            broker=self.broker,
            policy=self.policy,
            packages=self.launcher.packages,
            baseline_bytes=self.launcher.baseline_bytes,
            closings=self._closings,
            scripts=self._scripts,
        )


def server_addresses(settings: ExecutorSettings) -> list[ServerAddress]:
    """Our MCP servers that have an address, with `/mcp` added if it has no path; then everybody else's."""
    named = {
        "financial": settings.financial_mcp_url,
        "analytics": settings.analytics_mcp_url,
        "validation": settings.validation_mcp_url,
    }
    ours = [ServerAddress(name, _with_path(url)) for name, url in named.items() if url]
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return configured_servers(ours, settings.mcp_servers_file, {**written, **os.environ})


def _with_path(url: str) -> str:
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/mcp"
