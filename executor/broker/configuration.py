"""`mcp_servers.json`: other people's MCP servers, in the forms that the usual hosts write.

Read: `mcpServers` (Claude, Cursor) and `servers` (VS Code), with `${VAR}`, `${VAR:-default}` and
`${env:VAR}` in every text. An entry that is wrong is a server that failed; the others go on.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from executor.broker.address import ServerAddress, Transport

DEFAULT_FILE = Path("mcp_servers.json")
TRANSPORTS = {
    "stdio": Transport.STDIO,
    "http": Transport.HTTP,
    "streamable-http": Transport.HTTP,
    "streamable_http": Transport.HTTP,
    "streamablehttp": Transport.HTTP,
    "sse": Transport.SSE,
}
VARIABLE = re.compile(r"\$\{([^}]*)\}")
VARIABLE_PARTS = re.compile(r"(?:env:)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)


class EntryError(ValueError):
    """One server's entry will not do."""


class Entry(BaseModel):
    """One server as hosts write it; what other hosts add is of no concern here."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    type: str = Field(default="", validation_alias=AliasChoices("type", "transport"))
    command: str = ""
    args: list[str] = Field(default_factory=list)
    env: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    cwd: str | None = None
    url: str = Field(default="", validation_alias=AliasChoices("url", "serverUrl", "httpUrl"))
    headers: dict[str, str] = Field(default_factory=dict)
    disabled: bool = False
    enabled: bool = True


def configured_servers(
    ours: list[ServerAddress], path: Path | None, environment: Mapping[str, str]
) -> list[ServerAddress]:
    """Our servers, then those of the file; an entry with the name of one of ours takes its place.

    Without `path`, `DEFAULT_FILE` is read if it is there.
    """
    if path is None and not DEFAULT_FILE.exists():
        return ours
    theirs = {address.name: address for address in read_configuration(path or DEFAULT_FILE, environment)}
    return [theirs.pop(address.name, address) for address in ours] + list(theirs.values())


def read_configuration(path: Path, environment: Mapping[str, str]) -> list[ServerAddress]:
    """The servers of the file, in its order; of a file that is none, one that says so."""
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        return [ServerAddress(path.name, problem=f"cannot read {path}: {error.strerror}")]
    except ValueError as error:
        return [ServerAddress(path.name, problem=f"{path} is not JSON: {error}")]
    found = [
        content[key] for key in ("servers", "mcpServers") if isinstance(content, dict) and key in content
    ]
    if not found or not all(isinstance(entries, dict) for entries in found):
        return [ServerAddress(path.name, problem=f"{path} needs an object `mcpServers` or `servers`")]
    entries = {name: entry for part in found for name, entry in part.items()}
    return [read_entry(name, entry, environment) for name, entry in entries.items()]


def read_entry(name: str, entry: Any, environment: Mapping[str, str]) -> ServerAddress:
    """One server; an address with a `problem` when its entry will not do."""
    try:
        read = Entry.model_validate(entry)
        if read.disabled or not read.enabled:
            return ServerAddress(name=name, is_disabled=True)
        return _address(name, read, environment)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the entry"
        return ServerAddress(name=name, problem=f"{name}: {where}: {first['msg']}")
    except EntryError as error:
        return ServerAddress(name=name, problem=f"{name}: {error}")


def _address(name: str, entry: Entry, environment: Mapping[str, str]) -> ServerAddress:
    transport = _transport(entry)
    secrets: set[str] = set()

    def expand(text: str) -> str:
        return VARIABLE.sub(lambda found: _value(found[1], environment, secrets), text)

    url = expand(entry.url) if transport is not Transport.STDIO else ""
    if url and not url.startswith(("http://", "https://")):
        raise EntryError("url: must begin with http:// or https://")
    return ServerAddress(
        name=name,
        url=url,
        transport=transport,
        command=expand(entry.command),
        args=tuple(map(expand, entry.args)),
        env={key: expand(_text(value)) for key, value in entry.env.items() if value is not None},
        cwd=expand(entry.cwd) if entry.cwd else None,
        headers={key: expand(value) for key, value in entry.headers.items()},
        secrets=frozenset(secrets),
    )


def _transport(entry: Entry) -> Transport:
    kind = entry.type.lower()
    if kind and kind not in TRANSPORTS:
        raise EntryError(f"type: {entry.type!r} is none of {', '.join(TRANSPORTS)}")
    if not entry.command and not entry.url:
        raise EntryError("needs `command` (a program to start) or `url` (a server that runs)")
    if kind:
        transport = TRANSPORTS[kind]
    elif entry.command:
        transport = Transport.STDIO
    else:
        transport = Transport.SSE if entry.url.rstrip("/").endswith("/sse") else Transport.HTTP
    needed = "command" if transport is Transport.STDIO else "url"
    if not getattr(entry, needed):
        raise EntryError(f"type {entry.type!r} needs `{needed}`")
    return transport


def _value(expression: str, environment: Mapping[str, str], secrets: set[str]) -> str:
    parts = VARIABLE_PARTS.fullmatch(expression)
    if parts is None:
        raise EntryError(f"${{{expression}}} is not understood; write ${{VAR}} or ${{VAR:-default}}")
    value = environment.get(parts["name"])
    if value:
        secrets.add(value)
        return value
    if parts["default"] is not None:
        return parts["default"]
    if value is None:
        raise EntryError(f"the environment variable {parts['name']} is not set; set it, or give a default")
    return value


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
