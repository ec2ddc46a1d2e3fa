"""Ordinary operations ask the kernel for no file at all: counted by strace, in children forked on demand."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from executor.engine import Engine
from schemas.execution import Outcome
from tests.attacks.engines import RunningEngine, make_settings, running
from tests.idioms.operations import HEAD, OPERATIONS

WATCHED = "trace=%file,openat2,getdents,getdents64"
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


def is_traced(pid: int) -> bool:
    """Whether strace has taken hold of a process."""
    return "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text("ascii")


class Watch:
    """strace on the zygotes and all that they fork from now on."""

    def __init__(self, zygotes: list[int], log: Path) -> None:
        self.log = log
        pids = [part for pid in zygotes for part in ("-p", str(pid))]
        command = ["strace", "-f", "-q", "-e", WATCHED, "-o", str(log), *pids]
        self.process = subprocess.Popen(command)
        while not all(is_traced(pid) for pid in zygotes):
            assert self.process.poll() is None, "strace did not start"
        self._seen = 0

    def new_calls(self) -> list[str]:
        """Every call made since this was asked last, one a line."""
        lines = self.log.read_text("utf-8").splitlines()
        new, self._seen = lines[self._seen :], len(lines)
        return [line for line in new if "(" in line and " +++ " not in line and " --- " not in line]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningEngine, Watch]]:
    with running(Engine(make_settings([], warm_children=0))) as engine:
        zygotes = []
        for script in ("result = 1", "import scipy\nresult = 1"):
            jail = engine.wait(engine.engine.jails.for_script(script))
            zygotes.append(jail.launcher.zygote_pid)
        watch = Watch(zygotes, tmp_path_factory.mktemp("strace") / "calls.log")
        try:
            yield engine, watch
        finally:
            watch.process.terminate()
            watch.process.wait(timeout=10)


@needs_strace
def test_the_watch_sees_a_file_that_is_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "calls.log"
    subprocess.run(
        ["strace", "-f", "-q", "-e", WATCHED, "-o", log, "cat", __file__], check=True, capture_output=True
    )
    assert __file__ in log.read_text("utf-8")


@needs_strace
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_ordinary_operation_touches_no_file(name: str, watched: tuple[RunningEngine, Watch]) -> None:
    engine, watch = watched
    report = engine.execute(HEAD + OPERATIONS[name], timeout_seconds=30)
    assert report.outcome is Outcome.COMPLETED, report.error
    assert watch.new_calls() == []
