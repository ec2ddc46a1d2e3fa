"""Work that ends when whoever asked for it goes away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

from service.errors import PlatformError

Value = TypeVar("Value")


class HungUp(PlatformError):
    """Whoever asked closed the connection."""

    code = "CANCELLED"
    status = 499


async def until_hang_up(request: Request, work: Coroutine[Any, Any, Value]) -> Value:
    """What `work` gives. Cancels it and raises `HungUp` when the client closes its connection."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_wait_for_hang_up(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise HungUp("whoever asked went away")
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.wait({working})


async def _wait_for_hang_up(request: Request) -> None:
    """The body has been read, so the next message is the end of the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
