"""A child that writes its own frames: it reaches its own report at most, never the server or another run."""

import os
import socket
import subprocess
import sys

import pytest

from schemas.execution import Outcome
from tests.attacks.engines import RunningEngine

CHANNEL = """
import json, os, struct, time
def write(data):
    while data:
        data = data[os.write(3, data):]
def frame(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    write(struct.pack(">I", len(body)) + body)
used = {"cpu_seconds": 0.0, "peak_memory_bytes": 0}
"""
CALL = {"id": 1, "tool": "no_such_tool", "positional": [], "named": {}}
FORGED: dict[str, tuple[str, Outcome]] = {
    "a result of its own": (
        "frame({'type': 'finished', 'warnings': [], 'result': 'mine', 'used': used})",
        Outcome.COMPLETED,
    ),
    "no frame at all": ("os._exit(0)", Outcome.CRASHED),
    "a silent end with a claim of success": ("os.close(3)\nos._exit(0)", Outcome.CRASHED),
    "half a length": ("write(b'\\0\\0')\nos._exit(0)", Outcome.CRASHED),
    "half a frame": ("write(struct.pack('>I', 100) + b'{')\nos._exit(0)", Outcome.CRASHED),
    "a length without end": ("write(b'\\xff' * 4)\ntime.sleep(9)", Outcome.TOO_MUCH_OUTPUT),
    "a frame without content": ("frame(b'')", Outcome.CRASHED),
    "a frame that is not JSON": ("frame(b'\\0' * 9)", Outcome.CRASHED),
    "a frame that is not UTF-8": ("frame(b'\"\\xff\"')", Outcome.CRASHED),
    "a frame that is a number": ("frame(1)", Outcome.CRASHED),
    "a frame nested without end": ("frame(b'[' * 200_000 + b']' * 200_000)", Outcome.CRASHED),
    "a result nested deeply": (
        'frame(b\'{"type":"finished","warnings":[],"used":\' + json.dumps(used).encode()'
        " + b',\"result\":' + b'[' * 200 + b']' * 200 + b'}')",
        Outcome.CRASHED,
    ),
    "an unknown type": ("frame({'type': 'grant', 'to': 'me'})", Outcome.CRASHED),
    "a field too many": (
        "frame({'type': 'finished', 'warnings': [], 'result': 1, 'used': used, 'success': True})",
        Outcome.CRASHED,
    ),
    "a field of another type": (
        "frame({'type': 'finished', 'warnings': 'all', 'result': 1, 'used': used})",
        Outcome.CRASHED,
    ),
    "a number larger than any": (
        "frame(b'{\"type\":\"step\",\"text\":1' + b'0' * 400 + b'}')",
        Outcome.CRASHED,
    ),
    "code for later runs of the script": (
        "frame({'type': 'compiled', 'code': '', 'parameters': {}})",
        Outcome.CRASHED,
    ),
    "a report on its own check": (
        "facts = {'valid': True, 'security_score': 100, 'estimated_runtime_ms': 1}\n"
        "frame({'type': 'report', 'report': facts})",
        Outcome.CRASHED,
    ),
    "a call of a tool that is not there": (
        f"frame({{'type': 'calls', 'calls': [{CALL}]}})",
        Outcome.COMPLETED,
    ),
    "a call of nothing": ("frame({'type': 'calls', 'calls': []})", Outcome.CRASHED),
    "calls without end": (
        f"while True: frame({{'type': 'calls', 'calls': [{CALL}] * 60}})",
        Outcome.TOO_MANY_CALLS,
    ),
    "a call with the longest name": (
        f"frame({{'type': 'calls', 'calls': [{{**{CALL}, 'tool': 'x' * 10_000}}]}})",
        Outcome.CRASHED,
    ),
    "steps without end": ("while True: frame({'type': 'step', 'text': 'x'})", Outcome.TOO_MUCH_OUTPUT),
    "a step that is a book": ("frame({'type': 'step', 'text': 'x' * 9_000})", Outcome.CRASHED),
    "text without end": ("while True: frame({'type': 'printed', 'text': 'x'})", Outcome.TOO_MUCH_OUTPUT),
    "empty text without end": ("while True: frame({'type': 'printed', 'text': ''})", Outcome.TOO_MUCH_OUTPUT),
    "a beginning without end": ("while True: frame({'type': 'begun', 'parameters': {}})", Outcome.CRASHED),
    "readiness without end": ("while True: frame({'type': 'ready'})", Outcome.CRASHED),
    "an error about another tool": (
        "facts = {'tool': 'x', 'code': 'y', 'details': {'nearest': [[], {}, None]}}\n"
        "frame({'type': 'raised', 'exception': 'E', 'message': '', 'line': -1, 'source': '', 'used': used,"
        " 'tool_error': facts})",
        Outcome.RAISED,
    ),
}
every_forgery = pytest.mark.parametrize("forgery", FORGED)


def write_script(forgery: str) -> str:
    return f"{CHANNEL}{FORGED[forgery][0]}\nresult = 'end'\n"


@every_forgery
def test_without_a_jail_it_is_written(forgery: str) -> None:
    """What no wall stops arrives at the other end: bytes, or the end of the line."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        script = (
            f"import os\nos.dup2({theirs.fileno()}, 3)\nos.close({theirs.fileno()})\n{write_script(forgery)}"
        )
        plain = [sys.executable, "-I", "-c", script]
        with subprocess.Popen(plain, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL) as process:
            theirs.close()
            ours.settimeout(10)
            received = ours.recv(100)
            process.kill()
    ends_silently = "os._exit" in FORGED[forgery][0]
    assert received or ends_silently


@every_forgery
def test_the_python_wall_lets_no_script_near_the_channel(forgery: str, jail: RunningEngine) -> None:
    assert jail.execute(write_script(forgery)).outcome is Outcome.REFUSED


@every_forgery
def test_the_server_takes_it_for_what_it_is(forgery: str, unwalled: RunningEngine) -> None:
    report = unwalled.execute(write_script(forgery))
    assert report.outcome is FORGED[forgery][1], report.error
    assert report.execution_time_ms < 2500
    assert report.success == (report.outcome is Outcome.COMPLETED)
    unwalled.demand_ordinary()


def test_a_forged_result_is_only_its_own_runs(unwalled: RunningEngine) -> None:
    forger = write_script("a result of its own")
    reports = unwalled.execute_together([forger, "result = 'honest'"] * 3)
    assert [report.result for report in reports] == ["mine", "honest"] * 3


def test_after_a_forged_end_nothing_more_is_read(unwalled: RunningEngine) -> None:
    script = write_script("a result of its own").replace(
        "result = 'end'", "frame({'type': 'printed', 'text': 'later'})"
    )
    report = unwalled.execute(script)
    assert (report.result, report.metadata.printed) == ("mine", "")


def test_descriptors_sent_down_the_channel_stay_nowhere(unwalled: RunningEngine) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    script = """
import socket, time
line = socket.socket(fileno=3)
for _ in range(50):
    socket.send_fds(line, [b""], [3, 3, 3])
    socket.send_fds(line, [b"\\0\\0\\0\\x10" + b'{"type":"ready"}'], [3, 3, 3])
result = 1
"""
    unwalled.execute(script)
    unwalled.demand_ordinary()
    assert len(os.listdir("/proc/self/fd")) <= before + 4  # noqa: PTH208
