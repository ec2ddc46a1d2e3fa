"""Resource limits: memory that numpy and pandas feel, processor time, files, no core dumps."""

import ctypes
import re
import resource
from pathlib import Path

from executor.jail.layers.kernel import Call, demand


def data_bytes_in_use() -> int:
    """Private writable memory of this process, as RLIMIT_DATA counts it."""
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def limiting(open_files_max: int) -> list[Call]:
    """What sets the limits that every script has: no files to write, no core, no new processes."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: open_files_max,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    soft_and_hard = ctypes.c_uint64 * 2
    return [
        Call("prlimit64", 0, kind, ctypes.byref(soft_and_hard(most, most)), None)
        for kind, most in limits.items()
    ]


def apply_for_run(baseline_bytes: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Limits of one script: `memory_bytes` beyond what the warm process already had."""
    data = baseline_bytes + memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def verify() -> None:
    """Raises `LayerError` unless nothing can be written or forked beyond the limits."""
    hard = [
        resource.getrlimit(kind)[1]
        for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)
    ]
    demand(hard == [0, 0, 0], "a limit is not in force")
