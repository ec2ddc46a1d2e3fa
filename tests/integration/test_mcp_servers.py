"""The three servers as real processes, spoken to over HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp_types import CallToolResult

from schemas.market.envelope import PROBLEM_META_KEY

SERVERS = ("financial", "analytics", "validation")
START_SECONDS_MAX = 30
SCRIPT = """
from mcp_client import calculate_sma

def analyze(days: int = 2) -> dict:
    return calculate_sma([1.0, 2.0], days)
"""


@dataclass(frozen=True)
class Running:
    """A server process and where it listens."""

    name: str
    url: str
    process: subprocess.Popen[str]

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """The result of one tool call over a connection of its own."""
        async with Client(f"{self.url}/mcp") as client:
            return await client.call_tool(tool, arguments)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(name: str, url: str, directory: Path) -> subprocess.Popen[str]:
    """One server whose only setting is its address."""
    environment = {**os.environ, f"{name.upper()}_MCP_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", f"mcp_servers.{name}"],
        env=environment,
        cwd=directory,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_up(url: str, process: subprocess.Popen[str]) -> None:
    """Return when /health answers; fail when the process ends before."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        try:
            httpx2.get(f"{url}/health")
        except httpx2.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


@contextmanager
def running(name: str, directory: Path) -> Iterator[Running]:
    """A server that is up, ended afterwards."""
    url = f"http://localhost:{free_port()}"
    process = start(name, url, directory)
    try:
        wait_until_up(url, process)
        yield Running(name, url, process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Running]]:
    directory = tmp_path_factory.mktemp("servers")
    with (
        running("financial", directory) as financial,
        running("analytics", directory) as analytics,
        running("validation", directory) as validation,
    ):
        yield {"financial": financial, "analytics": analytics, "validation": validation}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_both_eras_of_the_protocol_get_the_same_answer(servers: dict[str, Running], mode: str) -> None:
    async with Client(f"{servers['financial'].url}/mcp", mode=mode) as client:
        result = await client.call_tool("alpaca_market_stocks_bars", {"symbol": "AAPL", "limit": 2})
    assert result.structured_content is not None
    assert result.structured_content["data"]["close"] == [129.652, 125.674]
    assert result.structured_content["metadata"]["as_of"] == "2022-12-28"


async def test_a_problem_travels_with_its_code_and_facts(servers: dict[str, Running]) -> None:
    result = await servers["financial"].call("alpaca_market_stocks_snapshots", symbols=["APPL", "KO"])
    assert result.is_error
    problem = (result.meta or {})[PROBLEM_META_KEY]
    assert problem["code"] == "unknown_symbol"
    assert "AAPL" in problem["details"]["nearest"]


async def test_analytics_answers_with_typed_results(servers: dict[str, Running]) -> None:
    result = await servers["analytics"].call("calculate_max_drawdown", prices=[2.0, 1.0, 3.0])
    assert result.structured_content is not None
    assert result.structured_content["max_drawdown"] == -0.5


async def test_validation_reads_a_script_without_running_it(servers: dict[str, Running]) -> None:
    result = await servers["validation"].call("validate_python_script", code=SCRIPT)
    assert result.structured_content is not None
    assert result.structured_content["valid"] is True
    assert result.structured_content["mcp_calls"] == ["calculate_sma"]


async def test_validation_survives_a_bomb(servers: dict[str, Running]) -> None:
    bomb = await servers["validation"].call("validate_python_script", code="x = a" + ".a" * 90_000)
    after = await servers["validation"].call("estimate_runtime", code=SCRIPT)
    assert bomb.structured_content is not None
    assert bomb.structured_content["valid"] is False
    assert after.structured_content is not None
    assert after.structured_content["valid"] is True


async def test_large_results_come_as_one_plain_json_reply(servers: dict[str, Running]) -> None:
    result = await servers["financial"].call("alpaca_market_stocks_bars", symbol="KO", limit=10_000)
    assert result.structured_content is not None
    assert len(result.structured_content["data"]["close"]) == 8313


@pytest.mark.parametrize(
    ("name", "part", "facts"),
    [
        ("financial", "sample", {"vendor": "sample", "as_of": "2022-12-28", "symbols": 21}),
        ("analytics", "libraries", {}),
        ("validation", "checker", {}),
    ],
)
def test_health_names_the_part_and_its_facts(
    servers: dict[str, Running], name: str, part: str, facts: dict[str, Any]
) -> None:
    health = httpx2.get(f"{servers[name].url}/health").json()
    assert (health["service"], health["status"]) == (name, "up")
    told = {each["name"]: each["facts"] for each in health["parts"]}
    assert set(told) == ({"sample", "simulated"} if name == "financial" else {part})
    assert facts.items() <= told[part].items()


@pytest.mark.parametrize("name", SERVERS)
def test_an_unknown_address_gets_the_one_error_shape(servers: dict[str, Running], name: str) -> None:
    reply = httpx2.get(f"{servers[name].url}/nothing")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "NOT_FOUND"
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_a_foreign_host_name_is_refused(servers: dict[str, Running]) -> None:
    reply = httpx2.post(f"{servers['financial'].url}/mcp", headers={"host": "evil.example"}, json={})
    assert reply.status_code == 421


@pytest.mark.parametrize(
    ("name", "host", "reason"),
    [
        *((name, "0.0.0.0", "will not listen on '0.0.0.0'") for name in SERVERS),  # noqa: S104 it must refuse
        ("financial", "192.0.2.1", "will not listen on '192.0.2.1'"),
        ("financial", "no-such-host.invalid", "cannot find the host of http://no-such-host.invalid"),
    ],
)
def test_an_address_that_others_could_reach_is_refused(
    name: str, host: str, reason: str, tmp_path: Path
) -> None:
    process = start(name, f"http://{host}:{free_port()}", tmp_path)
    _, text = process.communicate(timeout=START_SECONDS_MAX)
    assert process.returncode == 1
    assert text.startswith(f"{name}: {reason}")
    assert text.rstrip().endswith("use 127.0.0.1")


def test_a_server_ends_in_order_when_it_is_told_to(tmp_path: Path) -> None:
    with running("validation", tmp_path) as server:
        server.process.terminate()
        _, text = server.process.communicate(timeout=10)
    assert "Traceback" not in text
