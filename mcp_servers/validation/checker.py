"""Checks of scripts in a worker process, which is started again when a script brings it down."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass

import structlog

from schemas.validation import Finding, ValidationReport

WORKER_MODULE = "mcp_servers.validation.worker"
REPORT_BYTES_MAX = 16 * 1024 * 1024

log = structlog.get_logger()


@dataclass(frozen=True)
class CheckLimits:
    """What one check may use. Reading an ordinary script takes milliseconds and a few megabytes."""

    memory_bytes: int = 256 * 1024 * 1024
    cpu_seconds: int = 5
    wall_seconds: float = 10.0


class ScriptChecker:
    """One worker, one script at a time. `start_count` tells how often a worker had to be started."""

    def __init__(self, limits: CheckLimits) -> None:
        self.limits = limits
        self.start_count = 0
        self._worker: Process | None = None
        self._turn = asyncio.Lock()

    async def check(self, source: str) -> ValidationReport:
        """The report on `source`; when the worker does not survive it, a report that says so."""
        async with self._turn:
            try:
                async with asyncio.timeout(self.limits.wall_seconds):
                    return await self._ask(source)
            except TimeoutError:
                return _unchecked(f"checking took longer than {self.limits.wall_seconds:g} seconds")
            except (ConnectionError, ValueError):  # no whole report came back
                return _unchecked("reading the script brought its reader down")

    async def stop(self) -> None:
        """End the worker. The next check starts another one."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()

    async def _ask(self, source: str) -> ValidationReport:
        try:
            worker = await self._living_worker()
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps(source).encode() + b"\n")
            await worker.stdin.drain()
            return ValidationReport.model_validate_json(await worker.stdout.readline())
        except BaseException:
            # Also when the caller goes away: the unread report would become the answer to the next script.
            await self.stop()
            raise

    async def _living_worker(self) -> Process:
        if self._worker is None or self._worker.returncode is not None:
            arguments = [str(self.limits.memory_bytes), str(self.limits.cpu_seconds)]
            # An empty environment: whatever the worker is tricked into, it knows no secret.
            self._worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", WORKER_MODULE, *arguments),
                stdin=PIPE,
                stdout=PIPE,
                env={},
                limit=REPORT_BYTES_MAX,
            )
            self.start_count += 1
        return self._worker


def _unchecked(reason: str) -> ValidationReport:
    log.warning("script_not_checked", reason=reason)
    finding = Finding(
        code="CHECK_FAILED",
        message=reason,
        line=1,
        column=1,
        hint="Make the script shorter and less deeply nested.",
    )
    return ValidationReport(
        valid=False, errors=[finding], security_score=0, security_reasons=[reason], estimated_runtime_ms=0
    )
