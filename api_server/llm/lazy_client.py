"""A vendor's client, made in a thread when it is first needed: importing an SDK takes up to a second."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Client = TypeVar("Client")


class LazyClient(Generic[Client]):
    """Makes its client once, however many ask for it at the same time."""

    def __init__(self, make: Callable[[], Client], close: Callable[[Client], Awaitable[None]]) -> None:
        self._make, self._close = make, close
        self._making = asyncio.Lock()
        self._client: Client | None = None

    async def get(self) -> Client:
        """The client; the event loop is free while it is made."""
        if self._client is None:
            async with self._making:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._make)
        return self._client

    async def close(self) -> None:
        """End its connections; asked again, it is made anew."""
        async with self._making:
            client, self._client = self._client, None
        if client is not None:
            await self._close(client)
