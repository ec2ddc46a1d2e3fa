"""The HTTP side that the vendors' SDKs are given: our limits, our time-outs, none of their repetitions."""

import anyio
import httpx2

from api_server.settings.llm import LLMSettings

CONNECT_SECONDS_MAX = 5.0
CONNECTIONS_MAX = 64

BROKEN_CONNECTION: tuple[type[Exception], ...] = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    OSError,
    ValueError,
)
"""What the SDKs let through when a connection breaks or what arrives is not the vendor's API."""


def http_timeout(settings: LLMSettings) -> httpx2.Timeout:
    """Long, because silence has a limit of its own: `AskLimits.silence_seconds`."""
    return httpx2.Timeout(settings.llm_timeout_seconds, connect=CONNECT_SECONDS_MAX)


def http_client(settings: LLMSettings) -> httpx2.AsyncClient:
    """A client for one vendor."""
    limits = httpx2.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    return httpx2.AsyncClient(timeout=http_timeout(settings), limits=limits, follow_redirects=True)
