"""Reading, listing, probing and writing files."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "open": "result = open('@FILE@').read()",
    "os_open": "import os; result = os.read(os.open('@FILE@', os.O_RDONLY), 100).decode()",
    "open_relative": "import os; os.chdir('@FOLDER@'); result = open('canary.csv').read()",
    "open_by_directory": """
import os
folder = os.open('@FOLDER@', os.O_RDONLY)
result = os.read(os.open('canary.csv', os.O_RDONLY, dir_fd=folder), 99).decode()
""",
    "open_code": "import io; result = io.open_code('@FILE@').read().decode()",
    "pathlib": "from pathlib import Path; result = Path('@FILE@').read_text()",
    "linecache": "import linecache; result = linecache.getline('@FILE@', 2)",
    "mmap": "import mmap; result = bytes(mmap.mmap(open('@FILE@').fileno(), 0, prot=mmap.PROT_READ)).decode()",
    "source_loader": """
from importlib.machinery import SourceFileLoader
result = SourceFileLoader('x', '@FILE@').get_data('@FILE@').decode()
""",
    "listdir": "import os; result = os.listdir('@FOLDER@')",
    "scandir": "import os; result = [entry.name for entry in os.scandir('@FOLDER@')]",
    "glob": "import glob; result = glob.glob('@FOLDER@/*')",
    "walk": "import os; result = list(os.walk('@FOLDER@'))",
    "stat": "import os; result = {'escaped': os.stat('@FILE@').st_size}",
    "exists": "import os; result = {'escaped': os.path.exists('@FILE@')}",
    "access": "import os; result = {'escaped': os.access('@FILE@', os.R_OK)}",
    "readlink": "import os; result = {'escaped': os.readlink('/proc/self/exe')}",
    "getcwd": "import os; result = {'escaped': os.getcwd()}",
    "statvfs": "import os; result = {'escaped': os.statvfs('/').f_blocks}",
    "write": "open('@FOLDER@/pwned', 'w').write('x')",
    "os_write": "import os; os.write(os.open('@FOLDER@/pwned', os.O_CREAT | os.O_WRONLY), b'x')",
    "mkdir": "import os; os.mkdir('@FOLDER@/pwned')",
    "symlink": "import os; os.symlink('/', '@FOLDER@/pwned')",
    "link": "import os; os.link('@FILE@', '@FOLDER@/pwned')",
    "mkfifo": "import os; os.mkfifo('@FOLDER@/pwned')",
    "copy": "import shutil; shutil.copy('@FILE@', '@FOLDER@/pwned')",
    "sqlite": "import sqlite3; sqlite3.connect('@FOLDER@/pwned.db').execute('create table t (a)')",
    "temporary_file": "import tempfile; result = {'escaped': tempfile.TemporaryFile().fileno()}",
    "shared_memory": """
from multiprocessing.shared_memory import SharedMemory
result = {'escaped': SharedMemory(create=True, size=9).name}
""",
    "memfd": "import os; result = {'escaped': os.memfd_create('x')}",
    "chmod": "import os; os.chmod('@FILE@', 0o666); result = {'escaped': True}",
    "utime": "import os; os.utime('@FILE@'); result = {'escaped': True}",
    "chroot": "import os; os.chroot('/'); result = {'escaped': True}",
    "pseudo_terminal": "import pty; result = {'escaped': pty.openpty()}",
    "other_descriptors": """
import os
found = []
for number in {*range(256)} - {3}:
    try:
        found.append(os.fstat(number).st_ino)
    except OSError:
        pass
result = {'escaped': found}
""",
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
