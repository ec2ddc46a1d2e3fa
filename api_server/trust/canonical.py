"""One way to write JSON, so that equal values are equal bytes; and where two values first differ."""

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from schemas.comparison import Change


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no white space; numbers as Python writes them shortest."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256_of(value: Any) -> str:
    """Of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def differences(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Every leaf that differs, in reading order. 1, 1.0 and true differ, as their bytes do."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_objects(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif not _is_same(old, new):
        yield Change(path=path, fate="changed", old=old, new=new)


def _of_objects(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Change]:
    for key in (*old, *(key for key in new if key not in old)):
        place = f"{path}.{key}" if path else key
        if key not in new:
            yield Change(path=place, fate="removed", old=old[key])
        elif key not in old:
            yield Change(path=place, fate="added", new=new[key])
        else:
            yield from differences(old[key], new[key], place)


def _of_lists(old: list[Any], new: list[Any], path: str) -> Iterator[Change]:
    for place, (before, after) in enumerate(zip(old, new, strict=False)):
        yield from differences(before, after, f"{path}[{place}]")
    shared = min(len(old), len(new))
    yield from (
        Change(path=f"{path}[{shared + place}]", fate="removed", old=value)
        for place, value in enumerate(old[shared:])
    )
    yield from (
        Change(path=f"{path}[{shared + place}]", fate="added", new=value)
        for place, value in enumerate(new[shared:])
    )


def _is_same(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    return repr(old) == repr(new) if isinstance(old, float) else bool(old == new)
