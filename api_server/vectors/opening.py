"""Chroma opened: in this process with a folder of its own, or the server that CHROMA_URL names."""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from api_server.errors import VectorsUnavailable

if TYPE_CHECKING:
    import httpx
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client

LOCK_NAME = "in_use"
ANSWER_SECONDS_MAX = 10.0
"""How long a Chroma server may take for one request."""


@dataclass(frozen=True)
class OpenedChroma:
    """A client that answers, and how to let go of it."""

    client: "Client"
    close: Callable[[], None]


def open_chroma(url: str, folder: Path) -> OpenedChroma:
    """A client of the server at `url`, or of `folder` when that is empty; blocking.

    Raises `VectorsUnavailable` when another process has the folder, or no server answers.
    """
    return _connect(url) if url else _open_folder(folder)


def _settings(**more: Any) -> Any:
    from chromadb.config import Settings

    # Chroma would read our `.env` for its own variables.
    return Settings(_env_file=None, anonymized_telemetry=False, **more)


def _whole(client: "ClientAPI") -> "Client":
    """What Chroma's makers return: its declared type has no `close`."""
    from chromadb.api.client import Client

    assert isinstance(client, Client)
    return client


def _sessions(client: "Client") -> list["httpx.Client"]:
    """Its connections: Chroma's own code gives them no time-out, and leaves them open when it is closed."""
    clients: list[Any] = [client, client._admin_client]
    return [each._server._session for each in clients]


def _connect(url: str) -> OpenedChroma:
    import chromadb
    import httpx
    from chromadb.errors import ChromaError

    address = httpx2.URL(url)
    is_secure = address.scheme == "https"
    try:
        client = _whole(
            chromadb.HttpClient(
                host=address.host,
                port=address.port or (443 if is_secure else 80),
                ssl=is_secure,
                settings=_settings(),
            )
        )
        sessions = _sessions(client)
        for session in sessions:
            session.timeout = httpx.Timeout(ANSWER_SECONDS_MAX)
        client.heartbeat()
    except (ValueError, ChromaError, OSError) as error:
        raise VectorsUnavailable(
            f"no Chroma server answers at {address.host}",
            suggestions=("Start it, or leave CHROMA_URL empty to use the embedded one.",),
            reason=type(error).__name__,
        ) from error

    def close() -> None:
        client.close()
        for session in sessions:
            session.close()

    return OpenedChroma(client, close)


def _open_folder(folder: Path) -> OpenedChroma:
    import chromadb

    release = _take(folder)
    try:
        client = _whole(chromadb.PersistentClient(str(folder), settings=_settings()))
    except BaseException:
        release()
        raise

    def close() -> None:
        client.close()
        release()

    return OpenedChroma(client, close)


def _take(folder: Path) -> Callable[[], None]:
    """Keep other processes away: each would hold its own index and miss what the others remember."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise VectorsUnavailable(
            "another process uses the embedded Chroma of this data folder",
            suggestions=("Give each API server its own QNA_DATA_DIR, or all of them one CHROMA_URL.",),
        ) from error
    return lambda: os.close(descriptor)
