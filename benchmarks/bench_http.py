"""What `POST /execute` adds to the engine, and what of it is HTTP: a route of bare FastAPI is asked alike.

The client is a bare socket, as a client library would add its own millisecond; one is measured too.
"""

import json
import logging
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvloop

from benchmarks.bench_tools import running
from benchmarks.jail import in_jail, numbers, running_engine
from benchmarks.measure import Contender, print_line, run_rounds
from benchmarks.rests import breathe, rest
from benchmarks.scripts import TRIVIAL
from tests.doubles.execution_server import running_server
from tests.doubles.tool_server import ToolServer

ROUNDS = 30
CHUNK_BYTES = 65_536
REPLY_SECONDS_MAX = 30.0
UNSET = dict.fromkeys(("financial_mcp_url", "analytics_mcp_url", "validation_mcp_url"), "")


class BareClient:
    """One kept connection to an HTTP server. It blocks, so nothing is awaited on its way."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host = address.netloc
        self._socket = socket.create_connection((address.hostname, address.port), timeout=REPLY_SECONDS_MAX)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON of the reply. Raises `RuntimeError` unless its status is 200."""
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
        self._socket.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        reply = b""
        while b"\r\n\r\n" not in reply:
            reply += self._socket.recv(CHUNK_BYTES)
        headers, _, content = reply.partition(b"\r\n\r\n")
        (length,) = (line for line in headers.lower().splitlines() if line.startswith(b"content-length:"))
        while len(content) < int(length.partition(b":")[2]):
            content += self._socket.recv(CHUNK_BYTES)
        if not headers.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(content.decode())
        return json.loads(content)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def job() -> dict[str, Any]:
    """A request with an id of its own."""
    return {"script": TRIVIAL, "execution_id": f"http-{next(numbers)}"}


async def bench(contenders: dict[str, Contender]) -> None:
    """After a rest, and in a row."""
    for name, pause in (("http", rest), ("http_in_a_row", breathe)):
        figures = await run_rounds(contenders, ROUNDS, pause)
        for contender, found in figures.items():
            added = round(found.median_ms - figures["engine"].median_ms, 2)
            print_line(name, contender, found, **({"added_ms": added} if "execute" in contender else {}))


async def main() -> None:
    """The same trivial script through the engine and through `POST /execute` of a server process."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), ToolServer(lambda: None), **UNSET) as server,
        running("fastapi") as floor_url,
        closing(BareClient(server.url)) as client,
        closing(BareClient(floor_url)) as floor,
    ):
        async with running_engine(warm_children=None) as engine:
            await bench(
                {
                    "engine": in_jail(engine, lambda _: TRIVIAL),
                    "execute": lambda: client.post("/execute", job()),
                    "execute_by_httpx2": lambda: server.http.post("/execute", json=job()),
                    "bare_fastapi_route": lambda: floor.post("/add", {"numbers": [1, 2]}),
                }
            )


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(main())
