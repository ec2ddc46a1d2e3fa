"""docker-compose.yml and the supervisor start the same servers in the same way."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from qna.services import list_services
from qna.settings import QnaSettings

ROOT = Path(__file__).parents[2]
SERVICES = {service.name: service for service in list_services(QnaSettings(_env_file=None))}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def fill_defaults(text: str) -> str:
    """`${NAME:-default}` as compose reads it when nothing is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_the_services_are_those_of_the_supervisor(compose: dict[str, Any]) -> None:
    assert list(compose["services"]) == list(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_the_same_module_at_the_same_port(compose: dict[str, Any], name: str) -> None:
    described = compose["services"][name]
    environment = {key: fill_defaults(value) for key, value in described["environment"].items()}
    assert tuple(described["command"][1:]) == SERVICES[name].command[1:]
    assert environment[SERVICES[name].variable].endswith(str(SERVICES[name].port))
    health_url = environment["HEALTH_URL"].replace("localhost", "127.0.0.1")
    assert health_url == f"{SERVICES[name].url}/health"
    assert "HEALTH_URL" in described["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined(compose: dict[str, Any], name: str) -> None:
    described = compose["services"][name]
    assert described["network_mode"] == "host"
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["restart"] == "unless-stopped"
    assert "no-new-privileges:true" in described["security_opt"]
    assert not {"privileged", "cap_add", "ports", "user"} & set(described)


def test_only_the_executor_may_make_namespaces(compose: dict[str, Any]) -> None:
    unconfined = {
        name
        for name, described in compose["services"].items()
        if any("unconfined" in option for option in described["security_opt"])
    }
    assert unconfined == {"executor"}


def test_the_image_is_built_from_every_package() -> None:
    admitted = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages | {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"} == admitted


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["qna"]
