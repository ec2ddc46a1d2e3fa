"""The five servers: what starts each one, where it listens, which variable moves it."""

import sys
from dataclasses import dataclass

from pydantic import HttpUrl

from api_server.settings.access import AccessSettings
from qna.failures import Misuse
from qna.settings import LOOPBACK, QnaSettings
from service.http import UnsafeAddress, check_loopback
from service.settings import load_settings


@dataclass(frozen=True)
class Service:
    """One server that can be started. `variable` is the environment variable that moves its port."""

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    variable: str

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def list_services(settings: QnaSettings) -> list[Service]:
    """All five, those that others lean on first. Raises `Misuse` for an address outside this machine."""
    return [*list_mcp_services(settings), describe_executor(settings), describe_api(settings)]


def list_mcp_services(settings: QnaSettings) -> list[Service]:
    """The three MCP servers. Raises `Misuse` for an address outside this machine."""
    return [
        _describe_mcp("financial", settings.financial_mcp_url),
        _describe_mcp("analytics", settings.analytics_mcp_url),
        _describe_mcp("validation", settings.validation_mcp_url),
    ]


def describe_executor(settings: QnaSettings) -> Service:
    """The execution server. Raises `Misuse` for an address outside this machine."""
    host = _check_host(settings.execution_server_host, "EXECUTION_SERVER_HOST")
    return _describe("executor", host, settings.execution_server_port, "EXECUTION_SERVER_PORT")


def describe_api(settings: QnaSettings) -> Service:
    """The API server. Raises `Misuse` for an address outside this machine without access control."""
    host = settings.api_server_host
    if not load_settings(AccessSettings).is_access_controlled:
        host = _check_host(host, "API_SERVER_HOST")
    return _describe("api_server", host, settings.api_server_port, "API_SERVER_PORT")


def list_variables(settings: QnaSettings) -> dict[str, str]:
    """What every server is told through its environment, so that they find each other."""
    executor, api = describe_executor(settings), describe_api(settings)
    return {
        "API_SERVER_HOST": api.host,
        "API_SERVER_PORT": str(api.port),
        "EXECUTION_SERVER_HOST": executor.host,
        "EXECUTION_SERVER_PORT": str(executor.port),
        "EXECUTION_SERVER_URL": executor.url,
        **{service.variable: service.url for service in list_mcp_services(settings)},
        "QNA_DATA_DIR": str(settings.qna_data_dir),
        "LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": "json",
    }


def _describe_mcp(name: str, url: HttpUrl) -> Service:
    variable = f"{name.upper()}_MCP_URL"
    host = _check_host((url.host or "").strip("[]"), variable)
    return _describe(f"mcp_servers.{name}", host, url.port or 80, variable)


def _check_host(host: str, variable: str) -> str:
    try:
        check_loopback(host)
    except (OSError, UnsafeAddress) as error:
        raise Misuse(f"{variable} names {host!r}: {error}", f"Set {variable} to {LOOPBACK}.") from error
    # The name may mean two addresses; our servers listen at this one.
    return LOOPBACK if host == "localhost" else host


def _describe(module: str, host: str, port: int, variable: str) -> Service:
    # -P: a folder of the working directory must not be taken for one of our packages.
    command = (sys.executable, "-P", "-m", module)
    return Service(module.rpartition(".")[2], command, host, port, variable)
