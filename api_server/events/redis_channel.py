"""A channel over Redis publish and subscribe. Without its Redis it still reaches listeners of this server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api_server.events.channel import LocalChannel, Subscription
from schemas.health import PartHealth
from service.redis_link import COMMAND_SECONDS_MAX, RedisLink, RedisUnavailable

LISTEN_SECONDS = 5.0
"""How long silence is believed; after it the connection is asked whether it lives."""
RECONNECT_SECONDS = 0.5


class RedisChannel:
    """Implements `Channel`. One subscription brings every topic; each server picks those it listens to."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._local = LocalChannel()
        self._own = uuid4().hex.encode()
        self._prefix = f"{link.prefix}channel:"
        self._is_listening = asyncio.Event()

    @property
    def reaches_all(self) -> bool:
        """Whether messages of other API servers arrive here now."""
        return self._is_listening.is_set() and not self._link.is_down

    async def publish(self, topic: str, message: bytes) -> None:
        """Give `message` to everybody who listens; to those of other servers while Redis is there."""
        self._local.deliver(topic, message)
        with suppress(RedisUnavailable):  # `check` says so; followers elsewhere read the event store
            await self._link.run(lambda client: client.publish(self._prefix + topic, self._own + message))

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscription]:
        """What is published from now on."""
        with self._local.subscribe(topic) as subscription:
            yield subscription

    def count_listeners(self) -> int:
        """How many listen on this server now."""
        return self._local.count_listeners()

    async def check(self) -> PartHealth:
        """Asked now; `degraded` while other servers are not reached."""
        without = "Redis is away: progress of other API servers arrives later"
        part = await self._link.check("events", without)
        if part.status == "up" and not self._is_listening.is_set():
            part = part.model_copy(update={"status": "degraded", "detail": without})
        return part.model_copy(update={"facts": {**part.facts, "listeners": self.count_listeners()}})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear other servers while the block runs."""
        task = asyncio.create_task(self._listen_always(), name="redis-channel")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(COMMAND_SECONDS_MAX):
                    await self._is_listening.wait()
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _listen_always(self) -> None:
        while True:
            try:
                async with Redis.from_url(
                    self._link.url,
                    socket_timeout=None,
                    socket_connect_timeout=COMMAND_SECONDS_MAX,
                    health_check_interval=int(LISTEN_SECONDS),
                ) as client:
                    await self._listen(client)
            except (RedisError, OSError) as error:
                self._link.note_failure(error)
            self._is_listening.clear()
            self._local.lose_all()  # whoever waits looks into the store from now on
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self, client: Redis) -> None:
        async with client.pubsub() as subscription:
            await subscription.psubscribe(f"{self._prefix}*")
            while True:
                message: Any = await subscription.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    continue
                if message["type"] == "psubscribe":
                    self._is_listening.set()
                    self._local.lose_all()  # what was said while nobody heard
                elif message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), message["data"])

    def _deliver(self, name: str, message: bytes) -> None:
        if not message.startswith(self._own):
            self._local.deliver(name.removeprefix(self._prefix), message[len(self._own) :])
