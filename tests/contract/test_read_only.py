"""Nothing can trade: there is one place that sends anything to a vendor, and it sends GET."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_servers.financial.vendors.vendor import answer
from tests.doubles.vendors.opened import StandIns

FINANCIAL = Path(__file__).parents[2] / "mcp_servers" / "financial"
SENDING = {"post", "put", "patch", "delete", "send", "request", "stream", "build_request"}
HTTP_CLIENTS = {
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "requests",
    "urllib3",
    "aiohttp",
    "http",
    "alpaca",
}
OTHER_WAYS_OUT = {"http", "socket", "websockets", "subprocess", "ctypes", "eodhd"}


def sources() -> list[Path]:
    """Every module of the financial server."""
    return sorted(FINANCIAL.rglob("*.py"))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call that `path` makes."""
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def imported(path: Path) -> set[str]:
    """First names of the packages that `path` imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_there_are_sources_to_look_at() -> None:
    assert len(sources()) > 20


def test_only_the_connection_and_the_keys_know_an_http_library() -> None:
    knowing = {path.name for path in sources() if imported(path) & (HTTP_CLIENTS | OTHER_WAYS_OUT)}
    assert knowing == {"connection.py", "keys.py"}


def test_the_one_call_that_sends_is_a_get() -> None:
    sending = [
        (path.name, ast.unparse(call))
        for path in sources()
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in SENDING
    ]
    assert sending == [("connection.py", "self._client.stream('GET', endpoint, params=dict(parameters))")]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_other_method_is_even_spelt(method: str) -> None:
    spelt = [
        path.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and method in node.value.split()
    ]
    assert spelt == []


async def test_what_vendors_see_of_us_is_get(stand_ins: StandIns) -> None:
    from tests.contract.test_vendors import ORDINARY

    for vendor in (stand_ins.open_alpaca(), stand_ins.open_eodhd()):
        for kind, request in ORDINARY.items():
            if fetcher := kind.of(vendor):
                await answer(fetcher, request)
        await vendor.close()
    methods = {seen.method for seen in (*stand_ins.alpaca.seen, *stand_ins.eodhd.seen)}
    assert methods == {"GET"}
