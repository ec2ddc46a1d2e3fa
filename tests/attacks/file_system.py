"""Attacks on files: read one, list them, write, link, remove, map."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack("open a file", "file", "result = open('@SECRET@').read()"),
    Attack(
        "read by descriptor",
        "file",
        "import os\nresult = os.read(os.open('@SECRET@', os.O_RDONLY), 100).decode()",
    ),
    Attack("read through io", "file", "import io\nresult = io.FileIO('@SECRET@').readall().decode()"),
    Attack("read a path object", "file", "from pathlib import Path\nresult = Path('@SECRET@').read_text()"),
    Attack(
        "read through /proc",
        "file",
        "result = open('/proc/self/root@SECRET@').read()",
    ),
    Attack(
        "read upwards from the working directory",
        "file",
        "import os\nresult = open('../' * 30 + '@SECRET@'.lstrip('/')).read()",
    ),
    Attack(
        "map a file into memory",
        "file",
        """
import mmap, os
handle = os.open("@SECRET@", os.O_RDONLY)
result = bytes(mmap.mmap(handle, 0, prot=mmap.PROT_READ)).decode()
""",
    ),
    Attack(
        "send a file down a pipe",
        "file",
        """
import os
reading, writing = os.pipe()
os.sendfile(writing, os.open("@SECRET@", os.O_RDONLY), 0, 100)
result = os.read(reading, 100).decode()
""",
    ),
    Attack("read through linecache", "file", "import linecache\nresult = linecache.getlines('@SECRET@')"),
    Attack("read through tokenize", "file", "import tokenize\nresult = tokenize.open('@SECRET@').read()"),
    Attack(
        "read through fileinput",
        "file",
        "import fileinput\nresult = list(fileinput.input('@SECRET@'))",
    ),
    Attack("list a folder", "names", "import os\nresult = os.listdir('@FOLDER@')"),
    Attack("scan a folder", "names", "import os\nresult = [entry.name for entry in os.scandir('@FOLDER@')]"),
    Attack(
        "look for files by pattern", "names", "import glob\nresult = glob.glob('@FOLDER@/*', recursive=True)"
    ),
    Attack("write a file", "written", "open('@LOOT@', 'w').write('x')\nresult = 1"),
    Attack("append to a file", "written", "open('@SECRET@', 'a').write('x')\nresult = 1"),
    Attack("make a folder", "written", "import os\nos.mkdir('@LOOT@')\nresult = 1"),
    Attack("make a symbolic link", "written", "import os\nos.symlink('/', '@LOOT@-link')\nresult = 1"),
    Attack("make a hard link", "written", "import os\nos.link('@SECRET@', '@LOOT@-hard')\nresult = 1"),
    Attack("make a named pipe", "written", "import os\nos.mkfifo('@LOOT@-pipe')\nresult = 1"),
    Attack("copy a file", "written", "import shutil\nshutil.copyfile('@SECRET@', '@LOOT@-copy')\nresult = 1"),
    Attack("cut a file short", "written", "import os\nos.truncate('@SECRET@', 0)\nresult = 1"),
    Attack("rename a file", "written", "import os\nos.rename('@SECRET@', '@LOOT@')\nresult = 1"),
    Attack(
        "make a temporary file",
        "written",
        "import tempfile\nresult = tempfile.mkstemp(prefix='loot', dir='@FOLDER@')[1]",
    ),
    Attack(
        "log into a file",
        "written",
        "import logging\nlogging.FileHandler('@LOOT@.log')\nresult = 1",
    ),
]
