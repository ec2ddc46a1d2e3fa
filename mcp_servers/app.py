"""One MCP server as an HTTP app that answers at /mcp and /health, and how it starts to listen."""

import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server import _streamable_http_modern
from mcp.server.mcpserver import MCPServer
from pydantic import HttpUrl

from mcp_servers.wire_json import quicken
from schemas.health import Health, PartHealth, worst_status
from service.http import UnsafeAddress, check_loopback, create_http_app, serve
from service.logs import configure_server_logs
from service.settings import ServiceSettings


def create_mcp_app(server: MCPServer, check_parts: Callable[[], list[PartHealth]]) -> FastAPI:
    """`server` without sessions and with plain JSON replies, for `serve` or a test."""
    quicken(_streamable_http_modern)
    mcp_app = server.streamable_http_app(json_response=True, stateless_http=True)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with mcp_app.router.lifespan_context(mcp_app):
            yield

    app = create_http_app(server.name, server.version, lifespan)
    app.router.routes.extend(mcp_app.routes)

    @app.get("/health")
    def health() -> Health:
        parts = check_parts()
        return Health(service=server.name, status=worst_status(parts), version=server.version, parts=parts)

    return app


def listen(name: str, settings: ServiceSettings, url: HttpUrl, create_app: Callable[[], FastAPI]) -> None:
    """Serve at the host and port of `url` until told to stop; exit at once where others could reach it."""
    configure_server_logs(name, settings)
    host, port = listening_address(url)
    try:
        check_loopback(host)
    except UnsafeAddress as error:
        sys.exit(f"{name}: {error}")
    except socket.gaierror as error:
        sys.exit(f"{name}: cannot find the host of {url}: {error.strerror}; use 127.0.0.1")
    serve(create_app(), host, port)


def listening_address(url: HttpUrl) -> tuple[str, int]:
    """Host and port to listen at; `localhost` means its IPv4 address, or clients would have to try two."""
    host = (url.host or "").strip("[]")
    return ("127.0.0.1" if host == "localhost" else host), url.port or 80
