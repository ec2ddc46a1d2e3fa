"""The process that reads hostile source: `python -m mcp_servers.validation.worker MEMORY_BYTES CPU_SECONDS`.

One line of JSON in (the source as a string), one line of JSON out (the report). It may die at any line, and
whoever started it must expect that. It never runs the source.
"""

import json
import math
import resource
import sys

from sandbox_policies.analyser import analyse
from sandbox_policies.policy import load_policy


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    policy = load_policy()
    for line in sys.stdin:
        _allow_cpu(cpu_seconds)
        report = analyse(json.loads(line), policy)
        sys.stdout.buffer.write(report.model_dump_json().encode() + b"\n")
        sys.stdout.buffer.flush()


def _allow_cpu(seconds: int) -> None:
    """This many more seconds; the kernel counts from the birth of the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
