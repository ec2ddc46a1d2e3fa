"""Attacks on what the server knows: its environment, its open descriptors, its memory."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack("environ", "environment", "import os\nresult = dict(os.environ)"),
    Attack("getenv", "environment", "import os\nresult = os.getenv('@VARIABLE@')"),
    Attack(
        "environ as bytes",
        "environment",
        "import os\nresult = os.environb[b'@VARIABLE@'].decode()",
    ),
    Attack("environ of posix", "environment", "import posix\nresult = str(posix.environ)"),
    Attack(
        "environ that a module holds",
        "environment",
        "import sys\nresult = [str(m.environ) for m in list(sys.modules.values()) if hasattr(m, 'environ')]",
    ),
    Attack(
        "environ by C",
        "environment",
        """
import ctypes
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
result = libc.getenv(b"@VARIABLE@").decode()
""",
    ),
    Attack(
        "environ by the kernel",
        "environment",
        "result = open('/proc/self/environ', 'rb').read().decode()",
    ),
    Attack(
        "environ on the stack",
        "environment",
        """
import ctypes
table = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
result, place = [], 0
while table and table[place]:
    result.append(table[place].decode())
    place += 1
""",
    ),
    Attack(
        "every open descriptor",
        "descriptor",
        """
import os
result = []
for descriptor in range(1024):
    if descriptor not in (0, 1, 2, 3):
        try:
            result.append(os.pread(descriptor, 100, 0).decode())
        except OSError:
            pass
""",
    ),
    Attack(
        "a copied descriptor",
        "descriptor",
        "import os\nresult = os.pread(os.dup(@DESCRIPTOR@), 100, 0).decode()",
    ),
    Attack(
        "a descriptor through /proc",
        "descriptor",
        "result = open('/proc/self/fd/@DESCRIPTOR@').read()",
    ),
    Attack(
        "a descriptor as a file",
        "descriptor",
        "import os\nresult = os.fdopen(@DESCRIPTOR@, closefd=False).read()",
    ),
    Attack(
        "every process's environment",
        "environment",
        """
import glob
result = []
for name in glob.glob("/proc/[0-9]*/environ"):
    try:
        result.append(open(name, "rb").read().decode("utf-8", "replace"))
    except OSError:
        pass
""",
    ),
]
