"""Calls that a script asks for at once and that leave in one request, to servers that take such.

See `mcp_servers/call_many.py`: a request costs half a millisecond on each side, a further call in it a tenth.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from schemas.call_many import CALLS_MAX
from service.cache.flights import Flights

ASKED_TOGETHER: ContextVar[object | None] = ContextVar("asked_together", default=None)
"""The same object for all calls of one `call_many`; calls of different scripts never share a request."""


@dataclass(eq=False)
class Burst:
    """The calls of one request, each as its name and arguments, while they gather."""

    calls: list[dict[str, Any]] = field(default_factory=list)


class Bursts:
    """Gathers calls of one `call_many` until the event loop has heard them all, then sends them."""

    def __init__(self, send: Callable[[list[dict[str, Any]], float], Awaitable[list[Any]]]) -> None:
        self._send = send
        self._gathering: dict[object, Burst] = {}
        self._flights: Flights[list[Any]] = Flights()

    async def join(self, group: object, call: dict[str, Any], timeout_seconds: float) -> Any:
        """The reply to one of the calls of `group`; raises what sending them raises."""
        burst = self._gathering.get(group)
        if burst is None or len(burst.calls) == CALLS_MAX:
            burst = self._gathering[group] = Burst()
        place = len(burst.calls)
        burst.calls.append(call)
        replies = await self._flights.share(burst, lambda: self._leave(group, burst, timeout_seconds))
        return replies[place]

    async def _leave(self, group: object, burst: Burst, timeout_seconds: float) -> list[Any]:
        if self._gathering.get(group) is burst:
            del self._gathering[group]
        return await self._send(burst.calls, timeout_seconds)
