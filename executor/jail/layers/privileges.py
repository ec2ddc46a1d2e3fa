"""Privileges: an unprivileged user, no way back, no capabilities, not dumpable."""

import ctypes
import os

from executor.jail.layers import kernel

NOBODY = 65534
CAPABILITY_VERSION_3 = 0x20080522


def become_unprivileged() -> None:
    """As root, become nobody; as anybody else, stay who we are."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # /proc/self/uid_map is written next


def forbid_new_privileges() -> None:
    """No exec can raise privileges any more."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def dropping() -> list[kernel.Call]:
    """What gives up every capability, for good, and hides from ptrace and /proc of others."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    return [
        kernel.prctl_call(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL),
        kernel.Call("capset", ctypes.byref(header), ctypes.byref(nothing)),
        kernel.prctl_call(kernel.PR_SET_DUMPABLE, 0),
    ]


def verify_unprivileged() -> None:
    """Raises `LayerError` unless this process is nobody special."""
    kernel.demand(
        0 not in (*os.getresuid(), *os.getresgid()) and not os.getgroups(),
        "the user is still root or in a group",
    )


def verify_no_new_privileges() -> None:
    """Raises `LayerError` unless no exec can raise privileges."""
    kernel.demand(kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) == 1, "no_new_privs is not set")


def verify_no_capabilities() -> None:
    """Raises `LayerError` unless no capability is left."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    kernel.syscall("capget", ctypes.byref(header), ctypes.byref(sets))
    kernel.demand(not any(sets), "capabilities are left")


def dying_with_parent() -> kernel.Call:
    """What asks for SIGKILL when the process that is our parent ends."""
    return kernel.prctl_call(kernel.PR_SET_PDEATHSIG, 9)
