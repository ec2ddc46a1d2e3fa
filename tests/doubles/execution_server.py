"""The execution server as a real process, for tests that ask it things over a socket."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from schemas.execution import ExecutionEvent, ExecutionReport
from schemas.health import Health
from tests.doubles.tool_server import ToolServer

START_SECONDS_MAX = 90.0


class ExecutionServer:
    """A running `python -m executor` and a client to it."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = process
        self.url = url
        self.http = httpx2.Client(base_url=url, timeout=30, trust_env=False)
        self._ids = count()

    def execute(self, script: str, **request: Any) -> ExecutionReport:
        """The report on one run."""
        reply = self.http.post("/execute", json=self.body(script, **request))
        assert reply.status_code == 200, reply.text
        return ExecutionReport.model_validate_json(reply.content)

    def body(self, script: str, **request: Any) -> dict[str, Any]:
        """What `/execute` is sent, with an id of its own."""
        return {"script": script, "execution_id": f"test-{next(self._ids)}", **request}

    @contextmanager
    def stream(self, script: str, **request: Any) -> Iterator[Iterator[ExecutionEvent]]:
        """The events of one run as they come; leaving the block hangs up."""
        headers = {"accept": "application/x-ndjson"}
        with self.http.stream(
            "POST", "/execute", json=self.body(script, **request), headers=headers
        ) as reply:
            yield (ExecutionEvent.model_validate_json(line) for line in reply.iter_lines())

    def health(self) -> Health:
        """How it says it is."""
        return Health.model_validate_json(self.http.get("/health").content)

    def jail_facts(self) -> dict[str, Any]:
        """Layers, and how much is under way."""
        return next(part.facts for part in self.health().parts if part.name == "jail")

    def descriptors(self) -> int:
        """How many files and sockets the process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def children(self) -> list[int]:
        """Its processes, zygotes and warm children included."""
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for path in listed for pid in path.read_text("ascii").split()]

    def is_at_rest(self) -> bool:
        """Whether it has no process beside its zygotes and the children that it says are waiting."""
        children = self.children()
        try:
            commands = {Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
        except OSError:
            return False  # one has just ended
        # A child has the command of its zygote, a process that was not reaped has none.
        waiting = sum(self.jail_facts()["ready"].values())
        return b"" not in commands and len(children) == len(commands) + waiting


@contextmanager
def running_server(
    folder: Path, tools: ToolServer, *, python: str = sys.executable, **settings: Any
) -> Iterator[ExecutionServer]:
    """An execution server that knows the tools of one MCP server, until the block ends."""
    port = ToolServer(lambda: None).port
    names = ("FINANCIAL_MCP_URL", "ANALYTICS_MCP_URL", "VALIDATION_MCP_URL")
    environment = {
        **os.environ,
        **dict.fromkeys(names, tools.url),
        **{
            name.upper(): value if isinstance(value, str) else json.dumps(value)
            for name, value in settings.items()
        },
        "EXECUTION_SERVER_PORT": str(port),
    }
    with (folder / "executor.log").open("wb") as log:
        process = subprocess.Popen([python, "-m", "executor"], cwd=folder, env=environment, stderr=log)
    try:
        server = ExecutionServer(process, f"http://127.0.0.1:{port}")
        with server.http:
            _wait_until_up(server, folder / "executor.log")
            yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(server: ExecutionServer, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        assert server.process.poll() is None, log.read_text("utf-8")
        try:
            server.http.get("/tools")
        except httpx2.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(log.read_text("utf-8"))
