"""Ports and addresses come from the environment and reach every server."""

from pathlib import Path

import pytest

from qna.cli import main
from qna.failures import ExitCode, Misuse
from qna.services import list_services, list_variables
from qna.settings import QnaSettings, move_to_free_ports, read_settings
from qna.up import surround
from service.settings import BadSetting


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list_variables(QnaSettings(_env_file=None)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def ports(settings: QnaSettings) -> dict[str, int]:
    return {service.name: service.port for service in list_services(settings)}


def test_the_defaults_are_the_documented_ports() -> None:
    expected = {
        "financial": 3003,
        "analytics": 3004,
        "validation": 3005,
        "executor": 3002,
        "api_server": 8010,
    }
    assert ports(read_settings(None)) == expected


def test_each_variable_moves_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_SERVER_PORT", "9010")
    monkeypatch.setenv("EXECUTION_SERVER_PORT", "9002")
    for port, name in enumerate(("FINANCIAL", "ANALYTICS", "VALIDATION"), start=9003):
        monkeypatch.setenv(f"{name}_MCP_URL", f"http://localhost:{port}")
    moved = {"financial": 9003, "analytics": 9004, "validation": 9005, "executor": 9002, "api_server": 9010}
    assert ports(read_settings(None)) == moved


def test_every_server_is_told_where_all_the_others_are() -> None:
    settings = move_to_free_ports(read_settings(None))
    told = list_variables(settings)
    for service in list_services(settings):
        assert str(service.port) in told[service.variable]
    assert told["EXECUTION_SERVER_URL"].endswith(f":{settings.execution_server_port}")


def test_free_ports_are_five_different_ones() -> None:
    assert len(set(ports(move_to_free_ports(read_settings(None))).values())) == 5


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("API_SERVER_HOST", "0.0.0.0"),  # noqa: S104 - the address that must be refused
        ("EXECUTION_SERVER_HOST", "192.0.2.1"),
        ("FINANCIAL_MCP_URL", "http://192.0.2.1:3003"),
    ],
)
def test_an_address_that_others_can_reach_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misuse, match=variable) as refused:
        list_services(read_settings(None))
    assert "127.0.0.1" in refused.value.next_step


def test_an_ipv6_loopback_address_is_written_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINANCIAL_MCP_URL", "http://[::1]:3003")
    assert list_services(read_settings(None))[0].url == "http://[::1]:3003"


def test_a_bad_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_SERVER_PORT", "eight")
    with pytest.raises(BadSetting, match="API_SERVER_PORT"):
        read_settings(None)


def test_a_server_that_could_not_start_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(None)
    monkeypatch.setenv("MAX_REQUEST_SIZE_MB", "much")
    with pytest.raises(BadSetting, match="MAX_REQUEST_SIZE_MB"):
        surround(settings, lambda _service, _line: None)


def test_the_command_ends_with_the_variable_and_the_next_step(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRIPT_ISOLATION", "false")
    monkeypatch.setattr("sys.argv", ["qna", "up"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ExitCode.MISUSE
    said = capfd.readouterr().err.splitlines()
    assert said[0].startswith("qna: SCRIPT_ISOLATION: the jail cannot be switched off")
    assert said[1] == "Correct it in the environment or in .env."


def test_the_option_wins_over_the_environment_for_the_data_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QNA_DATA_DIR", "from-environment")
    assert read_settings(None).qna_data_dir == tmp_path / "from-environment"
    assert read_settings(Path("from-option")).qna_data_dir == tmp_path / "from-option"
