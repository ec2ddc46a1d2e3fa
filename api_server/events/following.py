"""Following executions: what is stored first, then what happens, without loss and without doubling."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import orjson

from api_server.events.channel import Channel, Subscription
from api_server.events.log import execution_topic, session_topic
from api_server.storage.events import EVENTS_AT_ONCE_MAX, EventStore
from schemas.progress import LAST_TYPES, ProgressEvent

HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 1.0
"""How often the store is asked while other API servers cannot tell what happens there."""

ReadAfter = Callable[[int], Awaitable[list[ProgressEvent]]]
Number = Literal["sequence", "session_sequence"]


@dataclass(frozen=True)
class Followed:
    """One thing to follow: where it is told, how it is read again, and by which number it is counted."""

    topic: str
    read_after: ReadAfter
    number: Number


class Follower:
    """Reads of one user. What belongs to another user is empty."""

    def __init__(self, store: EventStore, channel: Channel) -> None:
        self._store = store
        self._channel = channel

    async def follow_execution(
        self, user_id: str, execution_id: str, after: int = 0
    ) -> AsyncIterator[ProgressEvent | None]:
        """Events after number `after`, up to the last one, or until they are purged; None is a heartbeat.

        Raises `DatabaseUnavailable`.
        """

        async def read_after(number: int) -> list[ProgressEvent]:
            return await self._store.after(user_id, execution_id, number)

        followed = Followed(execution_topic(execution_id), read_after, "sequence")
        if after and await _is_over(read_after, after):
            return
        async for event in self._follow(followed, after):
            if event is None and after and not await read_after(after - 1):
                return
            yield event
            after = event.sequence if event is not None else after
            # An execution that waited for a person has events after what was its last one.
            if event is not None and event.type in LAST_TYPES and not await read_after(event.sequence):
                return

    def follow_session(
        self, user_id: str, session_id: str, after: int = 0
    ) -> AsyncIterator[ProgressEvent | None]:
        """Events of all executions of a session after session number `after`, without end."""

        async def read_after(number: int) -> list[ProgressEvent]:
            return await self._store.after_in_session(user_id, session_id, number)

        return self._follow(Followed(session_topic(session_id), read_after, "session_sequence"), after)

    async def _follow(self, followed: Followed, after: int) -> AsyncIterator[ProgressEvent | None]:
        silence_seconds = 0.0
        with self._channel.subscribe(followed.topic) as subscription:
            told: list[ProgressEvent] | None = None  # the store is asked first
            while True:
                events = _next_of(told, followed.number, after)
                if events is None:
                    events = await followed.read_after(after)
                for event in events:
                    after = getattr(event, followed.number)
                    yield event
                if len(events) == EVENTS_AT_ONCE_MAX:
                    told = None
                    continue
                if events:
                    silence_seconds = 0.0
                elif silence_seconds >= HEARTBEAT_SECONDS:
                    silence_seconds = 0.0
                    yield None
                wait_seconds = HEARTBEAT_SECONDS if self._channel.reaches_all else POLL_SECONDS
                told = await _hear(subscription, wait_seconds)
                silence_seconds += wait_seconds if told is None else 0.0


async def _is_over(read_after: ReadAfter, after: int) -> bool:
    """Whether event number `after` is there, is a last one, and nothing follows."""
    events = await read_after(after - 1)
    return len(events) == 1 and events[0].sequence == after and events[0].type in LAST_TYPES


async def _hear(subscription: Subscription, seconds: float) -> list[ProgressEvent] | None:
    """What was told; None when nothing was, or some of it was lost."""
    message = await subscription.get(seconds)
    if message is None:
        return None
    return [ProgressEvent.model_validate(event) for event in orjson.loads(message)]


def _next_of(told: list[ProgressEvent] | None, number: Number, after: int) -> list[ProgressEvent] | None:
    """Those of `told` that come after `after`; None when the store must be asked for what is between."""
    if told is None:
        return None
    new = [event for event in told if getattr(event, number) > after]
    return new if not new or getattr(new[0], number) == after + 1 else None
