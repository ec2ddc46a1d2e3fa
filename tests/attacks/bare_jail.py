"""The kernel's side of the jail with the Python wall switched off, driven by the product's own runner."""

import asyncio
import subprocess
import sys
from itertools import count
from pathlib import Path
from socket import socket
from typing import Any

from executor.broker.broker import Broker
from executor.broker.connection import ServerAddress
from executor.jail.launcher import ENVIRONMENT, Launcher
from executor.runner import Run, Surroundings
from executor.script_cache import ScriptCache
from sandbox_policies.policy import load_policy
from schemas.execution import ExecuteRequest, ExecutionReport

BARE_ZYGOTE = Path(__file__).with_name("bare_zygote.py")


class BareLauncher(Launcher):
    """Starts the bare zygote instead of ours."""

    def _start_zygote(self, control: socket) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-s", "-P", str(BARE_ZYGOTE), str(control.fileno())],
            pass_fds=[control.fileno()],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


class BareJail:
    """Runs scripts one after another."""

    def __init__(self, tools_url: str) -> None:
        self._runner = asyncio.Runner()
        self._launcher = BareLauncher()
        self._broker = Broker([ServerAddress("desk", tools_url)], 5)
        self._policy = load_policy()
        self._ids = count()

    def start(self) -> None:
        """Start the zygote and connect to the tools."""
        self._runner.run(self._launcher.start())
        self._runner.run(self._broker.start())

    def stop(self) -> None:
        """Stop both."""
        self._runner.run(self._broker.stop())
        self._runner.run(self._launcher.stop())
        self._runner.close()

    @property
    def layers(self) -> dict[str, str]:
        """Which walls stand."""
        return self._launcher.layers

    def execute(self, script: str, **request: Any) -> ExecutionReport:
        """The report on one run."""
        return self._runner.run(self._execute(script, request))

    async def _execute(self, script: str, request: dict[str, Any]) -> ExecutionReport:
        child = await self._launcher.launch("now")
        around = Surroundings(
            broker=self._broker,
            policy=self._policy,
            packages=self._launcher.packages,
            baseline_bytes=self._launcher.baseline_bytes,
            closings=set(),
            scripts=ScriptCache(),
        )
        run = Run(ExecuteRequest(script=script, execution_id=f"bare-{next(self._ids)}", **request), around)
        report = await run.execute(child)
        await asyncio.gather(*around.closings)
        return report
