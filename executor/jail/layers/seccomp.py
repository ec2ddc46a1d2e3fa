"""seccomp: a filter that lets listed system calls through and answers EPERM to all others.

The program is classic BPF over `struct seccomp_data {int nr; u32 arch; u64 ip; u64 args[6]}`.
EPERM and not death: a library that probes for a call then takes its other way.
"""

import ctypes
import errno
import mmap
import os
import socket
import struct
from collections.abc import Callable

from executor.jail.layers import kernel
from sandbox_policies.policy import Policy

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LOAD, JUMP_EQUAL, JUMP_ANY_BIT, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
X32_BIT = 0x40000000
PROT_EXEC, MAP_SHARED = 4, 1
SET_MODE_FILTER = 1

Instruction = tuple[int, int, int, int]


def build_program(policy: Policy) -> list[Instruction]:
    """The filter for this machine as (code, jump if true, jump if false, value)."""
    program: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCH[kernel.machine()]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if kernel.machine() == kernel.X86_64:
        program += [(JUMP_AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, KILL)]
    conditions = _conditions(policy)
    for name in policy.system_calls.allowed:
        call = kernel.number(name)
        if call is not None:
            body = [*conditions.get(name, []), (RETURN, 0, 0, ALLOW)]
            program += [(JUMP_EQUAL, 0, len(body), call), *body]
    return [*program, (RETURN, 0, 0, REFUSE)]


def _conditions(policy: Policy) -> dict[str, list[Instruction]]:
    """Checks on arguments, to be done once the call's number has matched."""
    executable = _refuse_bit(2, PROT_EXEC) if policy.conditions.refuse_executable_pages else []
    shared = _refuse_bit(3, MAP_SHARED) if policy.conditions.refuse_shared_memory else []
    return {"mmap": executable + shared, "mprotect": executable, "prlimit64": _refuse_nonzero(0)}


def _refuse_bit(argument: int, bit: int) -> list[Instruction]:
    return [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (JUMP_ANY_BIT, 0, 1, bit), (RETURN, 0, 0, REFUSE)]


def _refuse_nonzero(argument: int) -> list[Instruction]:
    return [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (JUMP_EQUAL, 1, 0, 0), (RETURN, 0, 0, REFUSE)]


class Filter:
    """A filter made ready once, before forking, and installed in each child with one call."""

    def __init__(self, policy: Policy) -> None:
        program = build_program(policy)
        self._code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
        self._buffer = ctypes.create_string_buffer(self._code, len(self._code))
        header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(self._buffer))
        self._call = kernel.Call("seccomp", SET_MODE_FILTER, 0, ctypes.create_string_buffer(header))

    def install(self) -> None:
        """Put the filter up in the calling process, for good. Needs no_new_privs."""
        self._call()


def verify() -> None:
    """Raises `LayerError` unless paths, sockets, processes and executable or shared pages answer EPERM."""
    attempts: dict[str, Callable[[], object]] = {
        "stat": lambda: os.stat("/"),  # noqa: PTH116
        "socket": socket.socket,
        "fork": os.fork,
        "executable pages": lambda: mmap.mmap(
            -1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_EXEC
        ),
        "shared pages": lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
        except PermissionError:
            continue
        raise kernel.LayerError(f"{what} is possible")
