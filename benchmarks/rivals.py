"""What a script could be run with instead: a fresh process, this process, a warm Jupyter kernel.

And the floor of all that asks another process: a byte there and back.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

from jupyter_client.manager import AsyncKernelManager

from benchmarks.measure import Contender

KERNEL_SECONDS = 60
STARTUP = "import pandas as pd\nimport numpy as np"


def in_fresh_process(script: str) -> Contender:
    """The script in a new interpreter that has to import pandas."""
    command = [sys.executable, "-c", f"import pandas\n{script}"]

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(*command)
        if await process.wait() != 0:
            raise RuntimeError(f"the fresh process ended with {process.returncode}")

    return run


def in_this_process(script: str) -> Contender:
    """The script in this process: no isolation, pandas warm, compiled beforehand."""
    code = compile(script, "<benchmark>", "exec")
    return lambda: exec(code, {})  # noqa: S102  the rival without a jail


def new_in_this_process(make_script: Callable[[int], str]) -> Contender:
    """A text that was never seen before, in this process: it has to be compiled, as anywhere."""
    numbers = count()
    return lambda: exec(compile(make_script(next(numbers)), "<benchmark>", "exec"), {})  # noqa: S102  as above


@contextmanager
def byte_and_back() -> Iterator[Contender]:
    """A byte to another Python process and back: what two wake-ups cost on this machine."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        code = f"import os\nwhile os.write({theirs.fileno()}, os.read({theirs.fileno()}, 1)): pass"
        echo = subprocess.Popen([sys.executable, "-S", "-c", code], pass_fds=[theirs.fileno()])

        def run() -> None:
            ours.sendall(b"x")
            ours.recv(1)

        try:
            run()
            yield run
        finally:
            echo.kill()
            echo.wait()


@asynccontextmanager
async def jupyter_kernel(script: str) -> AsyncIterator[Contender]:
    """The script in a kernel that runs already and has imported pandas; runs share their state."""
    manager = AsyncKernelManager(kernel_name="python3")
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()

    async def run(code: str = script) -> None:
        asked = client.execute(code, user_expressions={"result": "result"}, store_history=False)
        while (reply := await client.get_shell_msg())["parent_header"].get("msg_id") != asked:
            pass
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"the kernel says {reply['content']}")

    try:
        await client.wait_for_ready(timeout=KERNEL_SECONDS)
        await run(f"{STARTUP}\nresult = 0")
        yield run
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
