"""Attacks that ask the kernel itself, below everything that Python has a name for."""

from tests.attacks.stage import Attack

ASK = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
from executor.jail.layers.kernel import machine
def ask(number, *arguments):
    value = libc.syscall(ctypes.c_long(number), *arguments)
    if value < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return value
"""
