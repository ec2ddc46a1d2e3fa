"""A request with a `request_id` is answered once, whoever repeats it, on whichever API server."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from api_server.events.opened import Events
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Recording
from api_server.storage.records import UNFINISHED, Execution
from schemas.progress import ProgressEvent, ProgressType, Tell
from service.errors import PlatformError

Work = Callable[[Recording, Tell], Awaitable[Any]]


@dataclass(frozen=True)
class Once:
    """Accepts requests. What is under way elsewhere is waited for, and never begun a second time."""

    storage: Storage
    events: Events

    async def answer(self, new: NewExecution, origin: Origin, work: Work) -> Execution | None:
        """The execution when it is over; None when it was new, so that `work` did, recorded and told it here.

        Raises what `work` raises, the same error again for a repeated request, and the errors of
        `Recorder.accept`. An execution that waits for a person counts as over.
        """
        with self._leaving_nothing(new.id):
            execution, recording = await self.storage.recorder.accept(new, origin)
            if recording is not None:
                log = await self.events.log.open(execution.user_id, execution.id, execution.session_id)
                await self.events.stops.stoppable(execution.id, _run(work, recording, log.tell))
        return await self.wait_for(execution) if recording is None else None

    async def go_on(self, held: Execution, origin: Origin, work: Work) -> Execution | None:
        """The same for an execution that waited for a person; of several who go on, one does the work."""
        with self._leaving_nothing(held.id):
            recording = await self.storage.recorder.resume(held, origin)
            if recording is not None:
                log = await self.events.log.open(held.user_id, held.id, held.session_id, is_resumed=True)
                await self.events.stops.stoppable(held.id, _run(work, recording, log.tell))
        if recording is not None:
            return None
        return await self.wait_for(await self.storage.executions.find(held.user_id, held.id))

    async def wait_for(self, execution: Execution) -> Execution:
        """The same execution when it is over. Raises the error it ended with."""
        if execution.status in UNFINISHED:
            follow = self.events.follower.follow_execution(execution.user_id, execution.id)
            last: ProgressEvent | None = None
            async for event in follow:
                last = event or last
            if last is not None and last.type is ProgressType.FAILED:
                raise read_failure(last.data)
            execution = await self.storage.executions.find(execution.user_id, execution.id)
        if execution.report is None and execution.error_code is not None:
            told = await self.storage.events.find_failure(execution.user_id, execution.id)
            facts = {"code": execution.error_code, "message": execution.error}
            raise read_failure(told or facts)
        return execution

    @contextmanager
    def _leaving_nothing(self, execution_id: str) -> Iterator[None]:
        """Work that ends with an error may not have been able to write that down: storage makes up for it."""
        try:
            yield
        except BaseException:
            if not self.events.stops.is_under_way(execution_id):
                self.storage.servers.abandon(execution_id)
            raise


async def _run(work: Work, recording: Recording, tell: Tell) -> Any:
    return await work(recording, tell)


def read_failure(data: dict[str, Any]) -> PlatformError:
    """The error that a `failed` event tells of."""
    code = str(data.get("code", PlatformError.code))
    kind = next((each for each in _all_kinds(PlatformError) if each.code == code), PlatformError)
    suggestions = tuple(map(str, data.get("recovery_suggestions", ())))
    error = PlatformError(
        str(data.get("message", "")), suggestions=suggestions, **dict(data.get("details") or {})
    )
    error.code, error.status = code, kind.status
    return error


def _all_kinds(root: type[PlatformError]) -> list[type[PlatformError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in _all_kinds(child))]
