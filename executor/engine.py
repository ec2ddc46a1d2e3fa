"""The execution server without HTTP: jail, pool, broker, and the executions under way."""

import asyncio
import os
from urllib.parse import urlsplit

import structlog
from dotenv import dotenv_values

from executor.broker.address import ServerAddress
from executor.broker.answer_cache import AnswerCache
from executor.broker.broker import Broker
from executor.broker.configuration import configured_servers
from executor.errors import ExecutionIdInUse, UnknownExecution
from executor.jail.launcher import Launcher
from executor.jails import Jails, MakeLauncher
from executor.metrics import Metrics
from executor.pool import PoolSize
from executor.report import RunLimits
from executor.runner import OnEvent, Run, Surroundings, check_script
from executor.script_cache import ScriptCache
from executor.settings import ExecutorSettings
from executor.tool_check import check_tool_uses
from executor.turns import Turns
from executor.variants import run_variants
from sandbox_policies.examples import check_examples
from sandbox_policies.policy import load_policy
from schemas.execution import ExecuteRequest, ExecutionReport, Variants
from schemas.tools import ToolCatalogue
from schemas.validation import Finding, ValidationReport
from service.cache.memory_cache import MemoryCache
from service.cache.opening import open_cache, open_link

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

    def __init__(self, settings: ExecutorSettings, make_launcher: MakeLauncher = Launcher) -> None:
        self.settings = settings
        self.policy = load_policy(settings.sandbox_policy_files)
        self.turns = Turns(settings.executions_at_once, settings.executions_waiting)
        self.jails = Jails(
            self.policy,
            settings.sandbox_policy_files,
            make_launcher,
            PoolSize.fitting(settings.warm_children),
            lambda: not self.turns.running,
        )
        self.redis = open_link(settings)
        self.cache = open_cache(self.redis)
        answers = (
            AnswerCache(MemoryCache(), self.cache, settings.redis_ttl_seconds)
            if settings.enable_result_caching
            else None
        )
        self.broker = Broker(server_addresses(settings), settings.tool_timeout_seconds, answers)
        self.metrics = Metrics(self.turns, self.jails)
        self._runs: dict[str, Run] = {}
        self._reports: ScriptCache[ValidationReport] = ScriptCache()
        self.around = Surroundings(self.broker, self.policy)

    async def start(self) -> None:
        """Prove the rules and the jail, connect to the tools.

        Raises `JailUnavailable` when a layer that the policy requires does not stand,
        `PolicyError` when a rule does not do what its examples say.
        """
        check_examples(self.policy)
        await asyncio.gather(self.jails.start(), self.broker.start())

    async def stop(self) -> None:
        """Stop every execution, every child and every connection."""
        for run in list(self._runs.values()):
            run.cancel()
        await asyncio.gather(*self.around.closings)
        await self.broker.stop()
        await self.jails.stop()
        if self.redis is not None:
            await self.redis.close()

    async def validate(self, script: str) -> ValidationReport:
        """Check a script, its tool calls included. Raises `Busy` or `JailUnavailable`."""
        report = self._reports.find(script)
        if report is None:
            async with self.turns:
                jail = await self.jails.for_script(script)
                report = await check_script(script, await jail.pool.take(), self.around)
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
        run = Run(request, self._limits_of(request), self.around, on_event)
        self._runs[request.execution_id] = run
        try:
            async with self.turns:
                jail = await self.jails.for_script(request.script)
                report = await run.execute(await jail.pool.take(), jail.launcher)
        finally:
            del self._runs[request.execution_id]
        asyncio.get_running_loop().call_soon(self.metrics.count, report)  # after the answer is on its way
        return report

    async def execute_variants(self, variants: Variants) -> list[ExecutionReport]:
        """Run a taped script on other answers. Raises as `execute`."""
        async with self.turns:
            jail = await self.jails.for_script(variants.request.script)
            reports = await run_variants(variants, self._limits_of(variants.request), self.around, jail)
        for report in reports:
            self.metrics.count(report)
        return reports

    def _limits_of(self, request: ExecuteRequest) -> RunLimits:
        """This server's limits where the caller names none."""
        named, ours = request.model_fields_set, self.settings
        return RunLimits(
            request.timeout_seconds if "timeout_seconds" in named else ours.execution_timeout_seconds,
            request.max_memory_mb if "max_memory_mb" in named else ours.max_execution_memory_mb,
        )

    def cancel(self, execution_id: str) -> None:
        """Stop an execution. Raises `UnknownExecution`."""
        run = self._runs.get(execution_id)
        if run is None:
            raise UnknownExecution(f"no execution {execution_id!r} is under way")
        run.cancel()

    def catalogue(self) -> ToolCatalogue:
        """The tools that scripts can call now, and the policy that they are held against."""
        return self.broker.catalogue().model_copy(update={"policy_version": self.policy.version})


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
