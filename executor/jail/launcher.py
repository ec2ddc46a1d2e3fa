"""The server's side of the jail: it starts the zygote, asks it for children, kills and reaps them."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from executor.errors import JailUnavailable

START_SECONDS = 60
FORK_SECONDS = 10
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}
"""All that the jail's processes find in their environment: nothing of the server's."""


@dataclass(frozen=True)
class ChildEnd:
    """How a child ended, as the kernel tells it."""

    exit_code: int | None
    signal: int | None
    cpu_seconds: float
    peak_memory_bytes: int


@dataclass
class ChildProcess:
    """A child that waits for its one job."""

    pid: int
    pidfd: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    end: ChildEnd | None = field(default=None)

    def kill(self) -> None:
        """End it now; harmless when it has ended already."""
        if self.end is None:
            try:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            except ProcessLookupError:
                return

    async def close(self, baseline_bytes: int) -> ChildEnd:
        """Kill it if it still runs, reap it, and say how it ended."""
        if self.end is None:
            self.kill()
            await _readable(self.pidfd)
            _, status, used = os.wait4(self.pid, 0)  # noqa: ASYNC222  it has ended: this does not wait
            os.close(self.pidfd)
            self.writer.close()
            self.end = ChildEnd(
                exit_code=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
                signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                cpu_seconds=used.ru_utime + used.ru_stime,
                peak_memory_bytes=max(used.ru_maxrss * 1024 - baseline_bytes, 0),
            )
        return self.end


class Launcher:
    """Owns the zygote. `layers` says which walls stand, by name: "on" or "off: why"."""

    program = "executor.jail.zygote"

    def __init__(self, policy_files: Sequence[Path] = ()) -> None:
        self._policy_files = policy_files
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = asyncio.Lock()
        self.layers: dict[str, str] = {}
        self.packages: dict[str, str] = {}
        self.baseline_bytes = 0

    async def start(self) -> None:
        """Start the zygote and wait until it is warm. Raises `JailUnavailable`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = self._start_zygote(theirs)
        self._control = ours
        ours.settimeout(START_SECONDS)
        hello = json.loads(await asyncio.to_thread(ours.recv, 65536) or b"null")
        if hello is None:
            raise JailUnavailable("the zygote ended while it started", suggestions=("Run `qna doctor`.",))
        self.layers, self.packages = hello["layers"], hello["packages"]
        ours.settimeout(FORK_SECONDS)
        await self._prove_layers()

    def _start_zygote(self, control: socket.socket) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-s", "-P", "-m", self.program, str(control.fileno())]
        command += [str(path.resolve()) for path in self._policy_files]
        return subprocess.Popen(  # noqa: S603  our own program
            command,
            pass_fds=[control.fileno()],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    async def _prove_layers(self) -> None:
        """Let a child try what it must not be able to do; what a proof says outweighs what was set up."""
        child = await self._launch(b"test")
        try:
            async with asyncio.timeout(FORK_SECONDS):
                size = int.from_bytes(await child.reader.readexactly(4), "big")
                proofs: dict[str, str] = json.loads(await child.reader.readexactly(size))
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise JailUnavailable(
                "the jail's own test child ended", suggestions=("Run `qna doctor`.",)
            ) from error
        finally:
            # What an idle child has resident is not the script's.
            self.baseline_bytes = (await child.close(0)).peak_memory_bytes
        for layer, proof in proofs.items():
            if self.layers.get(layer, "on") == "on":
                self.layers[layer] = proof

    async def launch(self, kind: Literal["now", "warm"]) -> ChildProcess:
        """A fresh child, for a job that waits or for one that may come. Raises `JailUnavailable`."""
        launching = asyncio.create_task(self._launch_in_turn(kind.encode()))
        try:
            return await asyncio.shield(launching)
        except asyncio.CancelledError:
            # The zygote's reply is read all the same, or the next child would be taken for this one.
            await asyncio.wait([launching])
            if launching.exception() is None:
                await launching.result().close(self.baseline_bytes)
            raise

    async def _launch_in_turn(self, kind: bytes) -> ChildProcess:
        async with self._lock:
            return await self._launch(kind)

    async def _launch(self, kind: bytes) -> ChildProcess:
        if self._control is None:
            raise JailUnavailable("the zygote is not running", suggestions=("Restart the execution server.",))
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                pid, pidfd = await asyncio.to_thread(self._request, self._control, kind, theirs)
            except (OSError, ValueError) as error:
                ours.close()
                raise JailUnavailable(f"the zygote does not answer: {error}") from error
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        return ChildProcess(pid, pidfd, reader, writer)

    @staticmethod
    def _request(control: socket.socket, kind: bytes, connection: socket.socket) -> tuple[int, int]:
        socket.send_fds(control, [kind], [connection.fileno()])
        message, passed, _, _ = socket.recv_fds(control, 4096, 1)
        reply = json.loads(message)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply["pid"], passed[0]

    def is_alive(self) -> bool:
        """Whether the zygote still runs."""
        return self._process is not None and self._process.poll() is None

    async def stop(self) -> None:
        """End the zygote."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _resolve, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
