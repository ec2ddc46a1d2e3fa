"""A server ends with whoever started it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from service.lifeline import LIFELINE_VARIABLE

SERVER = """
import contextlib, sys
from service.http import create_http_app, serve

@contextlib.asynccontextmanager
async def lifespan(app):
    print("started", flush=True)
    yield
    print("stopped", flush=True)

serve(create_http_app("tiny", "1", lifespan), "127.0.0.1", int(sys.argv[1]))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(port: int, variables: dict[str, str], *descriptors: int) -> Iterator[subprocess.Popen[str]]:
    """A server that has started; killed at the end if it still runs."""
    command = [sys.executable, "-c", SERVER, str(port)]
    environment = {**os.environ, **variables}
    with subprocess.Popen(
        command, env=environment, pass_fds=descriptors, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "started\n"
            yield server
        finally:
            server.kill()


def answers(port: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 404
        except httpx2.ConnectError:
            time.sleep(0.02)
    return False


def test_a_server_stops_in_order_when_its_starter_is_gone() -> None:
    ours, its = os.pipe()[::-1]
    with served(free_port(), {LIFELINE_VARIABLE: str(its)}, its) as server:
        os.close(its)
        assert server.poll() is None
        os.close(ours)
        assert server.stdout is not None
        assert server.stdout.read() == "stopped\n"
        server.wait(timeout=20)


def test_a_server_without_a_lifeline_stays() -> None:
    port = free_port()
    with served(port, {LIFELINE_VARIABLE: ""}) as server:
        assert answers(port)
        assert server.poll() is None
