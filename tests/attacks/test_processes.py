"""Making, running, watching and hurting processes; becoming somebody else."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "fork": "import os; pid = os.fork() or os._exit(0); result = {'escaped': os.waitpid(pid, 0)}",
    "vfork_exec": "import os; result = {'escaped': os.posix_spawn('/bin/true', ['true'], {})}",
    "system": "import os; os.system('touch @FOLDER@/pwned')",
    "popen": "import os; result = os.popen('cat @FILE@').read()",
    "subprocess": "import subprocess; result = subprocess.check_output(['cat', '@FILE@']).decode()",
    "exec": "import os; os.execv('/bin/cat', ['cat', '@FILE@'])",
    "multiprocessing": """
import multiprocessing
process = multiprocessing.get_context('fork').Process(target=lambda: open('@FOLDER@/pwned', 'w').close())
process.start()
process.join()
""",
    "thread": """
import threading
found = []
thread = threading.Thread(target=found.append, args=(1,))
thread.start()
thread.join()
result = {'escaped': found}
""",
    "signal_server": "import os; os.kill(@PID@, 0); result = {'escaped': True}",
    "signal_parent": "import os; os.kill(os.getppid(), 0); result = {'escaped': True}",
    "signal_all": "import os, signal; os.killpg(0, signal.SIGCONT); result = {'escaped': True}",
    "pidfd": "import os; result = {'escaped': os.pidfd_open(@PID@)}",
    "limits_of_server": "import resource as r; result = {'escaped': r.prlimit(@PID@, r.RLIMIT_NOFILE)}",
    "raise_limit": """
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
resource.setrlimit(resource.RLIMIT_NPROC, (1000, 1000))
result = {'escaped': True}
""",
    "become_root": "import os; os.setresuid(0, 0, 0); result = {'escaped': True}",
    "is_root": "import os; result = {'escaped': 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid())}",
    "priority": "import os; os.nice(1); result = {'escaped': True}",
    "affinity": "import os; os.sched_setaffinity(0, os.sched_getaffinity(0)); result = {'escaped': True}",
    "read_memory_of_server": """
import ctypes, os
class Span(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
found = ctypes.create_string_buffer(8)
ours, theirs = (ctypes.byref(Span(place, 8)) for place in (ctypes.addressof(found), id(None)))
read = ctypes.CDLL(None).process_vm_readv(os.getpid(), ours, 1, theirs, 1, 0)
result = {'escaped': read == 8}
""",
    "trace_me": "import ctypes; result = {'escaped': ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0}",
    "user_namespace": "import ctypes; result = {'escaped': ctypes.CDLL(None).unshare(0x10000000) == 0}",
    "mount": """
import ctypes
libc = ctypes.CDLL(None)
assert libc.unshare(0x10020000) == 0
result = {'escaped': libc.mount(b'none', b'/', None, 0x44000, None) == 0}
""",
    "process_control": "import ctypes; result = {'escaped': ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0}",
    "executable_pages": "import mmap; result = {'escaped': len(mmap.mmap(-1, 4096, flags=2, prot=mmap.PROT_EXEC))}",
    "shared_pages": "import mmap; result = {'escaped': len(mmap.mmap(-1, 4096))}",
    "native_code": """
import ctypes
libc = ctypes.CDLL(None)
page = ctypes.create_string_buffer(8192)
start = (ctypes.addressof(page) + 4095) & ~4095
result = {'escaped': libc.mprotect(ctypes.c_void_p(start), 4096, 7) == 0}
""",
    "event_ring": "import ctypes as c; result = {'escaped': c.CDLL(None).syscall(425, 1, (c.c_char * 120)()) >= 0}",
    "key_ring": "import ctypes; result = {'escaped': ctypes.CDLL(None).syscall(250, 0, -3, 1) >= 0}",
    "host_name": "import os; result = {'escaped': os.uname().nodename}",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_works_without_a_jail(scene: Scene, attack: str) -> None:
    assert scene.attack_plainly(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_jail_holds(scene: Scene, executor: ExecutionServer, attack: str) -> None:
    assert not scene.evidence_in(executor.execute(scene.place(ATTACKS[attack])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_kernel_alone_holds(scene: Scene, bare_jail: BareJail, attack: str) -> None:
    report = bare_jail.execute(scene.place(ATTACKS[attack]))
    assert not scene.evidence_in(report)
    assert came_as_far_as_the_kernel(report), report.error
