"""The runner against children that say what they like: each of them gets one outcome."""

import asyncio
import os
import socket
import sys
import tempfile
from typing import Any

import orjson
import pytest

from executor.broker.broker import Broker
from executor.frames import encode_frame
from executor.jail.launcher import Launcher
from executor.jail.process import ChildProcess
from executor.jail.server_channel import ServerChannel
from executor.report import RunLimits
from executor.runner import Run, Surroundings
from executor.script_cache import CompiledScript
from sandbox_policies.policy import load_policy
from schemas.execution import ExecuteRequest, ExecutionReport, Outcome

POLICY = load_policy()
USED = {"cpu_seconds": 0.0, "peak_memory_bytes": 0}
HONEST: list[dict[str, Any]] = [{"type": "begun", "parameters": {}}]
DONE = {"type": "finished", "warnings": [], "used": USED, "result": "done"}
SAY = """
import os, sys, time
said, again = (bytes.fromhex(line) for line in sys.stdin)
then = sys.argv[1]
def say(data):
    while data:
        data = data[os.write(3, data):]
say(said)
while then == "again":
    say(again)
time.sleep(60 if then == "stay" else 0)
"""


def encode(*told: dict[str, Any]) -> bytes:
    """Frames one after another."""
    return b"".join(map(encode_frame, told))


def raw(body: bytes) -> bytes:
    """One frame of any body."""
    return len(body).to_bytes(4, "big") + body


async def run_child(
    said: bytes,
    then: str = "leave",
    again: bytes = b"",
    compiled: CompiledScript | None = None,
    **request: Any,
) -> ExecutionReport:
    """The report on a child that says `said` and then leaves, stays, or says `again` without end.

    It ran the script before when its `compiled` code is known.
    """
    ours, theirs = socket.socketpair()
    with theirs, tempfile.TemporaryFile() as script:
        script.write(f"{said.hex()}\n{again.hex()}\n".encode())
        script.seek(0)
        actions = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), 3), (os.POSIX_SPAWN_DUP2, script.fileno(), 0)]
        command = [sys.executable, "-S", "-c", SAY, then]
        pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)  # noqa: ASYNC221
    around = Surroundings(Broker([], 1), POLICY)
    body = ExecuteRequest(script="result = 1", execution_id="hostile", **{"timeout_seconds": 5, **request})
    limits = RunLimits(body.timeout_seconds, body.max_memory_mb)
    child = ChildProcess(pid, os.pidfd_open(pid), ServerChannel(ours))
    report = await Run(body, limits, around, compiled=compiled).execute(child, Launcher())
    await asyncio.gather(*around.closings)
    assert ExecutionReport.model_validate_json(report.model_dump_json()) == report
    return report


CALL = {"id": 1, "tool": "nothing", "positional": [], "named": {}}
REPORT = {"valid": True, "security_score": 100, "estimated_runtime_ms": 1}
DEEP = b"[" * 300 + b"]" * 300
CRASHES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "without a result"),
    "a start": (encode(), "without a result"),
    "half a frame": (encode(DONE)[:-3], "without a result"),
    "an empty frame": (bytes(4), "broke its channel"),
    "a pickle": (raw(b"\x80\4N."), "broke its channel"),
    "a list": (raw(b"[]"), "broke its channel"),
    "an unknown frame": (encode({"type": "promoted"}), "broke its channel"),
    "a report on a run": (encode({"type": "report", "report": REPORT}), "broke its channel"),
    "code after the start": (encode({"type": "compiled", "code": "", "parameters": {}}), "broke its channel"),
    "a second start": (encode(*HONEST), "broke its channel"),
    "a deep result": (raw(orjson.dumps(DONE).replace(b'"done"', DEEP)), "nested deeper"),
    "deep arguments": (
        raw(orjson.dumps({"type": "calls", "calls": [CALL]}).replace(b"[]", DEEP)),
        "nested deeper",
    ),
    "a tool with a long name": (encode({"type": "calls", "calls": [{**CALL, "tool": "x" * 999}]}), "broke"),
}


@pytest.mark.parametrize("name", CRASHES)
async def test_what_no_honest_child_says_is_a_crash(name: str) -> None:
    said, told = CRASHES[name]
    report = await run_child(encode(*HONEST) + said, "leave" if told == "without a result" else "stay")
    assert report.outcome is Outcome.CRASHED
    assert report.error is not None
    assert told in report.error.message


async def test_an_honest_child_is_believed() -> None:
    assert (await run_child(encode(*HONEST, DONE), "stay")).result == "done"


async def test_a_child_that_ran_the_script_before_cannot_give_later_children_other_code() -> None:
    forged = encode({"type": "compiled", "code": "Zm9yZ2Vk", "parameters": {}}, *HONEST, DONE)
    assert (await run_child(forged, "stay")).result == "done"
    report = await run_child(forged, "stay", compiled=CompiledScript("a2VwdA==", {}))
    assert report.outcome is Outcome.CRASHED


async def test_what_comes_after_the_last_frame_is_not_read() -> None:
    report = await run_child(encode(*HONEST, DONE, {**DONE, "result": "more"}) + b"\xff" * 999, "stay")
    assert report.result == "done"


@pytest.mark.parametrize(
    "said",
    [b"\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", encode({**DONE, "result": "x" * 2**23 + "x" * 2**17})],
)
async def test_a_frame_that_is_too_large_is_not_read(said: bytes) -> None:
    assert (await run_child(encode(*HONEST), "again", said)).outcome is Outcome.TOO_MUCH_OUTPUT


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "printed", "text": ""},
        {"type": "printed", "text": "x" * 1000},
        {"type": "step", "text": ""},
    ],
)
async def test_frames_without_end_are_too_much(frame: dict[str, Any]) -> None:
    report = await run_child(encode(*HONEST), "again", encode(frame) * 100)
    assert report.outcome is Outcome.TOO_MUCH_OUTPUT
    assert len(report.metadata.printed) <= POLICY.limits.printed_characters_max + 1000
    assert len(report.metadata.steps) <= POLICY.limits.steps_max + 1


async def test_calls_without_end_are_too_many() -> None:
    frame = encode({"type": "calls", "calls": [CALL]})
    report = await run_child(encode(*HONEST), "again", frame)
    assert report.outcome is Outcome.TOO_MANY_CALLS
    assert len(report.metadata.tool_calls) == POLICY.limits.calls_max


@pytest.mark.parametrize("said", [b"", encode(*HONEST), encode(*HONEST, DONE)[:-3]])
async def test_a_silent_child_is_ended_in_time(said: bytes) -> None:
    report = await run_child(said, "stay", timeout_seconds=0.3)
    assert report.outcome is Outcome.TIMED_OUT
    assert report.execution_time_ms < 2_000


@pytest.mark.parametrize("greeting", [HONEST[0], {"type": "ready"}])
async def test_a_greeting_that_does_not_end_is_a_crash(greeting: dict[str, Any]) -> None:
    assert (await run_child(encode(*HONEST), "again", encode(greeting) * 1000)).outcome is Outcome.CRASHED
