"""A real PostgreSQL server on a free port and in its own folder, which tests may kill and start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.doubles.running_house import children

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"
READY_SECONDS = 30.0
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")


class PostgreSQL:
    """`start` returns when it answers; `stop` and `kill` when it is gone."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._server: subprocess.Popen[bytes] | None = None
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        if self._server is not None:
            return
        command = [str(PROGRAMS / "postgres"), "-D", str(self._data), "-p", str(self.port), "-k", ""]
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen([*_as_user(), *command, *options], stdout=log, stderr=log)
        ready = [str(PROGRAMS / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run(ready, check=False).returncode != 0:
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As kill -9 of everything: the server's children end when it does."""
        self._end(signal.SIGQUIT)

    def create_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid4().hex[:12]}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def freeze(self) -> None:
        """Every process of it stops where it is."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._server is not None
        family = [self._server.pid, *(pid for pid, _command in children(self._server.pid))]
        for pid in family:
            os.kill(pid, number)

    def _end(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(timeout=READY_SECONDS)
            self._server = None

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([*_as_user(), str(PROGRAMS / program), *arguments], check=True, capture_output=True)


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A server until the block ends. Skips the test, or fails it in CI, where there is none."""
    demand_postgresql()
    # Not pytest's folder: only root may enter that, and PostgreSQL does not run as root.
    with tempfile.TemporaryDirectory(prefix="qna-postgresql-") as folder:
        server = PostgreSQL(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def demand_postgresql() -> None:
    """Skip the test where there is no PostgreSQL; in CI there must be one."""
    if (PROGRAMS / "initdb").exists():
        return
    assert not os.environ.get("CI"), "CI has PostgreSQL 15"
    pytest.skip("PostgreSQL 15 is not installed")


def _as_user() -> list[str]:
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
