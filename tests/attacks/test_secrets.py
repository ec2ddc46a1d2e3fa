"""The environment, the memory and the papers of the server."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "environment": "import os; result = dict(os.environ)",
    "environment_bytes": "import os; result = str(os.environb)",
    "getenv": "import os; result = os.getenv('CANARY_SECRET')",
    "getenv_in_c": """
import ctypes
call = ctypes.CDLL(None).getenv
call.restype = ctypes.c_char_p
result = str(call(b'CANARY_SECRET'))
""",
    "environment_of_self": "result = open('/proc/self/environ').read()",
    "environment_of_server": "result = open('/proc/@PID@/environ').read()",
    "environment_of_a_command": "import subprocess; result = subprocess.check_output(['env']).decode()",
    "command_line": "result = {'escaped': open('/proc/self/cmdline').read()}",
    "memory_map": "result = {'escaped': len(open('/proc/self/maps').read())}",
    "descriptors_of_server": "import os; result = {'escaped': os.listdir('/proc/@PID@/fd')}",
    "settings_file": "result = {'escaped': open('/etc/passwd').read()}",
    "callers_variables": """
import sys
frame, found = sys._getframe(), []
while frame:
    found.append(str(frame.f_locals) + str(frame.f_globals))
    frame = frame.f_back
import os
result = [found, dict(os.environ)]
""",
    "objects_of_the_interpreter": """
import gc
result = [str(found) for found in gc.get_objects() if type(found).__name__ == '_Environ']
""",
    "stack_of_the_process": """
import ctypes
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
found, place = [], 0
while environ and environ[place]:
    found.append(environ[place].decode())
    place += 1
result = found
""",
    "host_name": "import socket; result = {'escaped': socket.gethostname()}",
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
