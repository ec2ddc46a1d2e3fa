"""The zygote: imports and rehearses once, seals itself, then forks a child for each request.

Started by the server as `python -m executor.jail CONTROL_FD bare|light|full POLICY_FILE...`. It holds no
credentials and one thread. Every request is a datagram with a socket; the reply names the child.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

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
from executor.jail.preload import import_allowed, import_lazy_parts, import_table_parts, show_one_core
from executor.jail.rehearsal import rehearse
from executor.jail.warm_up import warm_up_job
from sandbox_policies.policy import Policy, Weight, load_policy

CLONE_PARENT, CLONE_PIDFD = 0x00008000, 0x00001000
DESCRIPTOR_BYTES = 4
WARM_UPS = 10
"""So often must Python run a function before it has adapted its code to it."""


class Zygote:
    """A warm, sealed process that can become a child."""

    def __init__(self, policy: Policy, weight: Weight) -> None:
        self.policy = policy
        self.layers: dict[str, str] = {}
        self.packages = package_versions(weight)
        show_one_core()
        watched = policy.watched_names(import_allowed(policy, weight))
        self.time_zones = import_lazy_parts()
        rehearse(policy)
        if weight > Weight.BARE:
            from executor.jail.table_rehearsal import rehearse_tables

            self.time_zones += import_table_parts()
            rehearse_tables()
        self.filter = seccomp.Filter(policy)
        self.walls = [
            privileges.dying_with_parent(),
            *privileges.dropping(),
            *descriptors.closing_others(),
            *resource_limits.limiting(policy.limits.open_files_max),
        ]
        self.child = Child(policy, watched, resource_limits.data_bytes_in_use())
        self.channel = Channel(descriptors.CHANNEL)
        self.pid_flag = 0

    def warm(self) -> None:
        """Do all that a child does before its job comes, then lay out memory so that forks copy little."""
        harmless = kernel.prctl_call(kernel.PR_GET_NO_NEW_PRIVS)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            nearer, farther = Channel(ours.fileno()), Channel(theirs.fileno())
            for _ in range(WARM_UPS):
                harmless()
                self.child.rehearse()
                nearer.send(warm_up_job())
                farther.receive()
        self.child.prepare(self.channel)
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
        hello = {"layers": self.layers, "packages": self.packages}
        control.send(orjson.dumps(hello))
        clone = Clone(self.pid_flag)
        while True:
            kind, passed, _, _ = control.recvmsg(16, socket.CMSG_SPACE(DESCRIPTOR_BYTES))
            if not kind:
                return
            connection = int.from_bytes(passed[0][2], sys.byteorder)
            try:
                pid = clone()
            except kernel.LayerError as error:
                control.send(orjson.dumps({"error": str(error)}))
            else:
                if pid == 0:
                    self.become_child(connection, kind)
                control.sendmsg([b'{"pid":%d}' % pid], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, clone.pidfd)])
                os.close(clone.pidfd.value)
            os.close(connection)

    def become_child(self, connection: int, kind: bytes) -> None:
        """The child's own walls, then its one job or the proof that they stand. Never returns.

        `kind` is b"child" for a job, b"test" for the proofs.
        """
        status = 1
        try:
            if connection != descriptors.CHANNEL:
                os.dup2(connection, descriptors.CHANNEL, inheritable=False)
            for put_up in self.walls:
                put_up()
            if kind == b"test":
                self.prove_walls()
            else:
                self.filter.install()
                gc.enable()
                self.child.serve(self.channel)
            status = 0
        except (ChannelClosed, kernel.LayerError):
            pass  # nobody is there to be told
        finally:
            os._exit(status)

    def prove_walls(self) -> None:
        """Try what each wall forbids; the filter would forbid the other proofs, so its own comes last."""
        proofs = kernel.prove(INHERITED_WALLS)
        self.filter.install()
        self.channel.send({**proofs, **kernel.prove({"seccomp": seccomp.verify})})


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


def package_versions(weight: Weight) -> dict[str, str]:
    """Versions that decide whether a replay can give the same bytes."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    names = ("numpy", "pandas", "scipy") if weight is Weight.FULL else ("numpy", "pandas")
    return versions | {name: metadata.version(name) for name in names}


class Clone(kernel.Call):
    """Forks a child of the server's, not ours: the server reaps and kills it without races, by `pidfd`.

    clone(2), because containers' filters often hide clone3(2). Python's own hooks around a fork mend locks
    and threads: there is one thread here and no lock is held, so they would only touch pages.
    """

    def __init__(self, extra_flags: int) -> None:
        self.pidfd = ctypes.c_int(-1)
        flags = CLONE_PARENT | CLONE_PIDFD | extra_flags | signal.SIGCHLD
        super().__init__("clone", flags, 0, ctypes.byref(self.pidfd), 0, 0)


def main(make: Callable[[Policy, Weight], Zygote] = Zygote) -> None:
    """Entry of the zygote process."""
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=int(sys.argv[1]))
    privileges.dying_with_parent()()
    zygote = make(load_policy(Path(name) for name in sys.argv[3:]), Weight[sys.argv[2].upper()])
    zygote.warm()
    zygote.seal()
    privileges.dying_with_parent()()
    zygote.serve(control)


if __name__ == "__main__":
    main()
