"""The event log: events are numbered, written together, and then told to whoever follows.

Only what is written is told, so a follower that misses a number finds it in the store.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import IntegrityError

from api_server.errors import DatabaseUnavailable
from api_server.events.channel import Channel
from api_server.events.shortening import shorten
from api_server.storage.events import EventStore
from schemas.progress import LAST_TYPES, ProgressEvent, ProgressType

log = structlog.get_logger()

LINGER_SECONDS = 0.1
"""How long an event waits for company: 10 transactions a second at most, whatever scripts print.

Short enough for eyes, and long enough that a question which needs no model has its events written together.
"""
WAITING_MAX = 1000
"""Events of one execution; who tells more waits until they are written."""
PRINTED_TOGETHER_MAX = 16_000
MERGED = {ProgressType.PRINTED, ProgressType.SCRIPT_GROWN}
ONLY_LOOKED_AT = {ProgressType.TOOL_CALL_STARTED, ProgressType.TOOL_CALL_FINISHED}


class ExecutionLog:
    """The log of one execution, open on the API server that works on it. `tell` is a `Tell`."""

    def __init__(self, writer: "EventLog", user_id: str, event: ProgressEvent) -> None:
        self.user_id = user_id
        self._writer = writer
        self._last = event
        """The form of the next event, with the number of the last one."""
        self._waiting: list[ProgressEvent] = []

    async def tell(self, kind: ProgressType, data: dict[str, Any]) -> None:
        """Returns at once; for a last event, when all are on disk, or it raises `DatabaseUnavailable`."""
        if not self._merge(kind, data):
            shown = shorten(data) if kind in ONLY_LOOKED_AT else data
            event = ProgressEvent(
                sequence=self._last.sequence + 1,
                execution_id=self._last.execution_id,
                session_id=self._last.session_id,
                type=kind,
                data=shown,
            )
            self._last = event
            self._waiting.append(event)
        is_urgent = kind in LAST_TYPES or len(self._waiting) > WAITING_MAX
        written = self._writer.wake(self, is_urgent=is_urgent)
        if is_urgent:
            await asyncio.shield(written)

    def take(self) -> list[ProgressEvent]:
        """What waits to be written."""
        taken, self._waiting = self._waiting, []
        return taken

    def renumber(self, events: list[ProgressEvent], last: int) -> list[ProgressEvent]:
        """`events` after number `last`: somebody else wrote to this log, taking this server for dead."""
        moved = [
            event.model_copy(update={"sequence": last + place})
            for place, event in enumerate(events + self._waiting, start=1)
        ]
        self._waiting = moved[len(events) :]
        self._last = moved[-1]
        return moved[: len(events)]

    def _merge(self, kind: ProgressType, data: dict[str, Any]) -> bool:
        """Whether the event became part of the one before, which is not written yet."""
        if not self._waiting or kind not in MERGED or self._waiting[-1].type is not kind:
            return False
        before = self._waiting[-1].data
        if kind is ProgressType.PRINTED:
            text = str(before.get("text", "")) + str(data.get("text", ""))
            if len(text) > PRINTED_TOGETHER_MAX:
                return False
            data = {**data, "text": text}
        self._last = self._waiting[-1] = self._waiting[-1].model_copy(update={"data": data})
        return True


class EventLog:
    """Writes the logs of all executions of this API server, several events in one transaction."""

    def __init__(self, store: EventStore, channel: Channel) -> None:
        self.store = store
        self.channel = channel
        self.events_written = 0
        self._changed: dict[ExecutionLog, None] = {}
        self._written: asyncio.Future[None] | None = None
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(
        self, user_id: str, execution_id: str, session_id: str, *, is_resumed: bool = False
    ) -> ExecutionLog:
        """The log of an execution that begins, or goes on here. Raises `DatabaseUnavailable`."""
        last = await self.store.last_sequence(execution_id) if is_resumed else 0
        form = ProgressEvent(
            sequence=last, execution_id=execution_id, session_id=session_id, type=ProgressType.ACCEPTED
        )
        return ExecutionLog(self, user_id, form)

    def wake(self, changed: ExecutionLog, *, is_urgent: bool) -> "asyncio.Future[None]":
        """Have `changed` written soon, or at once; the result is done when it was."""
        self._changed[changed] = None
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
            self._written.add_done_callback(_note_exception)
            self._task = asyncio.create_task(self._write_soon(self._task), name="event-log")
        if is_urgent:
            self._hurry.set()
        return self._written

    async def stop(self) -> None:
        """Write what waits."""
        self._hurry.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _write_soon(self, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await self._hurry.wait()
        self._hurry.clear()
        changed, self._changed = self._changed, {}
        written, self._written = self._written, None
        assert written is not None
        stored: list[list[ProgressEvent]] = []
        problem: DatabaseUnavailable | None = None
        for one in changed:
            try:
                stored.append(await self._write(one))
            except DatabaseUnavailable as error:
                problem = error
                log.warning("events_unwritten", reason=error.message)
        if problem is None:
            written.set_result(None)
        else:
            written.set_exception(problem)
        await asyncio.gather(*map(self._publish, filter(None, stored)))

    async def _write(self, one: ExecutionLog) -> list[ProgressEvent]:
        events = one.take()
        try:
            stored = await self.store.append(one.user_id, events)
        except IntegrityError:
            last = await self.store.last_sequence(events[0].execution_id)
            stored = await self.store.append(one.user_id, one.renumber(events, last))
        self.events_written += len(stored)
        return stored

    async def _publish(self, events: list[ProgressEvent]) -> None:
        message = orjson.dumps([event.model_dump(mode="json") for event in events])
        await self.channel.publish(execution_topic(events[0].execution_id), message)
        await self.channel.publish(session_topic(events[0].session_id), message)


def _note_exception(written: "asyncio.Future[None]") -> None:
    """Whoever waits gets it; when nobody does, it is logged already."""
    if not written.cancelled():
        written.exception()


def execution_topic(execution_id: str) -> str:
    """Where the events of one execution are told."""
    return f"execution:{execution_id}"


def session_topic(session_id: str) -> str:
    """Where the events of all executions of a session are told."""
    return f"session:{session_id}"


@asynccontextmanager
async def open_event_log(store: EventStore, channel: Channel) -> AsyncIterator[EventLog]:
    """The log while the block runs; at its end everything is written."""
    event_log = EventLog(store, channel)
    try:
        yield event_log
    finally:
        await event_log.stop()
