"""Requests in turn to several servers behind one address, as a balancer without affinity sends them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.doubles.tool_server import ToolServer

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


class RoundRobin:
    """The balancer. `shares` counts what each server was sent."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.shares = dict.fromkeys(urls, 0)
        self._turns = cycle(urls)

    def create(self) -> Starlette:
        """Its app, for `ToolServer`."""
        return Starlette(routes=[Route("/{path:path}", self._pass_on, methods=METHODS)])

    async def _pass_on(self, request: Request) -> StreamingResponse:
        url = next(self._turns)
        self.shares[url] += 1
        target = f"{url}{request.url.path}?{request.url.query}".rstrip("?")
        client = httpx2.AsyncClient(trust_env=False, timeout=None)
        asked = client.build_request(
            request.method, target, headers=request.headers.raw, content=await request.body()
        )
        reply = await client.send(asked, stream=True)
        headers = {name: value for name, value in reply.headers.items() if name not in HOP_BY_HOP}
        return StreamingResponse(_relay(reply, client), reply.status_code, headers)


async def _relay(reply: httpx2.Response, client: httpx2.AsyncClient) -> AsyncIterator[bytes]:
    try:
        async for piece in reply.aiter_raw():
            yield piece
    finally:
        await reply.aclose()
        await client.aclose()


@contextmanager
def running_round_robin(urls: Sequence[str]) -> Iterator[tuple[str, RoundRobin]]:
    """Its address, until the block ends."""
    balancer = RoundRobin(urls)
    with ToolServer(balancer.create) as server:
        yield server.url.removesuffix("/mcp"), balancer
