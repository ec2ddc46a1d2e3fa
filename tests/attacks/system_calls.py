"""Attacks that ask the kernel itself, by number, below everything that Python has a name for. x86-64."""

from executor.jail.layers.kernel import X86_64, machine
from tests.attacks.stage import Attack

ASK = """
import ctypes, os, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
def ask(number, *arguments):
    words = [ctypes.c_long(part) if isinstance(part, int) else part for part in arguments]
    value = libc.syscall(ctypes.c_long(number), *words)
    if value < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return value
"""
HERE = "-100"  # AT_FDCWD

BY_NUMBER = [
    Attack(
        "open and read",
        "file",
        """
text = ctypes.create_string_buffer(100)
ask(0, ask(2, b"@SECRET@", 0), text, 100)
result = text.value.decode()
""",
    ),
    Attack(
        "openat2",
        "file",
        f"""
how = ctypes.create_string_buffer(24)
text = ctypes.create_string_buffer(100)
ask(0, ask(437, {HERE}, b"@SECRET@", how, ctypes.c_size_t(24)), text, 100)
result = text.value.decode()
""",
    ),
    Attack(
        "a mount tree of its own",
        "names",
        f"""
tree = ask(428, {HERE}, b"@FOLDER@", 1)
os.fchdir(tree)
result = os.listdir(".")
""",
    ),
    Attack("mkdir", "written", 'result = ask(83, b"@LOOT@", 0o755)'),
    Attack("mknodat", "written", f'result = ask(259, {HERE}, b"@LOOT@", 0o10644, 0)'),
    Attack("symlink", "written", 'result = ask(88, b"/", b"@LOOT@")'),
    Attack("unlink and create", "written", 'ask(87, b"@SECRET@")\nresult = ask(85, b"@SECRET@", 0o644)'),
    Attack(
        "socket and connect",
        "tcp",
        """
where = struct.pack("=H", 2) + struct.pack(">H", @TCP@) + bytes([127, 0, 0, 1]) + bytes(8)
result = ask(42, ask(41, 2, 1, 0), where, 16)
""",
    ),
    Attack(
        "connect by sending first",
        "tcp",
        """
where = struct.pack("=H", 2) + struct.pack(">H", @TCP@) + bytes([127, 0, 0, 1]) + bytes(8)
result = ask(44, ask(41, 2, 1, 0), b"x", ctypes.c_size_t(1), 0x20000000, where, 16)
""",
    ),
    Attack("kill", "signalled", "result = ask(62, @VICTIM@, 9)"),
    Attack("tgkill", "signalled", "result = ask(234, @VICTIM@, @VICTIM@, 9)"),
    Attack(
        "rt_sigqueueinfo",
        "signalled",
        "result = ask(129, @VICTIM@, 9, struct.pack('=iiii', 9, 0, -1, 0) + bytes(112))",
    ),
    Attack("pidfd_send_signal", "signalled", "result = ask(424, ask(434, @VICTIM@, 0), 9, None, 0)"),
    Attack("ptrace", "signalled", "ask(101, 0x4206, @VICTIM@, None, ctypes.c_long(0x100000))\nos._exit(0)"),
    Attack(
        "fork",
        "written",
        """
if ask(57) == 0:
    open("@LOOT@", "w")
    os._exit(0)
result = os.wait()[1]
""",
    ),
    Attack(
        "execve",
        "written",
        """
words = (ctypes.c_char_p * 4)(b"sh", b"-c", b"> @LOOT@", None)
ask(59, b"/bin/sh", words, None)
""",
    ),
    Attack(
        "a program out of memory",
        "written",
        """
program = ask(319, b"x", 0)
os.write(program, b"#!/bin/sh\\n> @LOOT@\\n")
words = (ctypes.c_char_p * 2)(b"x", None)
ask(322, program, b"", words, None, 0x1000)
""",
    ),
    Attack(
        "machine code of its own",
        "written",
        """
import mmap
page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)  # read, write, execute
path = ctypes.create_string_buffer(b"@LOOT@")
# mov rdi, path; mov esi, 0o755; mov eax, 83; syscall; ret
code = b"\\x48\\xbf" + struct.pack("<Q", ctypes.addressof(path))
code += b"\\xbe" + struct.pack("<I", 0o755) + b"\\xb8" + struct.pack("<I", 83) + b"\\x0f\\x05\\xc3"
page.write(code)
result = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
""",
    ),
    Attack(
        "another process's memory",
        "file",
        """
import time
started, held = os.pipe()
other = os.fork()
text = ctypes.create_string_buffer(100)
if other == 0:
    text.raw = open("@SECRET@", "rb").read().ljust(100)
    os.write(held, b"x")
    time.sleep(0.2)
    os._exit(0)
os.read(started, 1)
here = there = (ctypes.c_size_t * 2)(ctypes.addressof(text), 100)
ask(310, other, here, 1, there, 1, 0)
result = text.value.decode()
""",
    ),
]
ATTACKS = [
    Attack(attack.id, attack.shows, ASK + attack.script) for attack in BY_NUMBER if machine() == X86_64
]
