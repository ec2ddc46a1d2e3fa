"""Telling a process from every other one, also after its number was given to another."""

import os
from dataclasses import dataclass
from pathlib import Path

START_TIME_FIELD = 19
"""Of /proc/<pid>/stat, counted after the command's closing bracket: proc(5), field 22."""


@dataclass(frozen=True)
class ProcessIdentity:
    """`machine` is empty where the system cannot tell; then only a lease says who is alive."""

    machine: str
    process_id: int
    process_started: str


def identify_process() -> ProcessIdentity:
    """The process that runs this."""
    process_id = os.getpid()
    return ProcessIdentity(_identify_machine(), process_id, _read_start(process_id) or "")


def is_known_dead(process: ProcessIdentity) -> bool:
    """Whether the process ran here and is gone. False is no proof of life: it may be of another machine."""
    if not process.machine or process.machine != _identify_machine():
        return False
    return _read_start(process.process_id) != process.process_started


def _identify_machine() -> str:
    """This boot of this machine, and the space in which its process numbers are counted."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return f"{boot}/{space}"


def _read_start(process_id: int) -> str | None:
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except (OSError, UnicodeDecodeError):
        return None
    state, *rest = stat.rpartition(")")[2].split()
    return None if state in ("Z", "X") else rest[START_TIME_FIELD - 1]
