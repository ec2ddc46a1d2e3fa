"""A place where a test lets real work wait until it has looked at it."""

import asyncio

WAIT_SECONDS_MAX = 60.0
"""A test that never lets go leaves nothing that waits for ever."""


class Gate:
    """Open until it is closed. Any thread may open and close it, any event loop may come by."""

    def __init__(self) -> None:
        self._is_open = True
        self._waiting: list[asyncio.Future[None]] = []

    def close(self) -> None:
        """Whoever comes from now on waits."""
        self._is_open = False

    def open(self) -> None:
        """Whoever waits goes on."""
        self._is_open = True
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.get_loop().is_closed():
                future.get_loop().call_soon_threadsafe(_let_go, future)

    async def passed(self) -> None:
        """Go through, at once while it is open. Raises `TimeoutError` when it stays closed."""
        if self._is_open:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            await future


def _let_go(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
