"""The zygote of an execution server in a container without privileges: no namespaces, mounts or clone3."""

import ctypes
import errno
import struct

from executor.jail.layers import kernel
from executor.jail.layers.seccomp import (
    ALLOW,
    ARCHITECTURE,
    ARGUMENTS,
    AUDIT_ARCH,
    JUMP_ANY_BIT,
    JUMP_EQUAL,
    LOAD,
    NUMBER,
    RETURN,
    SET_MODE_FILTER,
    Instruction,
)
from executor.jail.zygote import Zygote, main

NAMESPACE_FLAGS = 0x7E020000
"""Of clone(2); those that container engines refuse to the unprivileged."""
CLONE3 = 435
UNSHARE_MOUNT_AND_KIN = {"x86_64": (272, 165, 155, 166), "aarch64": (97, 40, 41, 39)}


def answer(error: int) -> Instruction:
    """Let the call fail with `error`."""
    return RETURN, 0, 0, 0x00050000 | error


def build_program() -> list[Instruction]:
    """The part of a container engine's usual filter that a jail runs into."""
    machine = kernel.machine()
    program: list[Instruction] = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine])]
    program += [(RETURN, 0, 0, ALLOW), (LOAD, 0, 0, NUMBER)]
    for number in UNSHARE_MOUNT_AND_KIN[machine]:
        program += [(JUMP_EQUAL, 0, 1, number), answer(errno.EPERM)]
    program += [(JUMP_EQUAL, 0, 1, CLONE3), answer(errno.ENOSYS)]
    flags = [(LOAD, 0, 0, ARGUMENTS), (JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS), answer(errno.EPERM)]
    return [
        *program,
        (JUMP_EQUAL, 0, len(flags), kernel.NUMBERS[machine]["clone"]),
        *flags,
        (RETURN, 0, 0, ALLOW),
    ]


class ContainedZygote(Zygote):
    """The real one behind that filter."""

    def seal(self) -> None:
        program = build_program()
        code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
        buffer = ctypes.create_string_buffer(code, len(code))
        header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.syscall("seccomp", SET_MODE_FILTER, 0, ctypes.create_string_buffer(header, len(header)))
        super().seal()


if __name__ == "__main__":
    main(ContainedZygote)
