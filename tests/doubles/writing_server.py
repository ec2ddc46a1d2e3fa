"""`python -m tests.doubles.writing_server`: an API server with an execution at every step of its way."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from api_server.settings.storage import StorageSettings
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage, open_storage
from api_server.storage.recorder import Conclusion, Recording, Understanding, WrittenScript
from api_server.storage.records import Attempt
from schemas.wire import utc_now
from tests.doubles.databases import ORIGIN, a_report

STEPS = ("accepted", "understood", "attempted", "written", "started", "finished")


async def go_to(storage: Storage, step: str) -> Recording:
    """An execution of that name that came to that step."""
    new = NewExecution(f"exec_{step}", "ann", "sess_crash", f"What about {step}?", "0" * 64)
    _execution, recording = await storage.recorder.accept(new, ORIGIN)
    assert recording is not None
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "understood": lambda: recording.understood(
            Understanding("It in full", 0.8, {"metric": "volatility"})
        ),
        "attempted": lambda: recording.attempted(Attempt(new.id, 1, "x = 1", utc_now(), [])),
        "written": lambda: recording.written(WrittenScript("x = 1", "", "m")),
        "started": recording.started,
        "finished": lambda: recording.finished(Conclusion(a_report(new.id), "17 %")),
    }
    for each in STEPS[1 : STEPS.index(step) + 1]:
        await ways[each]()
    return recording


async def main() -> None:
    async with open_storage(StorageSettings(_env_file=None)) as storage:
        for step in STEPS:
            await go_to(storage, step)
        new = NewExecution("exec_waiting", "ann", "sess_crash", "What about waiting?", "0" * 64)
        _execution, waiting = await storage.recorder.accept(new, ORIGIN)
        assert waiting is not None
        await waiting.understood(Understanding("It in full"))
        proposed = {"expanded_question": "It in full, over the last year"}
        await waiting.waits_for_person({"understanding": proposed})
        sys.stdout.write("written\n")
        sys.stdout.flush()
        await asyncio.sleep(300)


if __name__ == "__main__":
    asyncio.run(main())
