"""Landlock: no file, no TCP port, no abstract socket, no signal to the outside."""

import ctypes
import os

from executor.jail.layers import kernel

VERSION_FLAG = 1
FILE_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many file access rights each ABI knows; from 5 on there are 16."""


def abi() -> int:
    """The Landlock ABI of this kernel; 0 when it has none."""
    try:
        return kernel.syscall("landlock_create_ruleset", None, 0, VERSION_FLAG)
    except kernel.LayerError:
        return 0


def forbid_everything() -> int:
    """Handle every right that this kernel knows, allow none. Returns the ABI in force.

    Raises `LayerError` when the kernel has no Landlock.
    """
    version = abi()
    if version == 0:
        raise kernel.LayerError("the kernel has no Landlock")
    files = (1 << FILE_RIGHTS_BY_ABI.get(version, 16)) - 1
    ports = 0b11 if version >= 4 else 0
    scopes = 0b11 if version >= 6 else 0
    attributes = (ctypes.c_uint64 * 3)(files, ports, scopes)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = kernel.syscall("landlock_create_ruleset", ctypes.byref(attributes), size, 0)
    try:
        kernel.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        kernel.syscall("close", ruleset)
    return version


def verify() -> None:
    """Raises `LayerError` unless even the root directory may not be listed."""
    try:
        os.listdir("/")  # noqa: PTH208  the path API would stat it first
    except PermissionError:
        return
    raise kernel.LayerError("a directory can be listed")
