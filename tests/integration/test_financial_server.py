"""The financial server as a process with keys, in front of the vendors' stand-ins."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client

from schemas.market.envelope import PROBLEM_META_KEY
from tests.doubles.vendors.alpaca import KEY, SECRET
from tests.doubles.vendors.eodhd import TOKEN
from tests.doubles.vendors.opened import StandIns
from tests.doubles.vendors.stand_in import SERVER_ERROR
from tests.integration.test_mcp_servers import free_port, wait_until_up

NEWS = {"symbols": ["AAPL"], "limit": 2}


@dataclass(frozen=True)
class FinancialServer:
    """A server process; `log` is where it writes."""

    url: str
    process: subprocess.Popen[str]

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The structured content of one call, or its problem, over a connection of its own."""
        async with Client(f"{self.url}/mcp") as client:
            result = await client.call_tool(tool, arguments)
        content = (result.meta or {})[PROBLEM_META_KEY] if result.is_error else result.structured_content
        assert isinstance(content, dict)
        return content

    def parts(self) -> dict[str, dict[str, Any]]:
        """The parts of its health by name."""
        health = httpx2.get(f"{self.url}/health").json()
        return {part["name"]: part for part in health["parts"]}


def start(stand_ins: StandIns, directory: Path, **settings: str) -> tuple[str, subprocess.Popen[str]]:
    """A server with both keys, and its address."""
    url = f"http://localhost:{free_port()}"
    environment = {
        **os.environ,
        "FINANCIAL_MCP_URL": url,
        "ALPACA_API_KEY": KEY,
        "ALPACA_SECRET_KEY": SECRET,
        "ALPACA_DATA_URL": stand_ins.alpaca.url,
        "ALPACA_TRADING_URL": stand_ins.alpaca.url,
        "EODHD_API_KEY": TOKEN,
        "EODHD_URL": f"{stand_ins.eodhd.url}/api",
        "LOG_LEVEL": "DEBUG",
        **settings,
    }
    command = [sys.executable, "-m", "mcp_servers.financial"]
    process = subprocess.Popen(command, env=environment, cwd=directory, stderr=subprocess.PIPE, text=True)
    return url, process


@contextmanager
def running(stand_ins: StandIns, directory: Path, **settings: str) -> Iterator[FinancialServer]:
    """A server that is up, ended afterwards."""
    url, process = start(stand_ins, directory, **settings)
    try:
        wait_until_up(url, process)
        yield FinancialServer(url, process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


async def test_one_process_answers_from_both_vendors_call_after_call(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    with running(stand_ins, tmp_path) as server:
        before = server.parts()
        seen_before_calls = len(stand_ins.alpaca.seen) + len(stand_ins.eodhd.seen)
        for _ in range(2):
            assert (await server.call("alpaca_market_news", NEWS))["metadata"]["source"] == "alpaca"
            assert (await server.call("eodhd_splits", {"symbol": "AAPL"}))["metadata"]["source"] == "eodhd"
        after = server.parts()
    assert seen_before_calls == 0, "health and start must not ask a vendor"
    assert before["alpaca"]["facts"]["circuit"] == "closed"
    assert before["eodhd"]["facts"]["configured"] is True
    assert after["alpaca"]["facts"]["rate_limit"]["remaining"] == 199


async def test_a_vendor_that_is_down_shows_in_health_and_no_key_in_the_log(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    stand_ins.eodhd.faults.extend([SERVER_ERROR] * 100)
    with running(stand_ins, tmp_path, VENDOR_TIMEOUT_SECONDS="0.5") as server:
        for _ in range(6):
            answer = await server.call("eodhd_splits", {"symbol": "AAPL"})
            assert answer["code"] == "vendor_unavailable"
        part = server.parts()["eodhd"]
        server.process.terminate()
        _, log = server.process.communicate(timeout=10)
    assert (part["status"], part["facts"]["circuit"]) == ("down", "open")
    assert "financial" in log
    assert not any(secret in log for secret in (KEY, SECRET, TOKEN))


async def test_the_order_of_vendors_is_a_setting(stand_ins: StandIns, tmp_path: Path) -> None:
    with running(stand_ins, tmp_path, MARKET_DATA_VENDORS='{"news": ["eodhd"]}') as server:
        assert (await server.call("alpaca_market_news", NEWS))["metadata"]["source"] == "eodhd"


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"MARKET_DATA_VENDORS": '{"news": ["reuters"]}'}, "vendor 'reuters' is not configured"),
        ({"MARKET_DATA_VENDORS": '{"wether": ["alpaca"]}'}, "no kind of market data is called 'wether'"),
        ({"ALPACA_SECRET_KEY": ""}, "set both ALPACA_API_KEY and ALPACA_SECRET_KEY"),
    ],
)
def test_settings_that_make_no_sense_stop_the_start(
    stand_ins: StandIns, tmp_path: Path, settings: dict[str, str], complaint: str
) -> None:
    _, process = start(stand_ins, tmp_path, **settings)
    _, text = process.communicate(timeout=30)
    assert process.returncode == 1
    assert complaint in text
    assert KEY not in text
