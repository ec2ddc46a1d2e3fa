"""API servers that share a database, and a Redis or nothing else, as far as events are concerned."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api_server.events.channel import Channel, LocalChannel
from api_server.events.following import Follower
from api_server.events.log import EventLog, ExecutionLog, open_event_log
from api_server.events.redis_channel import RedisChannel
from api_server.storage.opened import Storage
from schemas.progress import ProgressEvent
from service.redis_link import RedisLink
from tests.doubles.databases import a_question, accepted

DEADLINE_SECONDS = 15.0


@dataclass
class EventServer:
    """One API server's part in events."""

    log: EventLog
    channel: Channel
    follower: Follower
    storage: Storage

    async def begin(self, user: str, session: str) -> tuple[str, ExecutionLog]:
        """A new execution and its log."""
        new = a_question(user, session)
        await accepted(self.storage, new)
        return new.id, await self.log.open(user, new.id, session)


@asynccontextmanager
async def event_server(storage: Storage, url: str | None, prefix: str) -> AsyncIterator[EventServer]:
    """A server over `storage`, and over the Redis at `url` when there is one."""
    async with AsyncExitStack() as stack:
        channel: Channel = LocalChannel()
        if url is not None:
            link = RedisLink(url, prefix)
            stack.push_async_callback(link.close)
            channel = redis_channel = RedisChannel(link)
            await stack.enter_async_context(redis_channel.listening())
        log = await stack.enter_async_context(open_event_log(storage.events, channel))
        yield EventServer(log, channel, Follower(storage.events, channel), storage)


async def collect(events: AsyncIterator[ProgressEvent | None], count: int = 0) -> list[ProgressEvent]:
    """The events, heartbeats left out: `count` of them, or all up to the end."""
    found: list[ProgressEvent] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for event in events:
            if event is not None:
                found.append(event)
            if count and len(found) >= count:
                break
    return found
