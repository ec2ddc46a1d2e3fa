"""What is known of scripts that were seen before: their code, their parameters, their report.

Code comes from a child, before a line of the script has run there, and goes only to other children: the
server never loads it. It fits this server's own zygote and policy, so it is kept in memory alone.
"""

from collections import OrderedDict
from typing import Generic, TypeVar

import orjson

from schemas.signature import JsonSchema

ENTRIES_MAX = 256
Entry = TypeVar("Entry")


class CompiledScript:
    """Code of a script that passed its check, as text, and the JSON Schema of its parameters."""

    def __init__(self, code: str, parameters: JsonSchema) -> None:
        self.parameters = parameters
        self.as_json = orjson.Fragment(orjson.dumps({"code": code, "parameters": parameters}))


class ScriptCache(Generic[Entry]):
    """Entries by source text; the one that was used longest ago goes first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def find(self, script: str) -> Entry | None:
        """The entry of `script`."""
        if script not in self._entries:
            return None
        self._entries.move_to_end(script)
        return self._entries[script]

    def keep(self, script: str, entry: Entry) -> None:
        """Remember `entry` for `script`."""
        self._entries[script] = entry
        self._entries.move_to_end(script)
        if len(self._entries) > ENTRIES_MAX:
            self._entries.popitem(last=False)
