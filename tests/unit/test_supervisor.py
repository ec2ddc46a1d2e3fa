"""The supervisor over real child processes: tiny servers that die, hang, fall ill or talk on command."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qna.failures import PlatformFailed, PortTaken, ServiceLost
from qna.health import ask_health, open_client
from qna.keeper import Pace, Surroundings
from qna.server_process import summarise_line
from qna.services import Service
from qna.supervisor import Supervision, supervise
from qna.terminal import plain

DEADLINE_SECONDS = 20.0

TINY_SERVER = """
import http.server, json, os, pathlib, signal, subprocess, sys
from service.lifeline import follow_starter

port, folder, *manners = sys.argv[1:]
follow_starter()
if "stubborn" in manners:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
nurse = subprocess.Popen(["sleep", "1000"]) if "parent" in manners else None
print("\\n".join(pathlib.Path(folder, "said").read_text().splitlines()), file=sys.stderr, flush=True)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = pathlib.Path(folder, "status").read_text()
        pids = {"pid": os.getpid(), "child": nurse and nurse.pid}
        part = {"name": "store", "status": status, "detail": "far away", "facts": pids}
        body = json.dumps({"service": "tiny", "status": status, "version": "1", "parts": [part]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""

QUICK = Pace(
    first_backoff_seconds=0.01,
    last_backoff_seconds=0.05,
    starting_poll_seconds=0.02,
    poll_seconds=0.02,
    degraded_start_seconds=0.2,
    grace_seconds=0.3,
)


class Stage:
    """A folder with the tiny server, what it should say and how it should feel; and what was told of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        (folder / "server.py").write_text(TINY_SERVER)
        (folder / "said").write_text("")
        self.set_status("up")

    def set_status(self, status: str) -> None:
        (self.folder / "new").write_text(status)
        (self.folder / "new").replace(self.folder / "status")

    def service(self, name: str, *manners: str, port: int | None = None) -> Service:
        port = port or free_port()
        command = (sys.executable, str(self.folder / "server.py"), str(port), str(self.folder), *manners)
        return Service(name, command, "127.0.0.1", port, f"{name.upper()}_PORT")

    def surroundings(self, pace: Pace = QUICK) -> Surroundings:
        return Surroundings(
            {}, self.folder / "logs", lambda name, line: self.told.append(f"{name} {line}"), pace
        )


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_alive(pid: int) -> bool:
    """A zombie that nobody has collected yet is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        await asyncio.sleep(0.01)


async def facts_of(service: Service) -> dict[str, int]:
    """What the tiny server says of itself, once it answers."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    async with open_client(timeout_seconds=2) as client:
        while (health := await ask_health(client, service.url)) is None:
            assert time.monotonic() < deadline, "the server never answered"
    return health.parts[0].facts


async def start(supervision: Supervision) -> None:
    await supervision.wait_until_started(DEADLINE_SECONDS)


async def test_every_server_says_where_it_is_up_and_how_long_that_took(stage: Stage) -> None:
    services = [stage.service("one"), stage.service("two")]
    async with supervise(services, stage.surroundings()) as supervision:
        await start(supervision)
    for service, line in zip(services, sorted(stage.told), strict=True):
        assert line.startswith(f"{service.name} up at http://127.0.0.1:{service.port} in ")
        assert float(line.split()[-2]) < DEADLINE_SECONDS


async def test_a_killed_server_is_started_again(stage: Stage) -> None:
    service = stage.service("one")
    async with supervise([service], stage.surroundings()) as supervision:
        await start(supervision)
        first = (await facts_of(service))["pid"]
        os.kill(first, signal.SIGKILL)
        await wait_until(lambda: sum("up at" in line for line in stage.told) == 2)
        assert (await facts_of(service))["pid"] != first
    assert "one died (signal 9, Killed); starts again in 0.01 s" in stage.told


async def test_the_others_go_on_while_one_is_started_again(stage: Stage) -> None:
    steady, frail = stage.service("steady"), stage.service("frail")
    async with supervise([steady, frail], stage.surroundings()) as supervision:
        await start(supervision)
        before = await facts_of(steady)
        os.kill((await facts_of(frail))["pid"], signal.SIGKILL)
        await wait_until(lambda: sum("frail up at" in line for line in stage.told) == 2)
        assert await facts_of(steady) == before


async def test_a_server_that_never_answers_is_given_up_after_five_deaths_with_growing_pauses(
    stage: Stage,
) -> None:
    hopeless = Service(
        "one", (sys.executable, "-c", "raise SystemExit(3)"), "127.0.0.1", free_port(), "ONE_PORT"
    )
    async with supervise([hopeless], stage.surroundings()) as supervision:
        with pytest.raises(ServiceLost) as lost:
            await start(supervision)
    pauses = [line.split()[-2] for line in stage.told if "starts again" in line]
    assert pauses == ["0.01", "0.02", "0.04", "0.05"]
    assert "5 times" in lost.value.message
    assert "exit code 3" in lost.value.message
    assert lost.value.next_step == f"Read {stage.folder / 'logs' / 'one.log'}."


async def test_the_pauses_begin_anew_after_a_long_enough_health(stage: Stage) -> None:
    service = stage.service("one")
    pace = Pace(
        first_backoff_seconds=0.01, settled_after_seconds=0, starting_poll_seconds=0.02, poll_seconds=0.02
    )
    async with supervise([service], stage.surroundings(pace)) as supervision:
        for life in range(1, 4):
            await start(supervision)
            os.kill((await facts_of(service))["pid"], signal.SIGKILL)
            await wait_until(lambda life=life: sum("died" in line for line in stage.told) == life)  # type: ignore[misc]
    assert [line.split()[-2] for line in stage.told if "died" in line] == ["0.01"] * 3


async def test_a_taken_port_is_named_with_its_variable_before_anything_starts(stage: Stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        services = [stage.service("one"), stage.service("two", port=port)]
        with pytest.raises(PortTaken) as taken:
            async with supervise(services, stage.surroundings()):
                pytest.fail("the block was entered")
    assert f"two cannot listen on port {port}" in taken.value.message
    assert "TWO_PORT" in taken.value.next_step
    assert not (stage.folder / "logs").exists()


async def test_a_port_that_is_taken_later_ends_the_wait(stage: Stage) -> None:
    port = free_port()
    async with supervise(
        [stage.service("one", port=port), stage.service("two", port=port)], stage.surroundings()
    ) as supervision:
        with pytest.raises(PortTaken, match=str(port)):
            await supervision.wait_until_lost()


async def test_a_server_that_is_late_is_named(stage: Stage) -> None:
    silent = Service("one", ("sleep", "1000"), "127.0.0.1", free_port(), "ONE_PORT")
    async with supervise([silent], stage.surroundings()) as supervision:
        with pytest.raises(PlatformFailed, match="one"):
            await supervision.wait_until_started(0.1)


@pytest.mark.parametrize("manners", [(), ("stubborn",), ("parent",), ("stubborn", "parent")])
async def test_nothing_is_left_when_the_block_ends(stage: Stage, manners: tuple[str, ...]) -> None:
    service = stage.service("one", *manners)
    async with supervise([service], stage.surroundings()) as supervision:
        await start(supervision)
        facts = await facts_of(service)
    pids = [pid for pid in facts.values() if pid]
    assert len(pids) == 1 + ("parent" in manners)
    await wait_until(lambda: not any(is_alive(pid) for pid in pids))
    assert not [line for line in stage.told if "died" in line]


async def test_a_grandchild_does_not_outlive_a_server_that_died(stage: Stage) -> None:
    service = stage.service("one", "parent")
    async with supervise([service], stage.surroundings()) as supervision:
        await start(supervision)
        facts = await facts_of(service)
        os.kill(facts["pid"], signal.SIGKILL)
        await wait_until(lambda: not is_alive(facts["child"]))


async def test_a_killed_supervisor_takes_its_servers_along(stage: Stage) -> None:
    service = stage.service("one")
    program = f"""
import asyncio, pathlib
from qna.keeper import Surroundings
from qna.services import Service
from qna.supervisor import supervise

async def main():
    surroundings = Surroundings({{}}, pathlib.Path({str(stage.folder / "logs")!r}), lambda *_: None)
    async with supervise([{service!r}], surroundings) as supervision:
        await supervision.wait_until_lost()

asyncio.run(main())
"""
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    pid = (await facts_of(service))["pid"]
    supervisor.kill()
    await supervisor.wait()
    await wait_until(lambda: not is_alive(pid))


async def test_troubles_are_told_when_they_come_and_when_they_go(stage: Stage) -> None:
    async with supervise([stage.service("one")], stage.surroundings()) as supervision:
        await start(supervision)
        stage.set_status("degraded")
        await wait_until(lambda: "one degraded: store degraded (far away)" in stage.told)
        stage.set_status("up")
        await wait_until(lambda: stage.told[-1] == "one up")


async def test_a_server_that_stays_degraded_counts_as_started_after_a_while(stage: Stage) -> None:
    stage.set_status("degraded")
    async with supervise([stage.service("one")], stage.surroundings()) as supervision:
        await start(supervision)
    assert stage.told[0].startswith("one degraded at http://127.0.0.1:")
    assert float(stage.told[0].split()[-2]) >= QUICK.degraded_start_seconds


async def test_every_line_goes_to_the_log_and_those_of_weight_are_told(stage: Stage) -> None:
    lines = [
        '{"level": "info", "event": "hello"}',
        '{"level": "warning", "event": "slow", "seconds": 3, "timestamp": "now"}',
        "Traceback (most recent call last):",
        "x" * 2_000_000,
    ]
    (stage.folder / "said").write_text("\n".join(lines))
    async with supervise([stage.service("one")], stage.surroundings()) as supervision:
        await start(supervision)
    log = (stage.folder / "logs" / "one.log").read_text().splitlines()
    assert log[:3] == lines[:3]
    assert "was left out" in log[3]
    told = [line for line in stage.told if "up at" not in line]
    assert told[:2] == ["one warning: slow seconds=3", "one Traceback (most recent call last):"]


def test_a_log_line_below_warning_is_not_shown() -> None:
    assert summarise_line('{"level": "info", "event": "hello"}') == ""


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    assert plain("a\x1b[31mb\u202ec\x9bd\ud800\te\n") == "a[31mbcd\te\n"
