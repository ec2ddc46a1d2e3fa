"""Other people's names of tools and arguments as Python spells them: `get_sum` for `get-sum`, `from_`."""

import keyword
import re
from collections.abc import Iterable
from typing import Any

MODULE_NAMES = frozenset({"call", "call_many", "step", "ToolError", "Param"})
"""What else the module `mcp_client` holds; a tool of such a name gets an underscore."""

NOT_IN_NAMES = re.compile(r"\W+", re.ASCII)


def python_name(name: str, prefix: str) -> str:
    """`name` as an identifier that a script may use; `prefix` stands before what cannot begin one.

    The jail refuses names with an underscore in front, so those lose it.
    """
    plain = NOT_IN_NAMES.sub("_", name).lstrip("_")
    if not plain[:1].isalpha():
        plain = f"{prefix}_{plain}".rstrip("_")
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def python_names(names: Iterable[str], prefix: str, taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """A Python name for each of `names`, no two alike and none `taken`.

    Names that are fit as they stand keep themselves whatever their place; the others get a number in
    the order of `names` when they would meet one.
    """
    given = list(dict.fromkeys(names))
    spelled = {name: name for name in given if python_name(name, prefix) == name and name not in taken}
    used = {*taken, *spelled}
    for name in given:
        if name not in spelled:
            spelled[name] = _unused(python_name(name, prefix), used)
            used.add(spelled[name])
    return {name: spelled[name] for name in given}


def _unused(name: str, used: set[str]) -> str:
    if name in used and f"{name}_" not in used:
        return f"{name}_"
    number = 2
    spelled = name
    while spelled in used:
        spelled = f"{name}_{number}"
        number += 1
    return spelled


def parameter_names(input_schema: dict[str, Any]) -> dict[str, str]:
    """Each argument of a tool and its Python name, in the order of the tool's Python function.

    Required ones come first, as Python demands; within each group the order is that of the schema.
    """
    properties = input_schema.get("properties")
    required = input_schema.get("required")
    if not isinstance(properties, dict):
        return {}
    needed = set(required) if isinstance(required, list) else set()
    ordered = sorted(properties, key=lambda name: name not in needed)
    return python_names(ordered, "arg")
