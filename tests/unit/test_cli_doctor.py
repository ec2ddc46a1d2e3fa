"""`qna doctor`: what it finds, and when that is fatal."""

import io
import socket
from pathlib import Path

import pytest
from rich.console import Console

from qna.doctor import (
    Check,
    Verdict,
    check_configuration,
    check_data_dir,
    check_jail,
    check_ports,
    examine,
    show_findings,
)
from qna.failures import ExitCode
from qna.services import Service
from qna.settings import QnaSettings, move_to_free_ports


def show(*checks: Check) -> tuple[ExitCode, str]:
    out = io.StringIO()
    code = show_findings(Console(file=out, width=100), {"Title": list(checks)})
    return code, out.getvalue()


@pytest.mark.parametrize(
    ("verdict", "code"),
    [("ok", ExitCode.DONE), ("note", ExitCode.DONE), ("missing", ExitCode.PLATFORM_FAILED)],
)
def test_only_what_is_required_and_missing_fails(verdict: Verdict, code: ExitCode) -> None:
    assert show(Check("one", "ok", ""), Check("two", verdict, ""))[0] is code


def test_what_is_missing_is_named_at_the_end() -> None:
    assert show(Check("seccomp", "missing", "no kernel support"))[1].endswith("Missing: seccomp\n")


def test_a_data_directory_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert check_data_dir(tmp_path / "new").verdict == "ok"
    refused = check_data_dir(tmp_path / "file")
    assert refused.verdict == "missing"
    assert "--data-dir" in refused.detail


def test_variables_that_are_set_are_named_and_their_values_kept_to_ourselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("LLM_PROVIDER=secret-value\nUNRELATED=1\nEXECUTION_SERVER_PORT=\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("API_SERVER_PORT", "9000")
    found = check_configuration().detail
    assert {"API_SERVER_PORT", "LLM_PROVIDER"} <= set(found.split(", "))
    assert "secret-value" not in found
    assert "UNRELATED" not in found


async def test_a_port_of_somebody_else_is_noted_with_the_variable_to_set() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        service = Service("executor", (), "127.0.0.1", port, "EXECUTION_SERVER_PORT")
        (taken,) = await check_ports([service])
    (free,) = await check_ports([service])
    assert (taken.verdict, free.verdict) == ("note", "ok")
    assert "EXECUTION_SERVER_PORT" in taken.detail


async def test_the_walls_of_the_jail_are_proved_one_by_one() -> None:
    layers = {check.part: check.verdict for check in await check_jail([])}
    assert {"seccomp", "no-new-privileges", "resource-limits"} <= {
        name for name, verdict in layers.items() if verdict == "ok"
    }


async def test_a_jail_that_cannot_start_is_missing_and_says_why(tmp_path: Path) -> None:
    (jail,) = await check_jail([tmp_path / "nothing.toml"])
    assert jail.verdict == "missing"
    assert "nothing.toml" in jail.detail


async def test_every_section_is_there_and_nothing_is_missing_here(tmp_path: Path) -> None:
    settings = move_to_free_ports(QnaSettings(_env_file=None, qna_data_dir=tmp_path))
    sections = await examine(settings)
    assert list(sections) == ["This machine", "Configuration", "Jail", "Ports"]
    assert not [check for checks in sections.values() for check in checks if check.verdict == "missing"]
