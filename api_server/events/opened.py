"""All parts of events, opened for the life of one API server."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api_server.events.channel import Channel, LocalChannel
from api_server.events.following import Follower
from api_server.events.log import EventLog, open_event_log
from api_server.events.stopping import Stops
from api_server.execution_client import ExecutionClient
from api_server.storage.events import EventStore

if TYPE_CHECKING:
    from service.redis_link import RedisLink


@dataclass(frozen=True)
class Events:
    """What happens is written to `log`, read with `follower`, and ended with `stops`."""

    log: EventLog
    follower: Follower
    channel: Channel
    stops: Stops


@asynccontextmanager
async def open_events(
    store: EventStore, executor: ExecutionClient, link: "RedisLink | None"
) -> AsyncIterator[Events]:
    """Events over the Redis of `link`, or of this process alone."""
    async with AsyncExitStack() as stack:
        channel: Channel = LocalChannel()
        if link is not None:
            from api_server.events.redis_channel import RedisChannel

            channel = shared = RedisChannel(link)
            await stack.enter_async_context(shared.listening())
        log = await stack.enter_async_context(open_event_log(store, channel))
        stops = Stops(executor, channel)
        await stack.enter_async_context(stops.listening())
        yield Events(log, Follower(store, channel), channel, stops)
