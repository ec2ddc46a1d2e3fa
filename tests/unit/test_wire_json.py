"""The JSON of our HTTP servers: as the standard library's, only faster, and no number changed."""

import json
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.server import _streamable_http_modern

from mcp_servers.app import create_mcp_app
from mcp_servers.wire_json import WireJson, quicken
from tests.conformance.server import create_server

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read_as_it_was(value: Any) -> None:
    assert json.loads(WireJson.dumps(value, separators=(",", ":"))) == value
    assert WireJson.loads(json.dumps(value).encode()) == value


def test_integers_of_any_size_stay_exact() -> None:
    assert WireJson.dumps({"n": 10**30}, separators=(",", ":")) == '{"n":1' + "0" * 30 + "}"
    assert WireJson.loads(b"[1" + b"0" * 30 + b"]") == [10**30]


def test_what_is_not_finite_is_null() -> None:
    assert WireJson.dumps([float("nan"), float("inf")]) == "[null,null]"


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b'"\xff"', b"[" * 5000])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  what the SDK catches
        WireJson.loads(body)


def test_a_module_that_does_not_use_json_is_left_alone() -> None:
    module = types.ModuleType("other")
    quicken(module)
    assert vars(module).get("json") is None


def test_the_sdk_still_has_the_place_that_is_quickened() -> None:
    create_mcp_app(create_server(), list)
    assert vars(_streamable_http_modern)["json"] is WireJson
