"""The zygote: imports and rehearses once, seals itself, then forks a child for each request.

Started by the server as `python -m executor.jail.zygote CONTROL_FD light|full POLICY_FILE...`. It holds no
credentials and one thread. Every request is a datagram with a socket; the reply names the child.
"""

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from executor.jail.channel import Channel, ChannelClosed
from executor.jail.child import Child
from executor.jail.huge_pages import collapse_memory
from executor.jail.layers import (
    descriptors,
    kernel,
    landlock,
    namespaces,
    privileges,
    resource_limits,
    seccomp,
)
from executor.jail.preload import import_allowed, import_lazy_parts, show_one_core
from executor.jail.rehearsal import rehearse
from sandbox_policies.policy import Policy, load_policy

CLONE_PARENT, CLONE_PIDFD = 0x00008000, 0x00001000


class Zygote:
    """A warm, sealed process that can become a child."""

    def __init__(self, policy: Policy, is_light: bool) -> None:
        self.policy = policy
        self.layers: dict[str, str] = {}
        show_one_core()
        watched = policy.watched_names(import_allowed(policy, is_light))
        self.time_zones = import_lazy_parts()
        rehearse(policy)
        self.filter = seccomp.Filter(policy)
        self.child = Child(policy, watched, resource_limits.data_bytes_in_use())
        self.pid_flag = 0
        gc.collect()
        gc.freeze()
        gc.disable()
        collapse_memory()

    def seal(self) -> None:
        """Put up every wall that children inherit, and note which ones stand."""
        self._attempt("unprivileged", privileges.become_unprivileged)
        if self._attempt("user-namespace", namespaces.enter_user_namespace):
            self._attempt("network-namespace", namespaces.enter_other_namespaces)
            self._attempt("empty-file-system", namespaces.empty_file_system)
            self.pid_flag = namespaces.NEWPID
        self._attempt("no-new-privileges", privileges.forbid_new_privileges)
        self._attempt("landlock", landlock.forbid_everything)
        kernel.clear_environment()

    def _attempt(self, layer: str, put_up: Any) -> bool:
        try:
            put_up()
        except kernel.LayerError as error:
            self.layers[layer] = f"off: {error}"
            return False
        self.layers[layer] = "on"
        return True

    def serve(self, control: socket.socket) -> None:
        """Answer requests until the server hangs up."""
        hello = {"layers": self.layers, "packages": package_versions()}
        control.send(json.dumps(hello).encode())
        while True:
            message, passed, _, _ = socket.recv_fds(control, 16, 1)
            if not message:
                return
            connection = socket.socket(fileno=passed[0])
            try:
                pid, pidfd = self.fork(connection, message)
            except kernel.LayerError as error:
                control.send(json.dumps({"error": str(error)}).encode())
            else:
                socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
                os.close(pidfd)
            finally:
                connection.close()

    def fork(self, connection: socket.socket, kind: bytes) -> tuple[int, int]:
        """Fork a child of the server's, not ours: the server reaps and kills it without races.

        Python's own hooks around a fork mend locks and threads. There is one thread here and no lock is held,
        so they would only touch pages.

        `kind` is b"child" for a job, b"test" for the proofs.
        """
        pid, pidfd = _clone(self.pid_flag)
        if pid == 0:
            self.become_child(connection, kind)
        return pid, pidfd

    def become_child(self, connection: socket.socket, kind: bytes) -> None:
        """The child's own walls, then its one job or the proof that they stand. Never returns."""
        status = 1
        with contextlib.suppress(ChannelClosed, kernel.LayerError):
            privileges.die_with_parent()
            privileges.drop_capabilities()
            fd = descriptors.keep_only(connection.detach())
            channel = Channel(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=fd))
            resource_limits.apply_fixed(self.policy.limits.open_files_max)
            proofs = kernel.prove(INHERITED_WALLS) if kind == b"test" else {}
            self.filter.install()
            gc.enable()
            if kind == b"test":
                channel.send({**proofs, **kernel.prove({"seccomp": seccomp.verify})})
            else:
                self.child.serve(channel)
            status = 0
        os._exit(status)


INHERITED_WALLS: dict[str, Callable[[], None]] = {
    "unprivileged": privileges.verify_unprivileged,
    "no-new-privileges": privileges.verify_no_new_privileges,
    "no-capabilities": privileges.verify_no_capabilities,
    "network-namespace": namespaces.verify_network,
    "process-namespace": namespaces.verify_process,
    "empty-file-system": namespaces.verify_file_system,
    "landlock": landlock.verify,
    "resource-limits": resource_limits.verify,
    "descriptors": descriptors.verify,
}
"""Layer to its proof; the last layer, seccomp, would forbid these proofs and is proved after them."""


def package_versions() -> dict[str, str]:
    """Versions that decide whether a replay can give the same bytes."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "pandas", "scipy"):
        module = sys.modules.get(name)
        if module is not None:
            versions[name] = module.__version__
    return versions


def _clone(extra_flags: int) -> tuple[int, int]:
    """A fork that asks for a pidfd. clone(2), because containers' filters often hide clone3(2)."""
    pidfd = ctypes.c_int(-1)
    flags = CLONE_PARENT | CLONE_PIDFD | extra_flags | signal.SIGCHLD
    pid = kernel.syscall("clone", flags, 0, ctypes.byref(pidfd), 0, 0)
    return pid, pidfd.value


def main(make: Callable[[Policy, bool], Zygote] = Zygote) -> None:
    """Entry of the zygote process."""
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=int(sys.argv[1]))
    privileges.die_with_parent()
    zygote = make(load_policy(Path(name) for name in sys.argv[3:]), sys.argv[2] == "light")
    zygote.seal()
    privileges.die_with_parent()
    zygote.serve(control)


if __name__ == "__main__":
    main()
