"""What a child without the Python wall is told by the kernel itself."""

import errno

import pytest

from executor.jail.layers import kernel
from sandbox_policies.policy import load_policy
from schemas.execution import Outcome
from tests.attacks.engines import RunningEngine

SYSTEM_CALLS_MAX = 480
PROBES = {335, 336} if kernel.machine() == kernel.X86_64 else set()
"""uretprobe and uprobe, which newer kernels do not filter: they end who calls them from elsewhere."""
ALLOWED = {kernel.NUMBERS[kernel.machine()].get(name) for name in load_policy().system_calls.allowed}
TRY_ALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = {}
for number in NUMBERS:
    value = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    result[str(number)] = ctypes.get_errno() if value < 0 else 0
"""
MORE_THAN_GIVEN = {
    "memory beyond the limit": "resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
    "processor time beyond the limit": "resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
    "files to write": "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))",
    "processes": "resource.setrlimit(resource.RLIMIT_NPROC, (9, 9))",
    "open files": "resource.setrlimit(resource.RLIMIT_NOFILE, (999, 999))",
    "another process's limits": "resource.prlimit(2, resource.RLIMIT_CPU)",
}


def test_every_system_call_that_is_not_listed_is_refused(unwalled: RunningEngine) -> None:
    numbers = [number for number in range(SYSTEM_CALLS_MAX) if number not in ALLOWED | PROBES]
    report = unwalled.execute(TRY_ALL.replace("NUMBERS", str(numbers)))
    assert report.result == {str(number): errno.EPERM for number in numbers}


@pytest.mark.parametrize("wish", MORE_THAN_GIVEN)
def test_no_limit_can_be_raised(wish: str, unwalled: RunningEngine) -> None:
    report = unwalled.execute(f"import resource\n{MORE_THAN_GIVEN[wish]}\nresult = 'raised'")
    assert report.outcome is Outcome.RAISED
    assert report.error is not None
    assert report.error.message.startswith(("ValueError: not allowed", "PermissionError: [Errno 1]"))


def test_a_system_call_of_another_architecture_ends_the_script(unwalled: RunningEngine) -> None:
    if kernel.machine() != kernel.X86_64:
        pytest.skip("only x86-64 has the numbers of x32")
    report = unwalled.execute("import ctypes\nresult = ctypes.CDLL(None).syscall(0x40000000 + 39)")
    assert report.outcome is Outcome.CRASHED
    assert report.error is not None
    assert "signal 31" in report.error.message


def test_the_script_is_nobody_and_alone(unwalled: RunningEngine) -> None:
    script = """
import os, socket
try:
    names = os.listdir("/")
except PermissionError:
    names = []
result = [0 in (os.getuid(), os.getgid()), os.getpid(), os.getppid(), names, dict(os.environ)]
"""
    assert unwalled.execute(script).result == [False, 1, 0, [], {}]
