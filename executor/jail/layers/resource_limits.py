"""Resource limits: memory that numpy and pandas feel, processor time, files, no core dumps."""

import re
import resource
from pathlib import Path

from executor.jail.layers.kernel import demand


def data_bytes_in_use() -> int:
    """Private writable memory of this process, as RLIMIT_DATA counts it."""
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def apply_fixed(open_files_max: int) -> None:
    """Limits that are the same for every script: no files to write, no core, no new processes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files_max, open_files_max))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))


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
