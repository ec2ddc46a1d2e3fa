"""System calls that Python has no name for. x86-64 and ARM64 Linux."""

import ctypes
import os
import platform
from collections.abc import Callable

X86_64 = "x86_64"
NUMBERS: dict[str, dict[str, int]] = {
    X86_64: {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "readv": 19, "writev": 20, "select": 23, "sched_yield": 24,
        "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47,
        "clone": 56, "exit": 60, "gettimeofday": 96, "getrusage": 98, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107,
        "getegid": 108, "getppid": 110, "capget": 125, "capset": 126, "sigaltstack": 131, "pivot_root": 155, "prctl": 157, "gettid": 186,
        "time": 201,
        "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "pselect6": 270, "ppoll": 271, "prlimit64": 302, "seccomp": 317,
        "getrandom": 318, "membarrier": 324, "rseq": 334, "clone3": 435, "close_range": 436, "landlock_create_ruleset": 444,
        "landlock_restrict_self": 446,
    },
    "aarch64": {
        "pivot_root": 41, "close": 57, "read": 63, "write": 64, "readv": 65, "writev": 66, "pselect6": 72, "ppoll": 73, "fstat": 80,
        "capget": 90, "capset": 91, "exit": 93, "exit_group": 94, "futex": 98, "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114,
        "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "sigaltstack": 132,
        "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "getrusage": 165, "prctl": 167, "gettimeofday": 169,
        "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sendto": 206,
        "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222,
        "mprotect": 226, "madvise": 233, "prlimit64": 261, "seccomp": 277, "getrandom": 278, "membarrier": 283, "rseq": 293,
        "clone3": 435, "close_range": 436, "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
    },
}  # fmt: skip
"""From the kernel's own tables; names an architecture lacks (poll, select, time on ARM64) are simply absent."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 1, 4, 38, 39
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4


class LayerError(Exception):
    """The kernel does not let this layer be put up here; the message says which call failed and why."""


# PyDLL keeps the interpreter lock: a fork through it must not leave the lock with another thread.
_libc = ctypes.PyDLL(None, use_errno=True)


def machine() -> str:
    """The architecture, as in `NUMBERS`."""
    return platform.machine()


def number(name: str) -> int | None:
    """The number of a system call on this machine; None where there is none."""
    return NUMBERS.get(machine(), {}).get(name)


class Call:
    """A system call, ready to be made: what is made ready before a fork costs the child next to nothing.

    Raises `LayerError` when the call is unknown here, and when it is made and fails.
    """

    def __init__(self, name: str, *arguments: object) -> None:
        call = number(name)
        if call is None:
            raise LayerError(f"{name} is not known on {machine()}")
        longs = [ctypes.c_long(part) if isinstance(part, int) else part for part in (call, *arguments)]
        self._name = name
        self._arguments = tuple(longs)

    def __call__(self) -> int:
        return _check(_libc.syscall(*self._arguments), self._name)


def syscall(name: str, *arguments: object) -> int:
    """Make a system call. Raises `LayerError` when it fails or is unknown here."""
    return Call(name, *arguments)()


def prctl_call(option: int, argument: int = 0) -> Call:
    """prctl(2), ready to be made."""
    return Call("prctl", option, argument, 0, 0, 0)


def prctl(option: int, argument: int = 0) -> int:
    """prctl(2). Raises `LayerError` when it fails."""
    return prctl_call(option, argument)()


def unshare(flags: int) -> None:
    """unshare(2). Raises `LayerError` when it fails."""
    _check(_libc.unshare(ctypes.c_int(flags)), f"unshare({flags:#x})")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2). Raises `LayerError` when it fails."""
    kind_bytes = kind.encode() if kind else None
    done = _libc.mount(source.encode(), target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode())
    _check(done, f"mount on {target}")


def umount(target: str, flags: int) -> None:
    """umount2(2). Raises `LayerError` when it fails."""
    _check(_libc.umount2(target.encode(), ctypes.c_int(flags)), f"umount {target}")


def demand(is_so: bool, otherwise: str) -> None:
    """Raises `LayerError(otherwise)` unless `is_so`: what a layer promised does not hold."""
    if not is_so:
        raise LayerError(otherwise)


def prove(walls: dict[str, Callable[[], None]]) -> dict[str, str]:
    """Each layer with "on", or "off" and what does not hold."""
    proofs = {}
    for layer, verify in walls.items():
        try:
            verify()
        except (LayerError, OSError) as error:
            proofs[layer] = f"off: {error}"
        else:
            proofs[layer] = "on"
    return proofs


def clear_environment() -> None:
    """Empty the environment of this process, in Python and in C."""
    os.environ.clear()
    _libc.clearenv()


def _check(value: int, what: str) -> int:
    if value == -1:
        error = ctypes.get_errno()
        raise LayerError(f"{what}: {os.strerror(error)}")
    return value
