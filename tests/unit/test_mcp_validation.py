"""The worker that reads hostile source, and what becomes of a script that brings it down."""

import asyncio
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mcp_servers.validation.checker import CheckLimits, ScriptChecker
from mcp_servers.validation.tools import ValidationTools

GOOD = """
from mcp_client import calculate_sma

def analyze(days: int = 20) -> dict:
    return calculate_sma([1.0, 2.0], days)
"""
BOMBS = {
    "brackets": "(" * 150_000,
    "minus_signs": "x = " + "-" * 150_000 + "1",
    "attributes": "x = a" + ".a" * 90_000,
    "sum": "x = " + "+".join("1" * 90_000),
    "lambdas": "x = " + "lambda: " * 20_000 + "1",
    "many_lines": "a=1\n" * 45_000,
    "one_long_number": "x = " + "9" * 190_000,
    "null_byte": "x = 1\0",
}


@asynccontextmanager
async def checker(limits: CheckLimits | None = None) -> AsyncIterator[ScriptChecker]:
    """A checker whose worker ends with the test."""
    started = ScriptChecker(limits or CheckLimits())
    try:
        yield started
    finally:
        await started.stop()


async def until_the_worker_reads() -> None:
    """Let a check that was just begun send its script: that takes it two turns of the loop."""
    for _ in range(3):
        await asyncio.sleep(0)


def kill_worker(started: ScriptChecker) -> Process:
    """What the kernel does when memory runs out."""
    worker = started._worker
    assert worker is not None
    worker.kill()
    return worker


async def test_a_good_script_is_valid_with_its_calls_and_parameters() -> None:
    async with checker() as started:
        report = await started.check(GOOD)
    assert report.valid
    assert report.mcp_calls == ["calculate_sma"]
    assert report.parameters["properties"]["days"]["default"] == 20


async def test_one_worker_serves_many_scripts() -> None:
    async with checker() as started:
        reports = await asyncio.gather(*(started.check(script) for script in [GOOD, "import os", GOOD]))
    assert [report.valid for report in reports] == [True, False, True]
    assert started.start_count == 1


async def test_calls_and_run_time_are_views_of_the_same_report() -> None:
    async with checker() as started:
        tools = ValidationTools(started)
        report = await tools.validate_python_script(GOOD)
        calls = await tools.check_mcp_calls(GOOD)
        estimate = await tools.estimate_runtime(GOOD)
    assert (calls.mcp_calls, calls.valid) == (report.mcp_calls, True)
    assert estimate.estimated_runtime_ms == report.estimated_runtime_ms > 0


async def test_a_script_that_cannot_be_parsed_has_no_calls_and_is_not_valid() -> None:
    async with checker() as started:
        calls = await ValidationTools(started).check_mcp_calls("from mcp_client import (")
    assert (calls.mcp_calls, calls.valid) == ([], False)


@pytest.mark.parametrize("bomb", list(BOMBS))
async def test_a_bomb_gets_a_report_and_the_next_script_its_own(bomb: str) -> None:
    async with checker() as started:
        assert not (await started.check(BOMBS[bomb])).valid
        assert (await started.check(GOOD)).valid


async def test_a_script_may_not_use_more_memory_than_the_limit() -> None:
    codes = []
    for limits in (CheckLimits(), CheckLimits(memory_bytes=1)):
        async with checker(limits) as started:
            report = await started.check(BOMBS["many_lines"])
            codes.append(report.errors[0].code)
    assert codes[0] == "TOO_LARGE"
    assert codes[1] in {"SYNTAX", "CHECK_FAILED"}


async def test_a_worker_that_dies_at_work_becomes_a_report_that_says_so() -> None:
    async with checker() as started:
        await started.check(GOOD)
        checking = asyncio.create_task(started.check(BOMBS["many_lines"]))
        await until_the_worker_reads()
        kill_worker(started)
        report = await checking
        assert [finding.code for finding in report.errors] == ["CHECK_FAILED"]
        assert "brought its reader down" in report.errors[0].message
        assert (await started.check(GOOD)).valid


async def test_a_worker_that_dies_while_idle_costs_no_script() -> None:
    async with checker() as started:
        await started.check(GOOD)
        await kill_worker(started).wait()
        assert (await started.check(GOOD)).valid
        assert started.start_count == 2


async def test_a_check_that_takes_too_long_becomes_a_report_that_says_so() -> None:
    async with checker(CheckLimits(wall_seconds=0.01)) as started:
        report = await started.check(GOOD)
    assert [finding.code for finding in report.errors] == ["CHECK_FAILED"]
    assert "0.01 seconds" in report.errors[0].message


async def test_a_caller_that_goes_away_leaves_no_report_to_the_next_one() -> None:
    async with checker() as started:
        await started.check(GOOD)
        leaving = asyncio.create_task(started.check(BOMBS["many_lines"]))
        await until_the_worker_reads()
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert (await started.check(GOOD)).valid
        assert started.start_count == 2


def test_the_kernel_ends_a_worker_that_computes_too_long() -> None:
    code = "from mcp_servers.validation.worker import _allow_cpu\n_allow_cpu(1)\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert ended.returncode == -signal.SIGXCPU
