"""The five servers: what starts each one, where it listens, which variable moves it."""

import sys
from dataclasses import dataclass

from pydantic import HttpUrl

from qna.failures import Misuse
from qna.settings import QnaSettings
from service.http import UnsafeAddress, check_loopback

LOOPBACK = "127.0.0.1"


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
    return [
        *list_mcp_services(settings),
        _service("executor", LOOPBACK, settings.execution_server_port, "EXECUTION_SERVER_PORT"),
        _service("api_server", LOOPBACK, settings.api_server_port, "API_SERVER_PORT"),
    ]


def list_mcp_services(settings: QnaSettings) -> list[Service]:
    """The three MCP servers. Raises `Misuse` for an address outside this machine."""
    return [
        _mcp_service("financial", settings.financial_mcp_url),
        _mcp_service("analytics", settings.analytics_mcp_url),
        _mcp_service("validation", settings.validation_mcp_url),
    ]


def api_address(settings: QnaSettings) -> str:
    """Base address of the API server."""
    return f"http://{LOOPBACK}:{settings.api_server_port}"


def list_variables(settings: QnaSettings) -> dict[str, str]:
    """What every server is told through its environment, so that they find each other."""
    return {
        "API_SERVER_PORT": str(settings.api_server_port),
        "EXECUTION_SERVER_PORT": str(settings.execution_server_port),
        **{service.variable: service.url for service in list_mcp_services(settings)},
        "QNA_DATA_DIR": str(settings.qna_data_dir),
        "LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": "json",
    }


def _mcp_service(name: str, url: HttpUrl) -> Service:
    variable = f"{name.upper()}_MCP_URL"
    host = (url.host or "").strip("[]")
    try:
        check_loopback(host)
    except (OSError, UnsafeAddress) as error:
        raise Misuse(
            f"{variable}={url} cannot be started here: {error}",
            f"Set {variable} to an address of this machine, like http://{LOOPBACK}:3003.",
        ) from error
    if host == "localhost":
        host = LOOPBACK  # the name may mean two addresses; the servers listen at this one
    return _service(f"mcp_servers.{name}", host, url.port or 80, variable)


def _service(module: str, host: str, port: int, variable: str) -> Service:
    # -P: a folder of the working directory must not be taken for one of our packages.
    command = (sys.executable, "-P", "-m", module)
    return Service(module.rpartition(".")[2], command, host, port, variable)
