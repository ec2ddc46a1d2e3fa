"""Where an MCP server is and how it is reached. What may be shown of it is `shown`; the rest is secret."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import PurePath
from urllib.parse import urlsplit

import orjson

SECRET_LENGTH_MIN = 6
"""Shorter values are switches and numbers; hiding them would only spoil messages."""


class Transport(StrEnum):
    """How messages travel."""

    HTTP = "http"
    SSE = "sse"
    STDIO = "stdio"


@dataclass(frozen=True)
class ServerAddress:
    """One configured server. `problem` says why it cannot even be tried."""

    name: str
    url: str = ""
    transport: Transport = Transport.HTTP
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict, repr=False)
    cwd: str | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    is_disabled: bool = False
    problem: str | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that messages about this server must not hold."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of how the server is reached, credentials included: with others, answers are others."""
        reached = [self.url, self.transport, self.command, self.args, self.cwd, self.env, self.headers]
        return hashlib.sha256(orjson.dumps(reached, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def shown(self) -> str:
        """The address for people: no user, password, query or argument, all of which may be secret."""
        if self.transport is Transport.STDIO:
            return f"stdio:{PurePath(self.command).name}"
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}" if host else ""

    def hide_secrets(self, text: str) -> str:
        """`text` without any secret of this server."""
        for secret in sorted(self._all_secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _all_secrets(self) -> set[str]:
        parts = urlsplit(self.url)
        found = {*self.secrets, *self.headers.values(), *self.env.values(), parts.query}
        found |= {part for value in self.headers.values() for part in value.split()}
        found |= {part for part in (parts.username, parts.password) if part}
        return {secret for secret in found if len(secret) >= SECRET_LENGTH_MIN}
