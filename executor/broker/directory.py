"""The names by which scripts call the tools of all servers.

A tool goes by its own name as Python spells it. The server configured first keeps a name that several
have; the others' tools are `server_tool`, by which every tool can be called.
"""

from dataclasses import dataclass, replace

from executor.broker.bound_tool import BoundTool, did_you_mean
from executor.broker.connection import Connection
from executor.broker.failure import ToolFailure
from sandbox_policies.analyser import suggest
from schemas.names import MODULE_NAMES, python_name, python_names


@dataclass(frozen=True)
class Listing:
    """A tool under the name that scripts call it by, and the connection to its server."""

    connection: Connection
    bound: BoundTool


class Directory:
    """Made anew whenever a server's tools changed; `by_name` is sorted."""

    def __init__(self, connections: list[Connection]) -> None:
        found: dict[str, Listing] = {}
        self._also: dict[str, Listing] = {}
        for connection in _without_doubles(connections):
            server = connection.address.name
            spelled = python_names(sorted(connection.tools), "tool", MODULE_NAMES)
            for published, plain in spelled.items():
                prefixed = python_name(f"{server}_{plain}", "tool")
                name = plain if plain not in found else _unused(prefixed, found)
                bound = connection.tools[published]
                tool = bound.tool.model_copy(update={"name": name})
                found[name] = Listing(connection, replace(bound, tool=tool))
                self._also.setdefault(published, found[name])
                self._also.setdefault(prefixed, found[name])
        self.by_name = dict(sorted(found.items()))

    def knows(self, name: str) -> bool:
        """Whether `name` means a tool."""
        return name in self.by_name or name in self._also

    def find(self, name: str) -> Listing:
        """The tool that `name` means: a script's name, the server's own, or `server_tool`, in this order.

        Raises `ToolFailure` with the nearest name.
        """
        listing = self.by_name.get(name) or self._also.get(name)
        if listing is None:
            near = suggest(name, list(self.by_name))
            raise ToolFailure(
                "unknown_tool",
                f"there is no tool {name!r}{did_you_mean(near)}",
                {"tool": name, "nearest": [near] if near else []},
            )
        return listing


def _without_doubles(connections: list[Connection]) -> list[Connection]:
    """One connection for each address: a server with two names is one server, and has its tools once."""
    distinct: dict[object, Connection] = {}
    for connection in connections:
        address = connection.address
        distinct.setdefault((address.url, str(address.headers)) if address.url else address.name, connection)
    return list(distinct.values())


def _unused(name: str, taken: dict[str, Listing]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
