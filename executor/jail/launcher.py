"""The server's side of the jail: it starts the zygote, asks it for children, kills and reaps them."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from executor.errors import JailUnavailable
from executor.jail.layers import cgroup
from executor.jail.layers.kernel import LayerError
from executor.jail.process import ChildProcess, readable
from executor.jail.server_channel import FrameTooLarge, ServerChannel
from sandbox_policies.policy import Weight, load_policy

START_SECONDS = 60
FORK_SECONDS = 10
PROOFS_BYTES_MAX = 65536
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "LD_BIND_NOW": "1",  # not in each child anew
}
"""All that the jail's processes find in their environment: nothing of the server's."""


class Launcher:
    """Owns the zygote. `layers` says which walls stand, by name: "on" or "off: why"."""

    program = "executor.jail"

    def __init__(self, policy_files: Sequence[Path] = (), weight: Weight = Weight.FULL) -> None:
        self._policy_files = policy_files
        self._weight = weight.name.lower()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = asyncio.Lock()
        self.layers: dict[str, str] = {}
        self.packages: dict[str, str] = {}
        self.baseline_bytes = 0
        self._group: cgroup.Group | None = None
        self._oom_kills = 0

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
        ours.setblocking(False)
        self._group = self._make_group(self._process.pid)
        await self._prove_layers()

    def _start_zygote(self, control: socket.socket) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-s", "-P", "-m", self.program, str(control.fileno()), self._weight]
        command += [str(path.resolve()) for path in self._policy_files]
        return subprocess.Popen(  # noqa: S603  our own program
            command,
            pass_fds=[control.fileno()],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def _make_group(self, zygote: int) -> cgroup.Group | None:
        bounds = load_policy(self._policy_files).cgroup
        try:
            group = cgroup.create(bounds.memory_share, bounds.processes_max)
            group.add(zygote)
            group.verify(zygote)
        except (LayerError, OSError) as error:
            self.layers["cgroup"] = f"off: {error}"
            return None
        self.layers["cgroup"] = "on"
        return group

    def had_oom_kill(self) -> bool:
        """Whether the kernel has ended a child for want of memory since this was asked last."""
        before = self._oom_kills
        self._oom_kills = self._group.oom_kills() if self._group else 0
        return self._oom_kills > before

    async def _prove_layers(self) -> None:
        """Let a child try what it must not be able to do; what a proof says outweighs what was set up."""
        child = await self._launch(b"test")
        try:
            async with asyncio.timeout(FORK_SECONDS):
                proofs: dict[str, str] = json.loads(await child.channel.receive(PROOFS_BYTES_MAX) or b"")
        except (TimeoutError, FrameTooLarge, ValueError) as error:
            raise JailUnavailable(
                "the jail's own test child ended", suggestions=("Run `qna doctor`.",)
            ) from error
        finally:
            # What an idle child has resident is not the script's.
            self.baseline_bytes = (await child.close(0)).peak_memory_bytes
        for layer, proof in proofs.items():
            if self.layers.get(layer, "on") == "on":
                self.layers[layer] = proof

    async def launch(self) -> ChildProcess:
        """A fresh child. Raises `JailUnavailable`."""
        launching = asyncio.create_task(self._launch_in_turn())
        try:
            return await asyncio.shield(launching)
        except asyncio.CancelledError:
            # The zygote's reply is read all the same, or the next child would be taken for this one.
            await asyncio.wait([launching])
            if launching.exception() is None:
                await launching.result().close(self.baseline_bytes)
            raise

    async def _launch_in_turn(self) -> ChildProcess:
        async with self._lock:
            return await self._launch(b"child")

    async def _launch(self, kind: bytes) -> ChildProcess:
        if self._control is None:
            raise JailUnavailable("the zygote is not running", suggestions=("Restart the execution server.",))
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise JailUnavailable(f"no channel for a child: {error.strerror}") from error
        with theirs:
            try:
                async with asyncio.timeout(FORK_SECONDS):
                    pid, pidfd = await self._request(self._control, kind, theirs)
            except TimeoutError as error:
                ours.close()
                await self.stop()  # a late reply would be taken for the next child's
                raise JailUnavailable(
                    f"the zygote did not answer within {FORK_SECONDS} seconds",
                    suggestions=("Restart the execution server.",),
                ) from error
            except (OSError, ValueError) as error:
                ours.close()
                raise JailUnavailable(f"the zygote does not answer: {error}") from error
        return ChildProcess(pid, pidfd, ServerChannel(ours))

    @staticmethod
    async def _request(control: socket.socket, kind: bytes, connection: socket.socket) -> tuple[int, int]:
        socket.send_fds(control, [kind], [connection.fileno()])
        await readable(control.fileno())
        message, passed, _, _ = socket.recv_fds(control, 4096, 1)
        reply = json.loads(message)
        if "error" in reply:
            raise OSError(reply["error"])
        return reply["pid"], passed[0]

    @property
    def zygote_pid(self) -> int:
        """Its process id. Raises `JailUnavailable` when it was not started."""
        if self._process is None:
            raise JailUnavailable("the zygote is not running", suggestions=("Restart the execution server.",))
        return self._process.pid

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
        if self._group is not None:
            self._group.remove()
