"""Tool calls to HTTP servers of the 2026 protocol, one POST each, past the SDK's client.

That protocol has no sessions, so nothing is lost; a small call costs half, and a large answer is
parsed once instead of being copied through five models (benchmarks/bench_tools.py).
"""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    encode_header_value,
    mcp_param_headers,
)
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    CLIENT_INFO_META_KEY,
    PROTOCOL_VERSION_META_KEY,
    REQUEST_TIMEOUT,
)
from mcp_types.jsonrpc import INVALID_PARAMS
from pydantic_core import from_json

from executor.broker.address import ServerAddress
from executor.broker.bound_tool import BoundTool, ToolAnswer
from executor.broker.bursts import ASKED_TOGETHER, Bursts
from executor.broker.failure import (
    AnswerTooLarge,
    ArgumentsRefused,
    CallRefused,
    CallTimedOut,
    ConnectionLost,
    NeedsAuthorization,
)
from schemas.call_many import METHOD

ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""Above the policy's `response_bytes_max`, whose message is better: this bounds what is held at all."""

KEEP_ALIVE_SECONDS = 4.0
"""Below the 5 seconds after which uvicorn closes an idle connection, or a call could meet the closing."""

CONNECTIONS_MAX = 64

TOGETHER_SHARE = 0.95
"""Of the time limit: a server that ends the slow calls of a burst so early still gets the others through."""


class DirectCalls:
    """Calls over connections that are kept; `close` ends them."""

    def __init__(
        self,
        address: ServerAddress,
        protocol_version: str,
        client_info: dict[str, Any],
        takes_many: bool = False,
    ) -> None:
        self._url = address.url
        self._bursts = Bursts(self._exchange_many) if takes_many else None
        self._version = protocol_version
        self._meta = {
            PROTOCOL_VERSION_META_KEY: protocol_version,
            CLIENT_INFO_META_KEY: client_info,
            CLIENT_CAPABILITIES_META_KEY: {},
        }
        self._ids = count(1)
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=KEEP_ALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                **address.headers,
                "Accept": "application/json, text/event-stream",
                "Content-Type": "application/json",
                MCP_PROTOCOL_VERSION_HEADER: protocol_version,
            },
            timeout=aiohttp.ClientTimeout(total=None),
            proxy=find_proxy(address.url),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def call(self, bound: BoundTool, arguments: dict[str, Any], timeout_seconds: float) -> ToolAnswer:
        """Call a tool. Raises what `failure.py` has for a call that came to nothing."""
        group = ASKED_TOGETHER.get()
        try:
            async with asyncio.timeout(timeout_seconds):
                if group is None or self._bursts is None or bound.header_map:
                    return read_reply(await self._exchange(bound, arguments))
                call = {"name": bound.tool.published_name, "arguments": arguments}
                return read_reply(await self._bursts.join(group, call, timeout_seconds))
        except TimeoutError as error:
            raise CallTimedOut from error
        except aiohttp.ClientConnectorError as error:
            raise ConnectionLost(str(error), was_sent=False) from error
        except aiohttp.ClientError as error:
            raise ConnectionLost(f"{type(error).__name__}: {error}") from error

    async def _exchange(self, bound: BoundTool, arguments: dict[str, Any]) -> Any:
        """The JSON-RPC reply to one call."""
        name = bound.tool.published_name
        headers = {
            MCP_NAME_HEADER: encode_header_value(name),
            **(mcp_param_headers(bound.header_map, arguments) if bound.header_map else {}),
        }
        return await self._post("tools/call", {"name": name, "arguments": arguments}, headers)

    async def _exchange_many(self, calls: list[dict[str, Any]], timeout_seconds: float) -> list[Any]:
        """The replies to calls that leave together, in their order."""
        reply = await self._post(
            METHOD, {"calls": calls, "timeoutSeconds": timeout_seconds * TOGETHER_SHARE}, {}
        )
        replies = reply.get("result", {}).get("replies") if isinstance(reply, dict) else None
        if not isinstance(replies, list) or len(replies) != len(calls):
            return [reply] * len(calls)  # an error of the whole is an error of each
        return replies

    async def _post(self, method: str, params: dict[str, Any], headers: dict[str, str]) -> Any:
        """The JSON-RPC reply to one request."""
        number = next(self._ids)
        request = {
            "jsonrpc": "2.0",
            "id": number,
            "method": method,
            "params": {**params, "_meta": self._meta},
        }
        headers = {MCP_METHOD_HEADER: method, **headers}
        body = orjson.dumps(request)
        async with self._http.post(self._url, data=body, headers=headers, allow_redirects=False) as reply:
            if reply.status in (401, 403):
                raise NeedsAuthorization(reply.status)
            if reply.content_type == "text/event-stream":
                return await _find_in_stream(reply.content.iter_any(), number)
            if reply.content_type != "application/json":
                raise CallRefused(f"HTTP {reply.status}, and no JSON")
            return _parse(await _read(reply.content.iter_any()))


def find_proxy(url: str) -> str | None:
    """The proxy that the environment names for `url`.

    Found once: aiohttp's own `trust_env` would read files in a thread for each call, half a millisecond.
    """
    parts = urlsplit(url)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def read_reply(reply: Any) -> ToolAnswer:
    """The answer inside a JSON-RPC reply.

    Raises `CallTimedOut`, or `CallRefused` for any other error or what is no reply.
    """
    result = reply.get("result") if isinstance(reply, dict) else None
    if not isinstance(result, dict):
        raise _read_error(reply.get("error") if isinstance(reply, dict) else None)
    if result.get("resultType", "complete") != "complete":
        raise CallRefused(f"the tool asks for more ({result['resultType']}), and no one is there to answer")
    blocks, meta = result.get("content"), result.get("_meta")
    return ToolAnswer(
        structured=result.get("structuredContent"),
        blocks=[block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else [],
        is_error=result.get("isError") is True,
        meta=meta if isinstance(meta, dict) else {},
    )


def _read_error(error: Any) -> CallTimedOut | CallRefused:
    """What the error of a JSON-RPC reply means; any other value means that there was no such reply."""
    facts = error if isinstance(error, dict) else {}
    if facts.get("code") == REQUEST_TIMEOUT:
        return CallTimedOut()
    refused = ArgumentsRefused if facts.get("code") == INVALID_PARAMS else CallRefused
    return refused(str(facts.get("message") or "the reply is no JSON-RPC reply"))


async def _read(chunks: AsyncIterator[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            raise AnswerTooLarge
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _find_in_stream(chunks: AsyncIterator[bytes], number: int) -> Any:
    """The reply among the events of a stream; progress and messages are passed over."""
    async for data in _events(chunks):
        message = _parse(data)
        if isinstance(message, dict) and message.get("id") == number and "method" not in message:
            return message
    raise ConnectionLost("the stream ended without the answer")


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of server-sent events. An event ends at an empty line, a line at LF or CR LF."""
    rest: list[bytes] = []
    data: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            raise AnswerTooLarge
        *lines, tail = chunk.split(b"\n")
        for line in lines:
            whole = b"".join([*rest, line]).removesuffix(b"\r")
            rest = []
            if whole.startswith(b"data:"):
                data.append(whole[5:].removeprefix(b" "))
            elif not whole and data:
                yield b"\n".join(data)
                data, size = [], 0
        rest.append(tail)


def _parse(body: bytes) -> Any:
    # Not orjson: it would turn an integer beyond 64 bits into a float without a word.
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise CallRefused(f"the reply is not plain JSON: {error}") from error
