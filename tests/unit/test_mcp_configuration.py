"""`mcp_servers.json` in the forms that people bring along from other hosts."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.broker.address import ServerAddress, Transport
from executor.broker.configuration import configured_servers, read_configuration, read_entry

ENVIRONMENT = {"TOKEN": "s3cret-token", "EMPTY": "", "PORT": "4000"}
OURS = [ServerAddress("financial", "http://localhost:3003/mcp"), ServerAddress("analytics", "http://a/mcp")]


def read(**entry: Any) -> ServerAddress:
    """The server of one entry."""
    return read_entry("them", entry, ENVIRONMENT)


def write(folder: Path, content: Any) -> Path:
    """A file of this content."""
    path = folder / "servers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["http", "streamable-http", "streamableHttp", "streamable_http", "HTTP"])
def test_every_spelling_of_http_is_http(kind: str) -> None:
    assert read(type=kind, url="https://a.example/mcp").transport is Transport.HTTP


@pytest.mark.parametrize(
    ("entry", "transport"),
    [
        ({"command": "npx"}, Transport.STDIO),
        ({"type": "stdio", "command": "npx"}, Transport.STDIO),
        ({"url": "http://a/mcp"}, Transport.HTTP),
        ({"url": "http://a/sse"}, Transport.SSE),
        ({"type": "http", "url": "http://a/sse"}, Transport.HTTP),
        ({"type": "sse", "url": "http://a/events"}, Transport.SSE),
        ({"transport": "sse", "serverUrl": "http://a/"}, Transport.SSE),
    ],
)
def test_the_transport_is_what_the_entry_says_or_what_it_has(
    entry: dict[str, Any], transport: Transport
) -> None:
    server = read(**entry)
    assert (server.transport, server.problem) == (transport, None)


def test_a_program_is_started_with_arguments_environment_and_folder() -> None:
    server = read(
        command="uvx", args=["mcp-server-time", "--port=${PORT}"], env={"N": 3, "F": True}, cwd="/x"
    )
    assert (server.command, server.args) == ("uvx", ("mcp-server-time", "--port=4000"))
    assert (server.env, server.cwd) == ({"N": "3", "F": "true"}, "/x")


@pytest.mark.parametrize(
    ("written", "expanded"),
    [
        ("${TOKEN}", "s3cret-token"),
        ("Bearer ${TOKEN}", "Bearer s3cret-token"),
        ("${env:TOKEN}", "s3cret-token"),
        ("${MISSING:-plain}", "plain"),
        ("${MISSING:-}", ""),
        ("${EMPTY:-plain}", "plain"),
        ("${EMPTY}", ""),
        ("${TOKEN:-plain}", "s3cret-token"),
        ("${MISSING:-http://x:1/}", "http://x:1/"),
        ("$TOKEN and $", "$TOKEN and $"),
    ],
)
def test_variables_are_put_in(written: str, expanded: str) -> None:
    assert read(url="http://a/", headers={"X": written}).headers == {"X": expanded}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"url": "http://a/${MISSING}"}, "MISSING is not set"),
        ({"url": "http://a/", "headers": {"A": "${MISSING}"}}, "MISSING is not set"),
        ({"command": "x", "args": ["${input:key}"]}, "${input:key} is not understood"),
        ({}, "needs `command`"),
        ({"type": "stdio", "url": "http://a/"}, "'stdio' needs `command`"),
        ({"type": "http", "command": "x"}, "'http' needs `url`"),
        ({"type": "websocket", "url": "ws://a/"}, "'websocket' is none of"),
        ({"url": "file:///etc/passwd"}, "must begin with http"),
        ({"command": ["npx", "-y"]}, "command: "),
        ({"command": "x", "args": "-y"}, "args: "),
        ({"url": "http://a/", "headers": {"A": 1}}, "headers.A: "),
    ],
)
def test_a_wrong_entry_is_a_server_that_says_what_is_wrong(entry: dict[str, Any], said: str) -> None:
    server = read(**entry)
    assert server.problem is not None
    assert server.problem.startswith("them: ")
    assert said in server.problem


@pytest.mark.parametrize("entry", ["http://a/", None, []])
def test_an_entry_that_is_no_object_is_told_too(entry: Any) -> None:
    assert read_entry("them", entry, {}).problem is not None


@pytest.mark.parametrize("switch", [{"disabled": True}, {"enabled": False}])
def test_a_disabled_server_needs_no_variables(switch: dict[str, bool]) -> None:
    server = read(url="http://a/${MISSING}", **switch)
    assert (server.is_disabled, server.problem) == (True, None)


def test_both_keys_of_a_file_are_read_and_one_bad_entry_spoils_nothing(tmp_path: Path) -> None:
    content = {
        "servers": {"v": {"command": "x"}, "both": {"command": "vs"}},
        "mcpServers": {"c": {"url": "${NO}"}, "both": {"command": "claude"}},
        "inputs": [],
    }
    found = {server.name: server for server in read_configuration(write(tmp_path, content), {})}
    assert list(found) == ["v", "both", "c"]
    assert found["both"].command == "claude"
    assert [name for name, server in found.items() if server.problem] == ["c"]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"mcpServers": []}', "1"])
def test_a_file_that_is_none_is_shown_as_a_server_that_failed(tmp_path: Path, content: str) -> None:
    (server,) = read_configuration(write(tmp_path, content), {})
    assert server.name == "servers.json"
    assert server.problem is not None


def test_a_named_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    *ours, missing = configured_servers(OURS, tmp_path / "none.json", {})
    assert ours == OURS
    assert "cannot read" in (missing.problem or "")


def test_without_a_file_there_are_our_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert configured_servers(OURS, None, {}) == OURS


def test_the_file_of_the_working_folder_is_read_and_may_replace_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"mcpServers": {"other": {"command": "x"}, "analytics": {"disabled": True}}}).rename(
        "mcp_servers.json"
    )
    servers = configured_servers(OURS, None, {})
    assert [(server.name, server.is_disabled) for server in servers] == [
        ("financial", False),
        ("analytics", True),
        ("other", False),
    ]


def test_what_is_shown_of_an_address_holds_no_secret() -> None:
    remote = read(url="https://me:s3cret-word@a.example:8/mcp?key=${TOKEN}")
    program = read(command="/opt/bin/tool", args=["--key", "${TOKEN}"])
    assert remote.shown == "https://a.example:8/mcp"
    assert program.shown == "stdio:tool"
    assert "s3cret" not in repr(remote.shown) + repr(program.shown)


def test_secrets_are_taken_out_of_messages() -> None:
    server = read(
        url="https://me:pass-word@a.example/mcp?key=${TOKEN}",
        headers={"Authorization": "Bearer header-token"},
        env={"KEY": "environment-key"},
    )
    program = read(command="x", args=["${TOKEN}"], env={"KEY": "environment-key", "FLAG": "1"})
    text = "pass-word s3cret-token header-token 1 environment-key"
    assert server.hide_secrets(text) == "*** *** *** 1 ***"
    assert program.hide_secrets(text) == "pass-word *** header-token 1 ***"
    assert "s3cret" not in repr(server.headers) + repr(server).replace(server.url, "")
