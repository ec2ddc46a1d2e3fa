"""The jail proves itself when it starts, and says so when it cannot work."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from executor.engine import Engine
from executor.errors import JailUnavailable
from executor.frames import Ready, encode_frame, read_frame
from executor.jail.launcher import Launcher
from executor.jail.self_test import check_layers
from executor.settings import ExecutorSettings
from executor.standalone import run_script
from sandbox_policies.policy import load_policy
from schemas.errors import ErrorResponse
from schemas.execution import ExecuteRequest, ExecutionEvent, Outcome
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.tool_server import ToolServer


def settings_without_tools(*policy_files: Path) -> ExecutorSettings:
    """Settings of a jail that knows no tool server."""
    return ExecutorSettings(
        _env_file=None,
        financial_mcp_url="",
        analytics_mcp_url="",
        validation_mcp_url="",
        sandbox_policy_files=list(policy_files),
    )


async def test_every_layer_is_proved_by_a_child() -> None:
    layers = {layer.name: layer for layer in await check_layers()}
    assert {"seccomp", "landlock", "descriptors", "resource-limits", "process-namespace"} <= layers.keys()
    assert {name for name, layer in layers.items() if layer.is_required} == set(load_policy().layers.required)
    assert all(layer.is_on for layer in layers.values() if layer.is_required)
    assert all(layer.detail for layer in layers.values() if not layer.is_on)


class OrdinaryLauncher(Launcher):
    """Of a server that an ordinary user has started."""

    program = "tests.doubles.ordinary_zygote"


class ContainedLauncher(Launcher):
    """Of a server in a container without privileges."""

    program = "tests.doubles.contained_zygote"


NEEDS_NAMESPACES = {"user-namespace", "network-namespace", "empty-file-system", "process-namespace"}


@pytest.mark.parametrize(
    ("launcher", "off"), [(OrdinaryLauncher, set()), (ContainedLauncher, NEEDS_NAMESPACES)]
)
async def test_where_the_kernel_allows_less_the_required_walls_stand_and_the_others_are_named(
    launcher: type[Launcher], off: set[str]
) -> None:
    engine = Engine(settings_without_tools(), launcher)
    await engine.start()
    try:
        required = set(load_policy().layers.required)
        assert not required & off
        missing = {name for name, state in engine.jails.layers().items() if state != "on"} - {"cgroup"}
        assert missing <= off
        assert {name for name in required if engine.jails.layers()[name] == "on"} == required
        script = "import pandas as pd\nresult = float(pd.Series([1.0, 2.0]).sum())"
        report = await engine.execute(ExecuteRequest(script=script, execution_id="there"))
        assert (report.outcome, report.result) == (Outcome.COMPLETED, 3.0)
    finally:
        await engine.stop()


async def test_a_jail_without_a_required_layer_does_not_start(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[layers]\nrequired = ["seccomp", "moat"]\n', "utf-8")
    with pytest.raises(JailUnavailable) as caught:
        await Engine(settings_without_tools(site)).start()
    assert caught.value.message == "required layers are off: moat"
    assert caught.value.details == {"layers": {"moat": "off"}}


async def test_a_filter_that_lets_too_much_through_is_found_out(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[conditions]\nrefuse_shared_memory = false\n", "utf-8")
    with pytest.raises(JailUnavailable) as caught:
        await Engine(settings_without_tools(site)).start()
    assert caught.value.message == "required layers are off: seccomp"
    assert caught.value.details["layers"] == {"seccomp": "off: shared pages is possible"}


async def test_a_zygote_that_cannot_start_is_no_jail(tmp_path: Path) -> None:
    launcher = Launcher([tmp_path / "absent.toml"])
    with pytest.raises(JailUnavailable, match="ended while it started"):
        await launcher.start()
    await launcher.stop()


async def test_one_script_runs_in_the_jail_without_a_server() -> None:
    events: list[ExecutionEvent] = []
    request = ExecuteRequest(script="print('hello')\nresult = 1", execution_id="alone")
    report = await run_script(request, settings_without_tools(), events.append)
    assert (report.outcome, report.result) == (Outcome.COMPLETED, 1)
    assert [event.type for event in events] == ["started", "printed", "finished"]


def find_zygote(server: ExecutionServer) -> int:
    """The process id of the zygote that plain scripts come from."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in server.children()}
    ours = [pid for pid, command in commands.items() if b"executor.jail" in command and b"bare" in command]
    return min(ours)  # the others are its forks, which are the server's children too


def test_a_server_whose_zygote_is_gone_says_so(tmp_path: Path, desk: ToolServer) -> None:
    with running_server(tmp_path, desk, warm_children=0) as server:
        assert server.execute("result = 1").result == 1
        os.kill(find_zygote(server), signal.SIGKILL)
        reply = server.http.post("/execute", json=server.body("result = 2"))
        error = ErrorResponse.model_validate_json(reply.content).error
        health = server.health()
    assert (reply.status_code, error.code) == (503, "JAIL_UNAVAILABLE")
    assert health.status == "down"
    assert health.parts[0].status == "down"


async def test_a_launch_that_is_given_up_never_mixes_up_two_children() -> None:
    launcher = Launcher()
    await launcher.start()
    try:
        for _ in range(20):
            given_up = asyncio.create_task(launcher.launch())
            await asyncio.sleep(0)
            given_up.cancel()
            child = await launcher.launch()
            await asyncio.gather(given_up, return_exceptions=True)
            assert given_up.cancelled()
            child.channel.send(encode_frame({"type": "rehearse"}))
            async with asyncio.timeout(5):
                assert isinstance(await read_frame(child.channel, 1024), Ready)
                child.kill()
                assert await read_frame(child.channel, 1024) is None
            await child.close(0)
    finally:
        await launcher.stop()
