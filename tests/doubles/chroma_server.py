"""A real Chroma server on a free port of loopback."""

import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

PROGRAM = Path(sysconfig.get_path("scripts")) / "chroma"
DEADLINE_SECONDS = 30.0


@contextmanager
def running_chroma(folder: Path) -> Iterator[str]:
    """The address of a server that keeps its state in `folder`, until the block ends."""
    if not PROGRAM.exists():
        if os.environ.get("CI"):
            pytest.fail("the program `chroma` is missing")
        pytest.skip("the program `chroma` is missing")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PROGRAM), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=DEADLINE_SECONDS)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, trust_env=False).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.02)
    pytest.fail("the Chroma server does not answer")
