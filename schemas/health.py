"""How a process and the parts it leans on are doing."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.wire import Wire, utc_now


class PartHealth(Wire):
    """One part: `degraded` works with less, `down` does not."""

    name: str
    status: Literal["up", "degraded", "down"]
    detail: str = ""
    facts: dict[str, Any] = Field(default_factory=dict)


class Health(Wire):
    """The answer of `GET /health`: the worst of its parts."""

    service: str
    status: Literal["up", "degraded", "down"]
    version: str
    timestamp: datetime = Field(default_factory=utc_now)
    parts: list[PartHealth] = Field(default_factory=list)


def worst_status(parts: list[PartHealth]) -> Literal["up", "degraded", "down"]:
    """`down` when every part is down, `degraded` when any part is not up."""
    if all(part.status == "up" for part in parts):
        return "up"
    return "down" if all(part.status == "down" for part in parts) else "degraded"
