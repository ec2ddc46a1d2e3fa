"""A zygote whose children run a script as plain Python does: the kernel's walls alone. For tests only.

Everything but the inner wall is the product's own: sealing, forking, limits, filter, channel.
"""

import builtins
import importlib
from typing import Any

from executor.jail import zygote
from executor.jail.child import Child, Printer
from sandbox_policies.compiler import SCRIPT_FILE, Compiled
from schemas.signature import EMPTY

USED_BY_ATTACKS = """
asyncio ctypes fcntl gc glob http.client inspect linecache mmap multiprocessing.popen_fork
multiprocessing.shared_memory os pickle pty resource scipy.io scipy.io.wavfile shutil signal socket sqlite3
subprocess tempfile threading urllib.request
"""
"""Loaded before sealing: without a file system nothing can be imported later."""
LOADED = [importlib.import_module(name) for name in USED_BY_ATTACKS.split()]


class BareChild(Child):
    """No check, every import, the interpreter's own builtins."""

    def compile(self, source: str) -> Compiled:
        """Plain code."""
        return Compiled(compile(source, SCRIPT_FILE, "exec"), [], EMPTY)

    def builtins(self, show: Printer) -> dict[str, Any]:
        """All of them."""
        return {**vars(builtins), "print": show}


if __name__ == "__main__":
    vars(zygote)["Child"] = BareChild
    zygote.main()
