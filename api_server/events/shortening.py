"""Events are for looking on: long columns of a tool call are told by their beginning and their length."""

from typing import Any

VALUES_SHOWN = 5
LIST_LENGTH_MAX = 20
TEXT_LENGTH_MAX = 20_000
DEPTH_MAX = 6


def shorten(value: Any, depth: int = 0) -> Any:
    """`value` with long lists and texts cut; a cut list ends with how many values are left out."""
    if isinstance(value, str):
        return value if len(value) <= TEXT_LENGTH_MAX else value[:TEXT_LENGTH_MAX] + "…"
    if isinstance(value, dict):
        return {} if depth > DEPTH_MAX else {key: shorten(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        shown = value if len(value) <= LIST_LENGTH_MAX else value[:VALUES_SHOWN]
        rest = [] if shown is value else [f"… {len(value) - VALUES_SHOWN} more"]
        return [shorten(item, depth + 1) for item in shown] + rest
    return value
