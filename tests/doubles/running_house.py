"""All five servers under a real `qna up`, on free ports, for tests that ask them things."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from qna.services import describe_api, list_variables
from qna.settings import QnaSettings, move_to_free_ports
from schemas.health import Health

UP_COMMAND = [sys.executable, "-c", "from qna.cli import main; main()", "up"]
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """One `qna up`: its process, where its API is, and the file with what it says."""

    process: subprocess.Popen[bytes]
    url: str
    said: Path

    def health(self) -> Health:
        reply = httpx2.get(f"{self.url}/health", trust_env=False)
        return Health.model_validate_json(reply.content)

    def part_status(self, name: str) -> str:
        return next(part.status for part in self.health().parts if part.name == name)

    def server_pid(self, module: str) -> int:
        """Of the server that runs now; -1 when there is none."""
        return next((pid for pid, command in children(self.process.pid) if command[-1] == module), -1)


def children(parent: int) -> Iterator[tuple[int, list[str]]]:
    """Process id and command of every child of `parent`."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().decode().split("\0")[:-1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat[1]) == parent and command:
            yield int(folder.name), command


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`; it failing to come true fails the test."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


@contextmanager
def running_house(folder: Path, **variables: str) -> Iterator[Running]:
    """`qna up` in `folder` until the block ends; `variables` are added to its environment."""
    settings = move_to_free_ports(QnaSettings(_env_file=None, qna_data_dir=folder / "data"))
    said = folder / "said"
    environment = {**os.environ, **list_variables(settings), **variables}
    with said.open("wb") as output:
        process = subprocess.Popen(UP_COMMAND, env=environment, cwd=folder, stderr=output)
    try:
        wait_until(lambda: "ready:" in said.read_text())
        yield Running(process, describe_api(settings).url, said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=DEADLINE_SECONDS)
