"""Attacks with processes: start one, become one, fork, hand work to a thread, signal somebody else's."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack("run a shell command", "written", "import os\nos.system('touch @LOOT@')\nresult = 1"),
    Attack("read a shell command", "file", "import os\nresult = os.popen('cat @SECRET@').read()"),
    Attack(
        "run a program",
        "file",
        "import subprocess\nresult = subprocess.check_output(['cat', '@SECRET@']).decode()",
    ),
    Attack(
        "run a program below subprocess",
        "written",
        """
import os
process = os.posix_spawn("/bin/sh", ["sh", "-c", "touch @LOOT@"], {"PATH": "/bin:/usr/bin"})
result = os.waitpid(process, 0)[1]
""",
    ),
    Attack(
        "become a program", "written", "import os\nos.execv('/bin/sh', ['sh', '-c', '>@LOOT@'])\nresult = 1"
    ),
    Attack(
        "fork and write",
        "written",
        """
import os
process = os.fork()
if process == 0:
    open("@LOOT@", "w").write("x")
    os._exit(0)
result = os.waitpid(process, 0)[1]
""",
    ),
    Attack(
        "fork in a terminal of its own",
        "written",
        """
import os, pty
process, terminal = pty.fork()
if process == 0:
    open("@LOOT@", "w").write("x")
    os._exit(0)
result = os.waitpid(process, 0)[1]
""",
    ),
    Attack(
        "work in another process",
        "written",
        """
import multiprocessing
worker = multiprocessing.get_context("fork").Process(target=open, args=("@LOOT@", "w"))
worker.start()
result = worker.join()
""",
    ),
    Attack(
        "work in a thread",
        "written",
        """
import threading
worker = threading.Thread(target=open, args=("@LOOT@", "w"))
worker.start()
result = worker.join()
""",
    ),
    Attack(
        "work in a pool of threads",
        "file",
        """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as pool:
    result = pool.submit(lambda: open("@SECRET@").read()).result()
""",
    ),
    Attack(
        "work after the end",
        "written",
        "import atexit\natexit.register(open, '@LOOT@', 'w')\nresult = 1",
    ),
    Attack(
        "write when a signal comes",
        "written",
        """
import signal, time
signal.signal(signal.SIGALRM, lambda *_: open("@LOOT@", "w"))
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.1)
result = 1
""",
    ),
    Attack("kill", "signalled", "import os\nos.kill(@VICTIM@, 9)\nresult = 1"),
    Attack(
        "kill through a descriptor",
        "signalled",
        "import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(@VICTIM@), 9)\nresult = 1",
    ),
    Attack(
        "ask to end from a group of its own",
        "signalled",
        """
import os
os.setpgid(0, 0)
result = os.kill(@VICTIM@, 15)
""",
    ),
    Attack(
        "starve a process of time",
        "signalled",
        """
import os, resource, time
resource.prlimit(@VICTIM@, resource.RLIMIT_CPU, (0, 0))
os.kill(@VICTIM@, 24)
result = 1
""",
    ),
]
