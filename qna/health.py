"""Asks a server how it is doing."""

from collections.abc import Mapping

import httpx2
from pydantic import ValidationError

from schemas.health import Health


def open_client(timeout_seconds: float, headers: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
    """A client for loopback addresses, whatever proxy the environment names."""
    return httpx2.AsyncClient(trust_env=False, timeout=timeout_seconds, headers=headers)


async def ask_health(client: httpx2.AsyncClient, url: str) -> Health | None:
    """The server's own word, whatever its HTTP status; None when no server of ours answers there."""
    try:
        reply = await client.get(f"{url}/health")
        return Health.model_validate_json(reply.content)
    except (httpx2.HTTPError, ValidationError):
        return None


def describe_troubles(health: Health | None) -> str:
    """The parts that are not up, each with its detail."""
    parts = health.parts if health else []
    return "; ".join(
        f"{part.name} {part.status}" + (f" ({part.detail})" if part.detail else "")
        for part in parts
        if part.status != "up"
    )
