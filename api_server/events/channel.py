"""Messages to whoever listens to a topic now, on this API server or on another one.

A message may be lost; whoever needs all of them reads the event store when it misses a number.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from schemas.health import PartHealth

MESSAGES_WAITING_MAX = 64
"""For one listener; a slower one loses its messages, never the server its memory."""


class Subscription:
    """The messages of one topic for one listener."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._has_lost = False

    def put(self, message: bytes) -> None:
        """A message came; when too many wait, all of them are lost."""
        if len(self._waiting) >= MESSAGES_WAITING_MAX:
            self.lose()
        self._waiting.append(message)
        self._arrived.set()

    def lose(self) -> None:
        """Messages did not arrive."""
        self._waiting.clear()
        self._has_lost = True
        self._arrived.set()

    async def get(self, seconds: float) -> bytes | None:
        """The next message; None when some were lost, or when none came for `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return None
        if self._has_lost:
            self._has_lost = False
            message = None
        else:
            message = self._waiting.popleft()
        if not self._waiting:
            self._arrived.clear()
        return message


class Channel(Protocol):
    """Between the API servers of one installation."""

    @property
    def reaches_all(self) -> bool:
        """Whether messages of other API servers arrive here now."""

    async def publish(self, topic: str, message: bytes) -> None:
        """Give `message` to everybody who listens to `topic`; listeners of this server always get it."""

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscription]:
        """What is published from now on."""

    def count_listeners(self) -> int:
        """How many listen on this server now."""

    async def check(self) -> PartHealth:
        """How it is now."""


class LocalChannel:
    """Implements `Channel` for an API server that is alone."""

    reaches_all = False

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Subscription]] = defaultdict(set)

    async def publish(self, topic: str, message: bytes) -> None:
        """Give `message` to everybody who listens here."""
        self.deliver(topic, message)

    def deliver(self, topic: str, message: bytes) -> None:
        """The same, for a message that came from elsewhere."""
        for subscription in self._listeners.get(topic, ()):
            subscription.put(message)

    def lose_all(self) -> None:
        """Messages may have passed everybody by."""
        for subscriptions in self._listeners.values():
            for subscription in subscriptions:
                subscription.lose()

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[Subscription]:
        """What is published from now on."""
        subscription = Subscription()
        self._listeners[topic].add(subscription)
        try:
            yield subscription
        finally:
            self._listeners[topic].discard(subscription)
            if not self._listeners[topic]:
                del self._listeners[topic]

    def count_listeners(self) -> int:
        """How many listen now."""
        return sum(map(len, self._listeners.values()))

    async def check(self) -> PartHealth:
        """It is always there."""
        facts = {"backend": "memory", "listeners": self.count_listeners()}
        return PartHealth(name="events", status="up", facts=facts)
