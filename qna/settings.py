"""Where the five servers are to listen, and where state is kept."""

import socket
from contextlib import ExitStack
from pathlib import Path

from pydantic import Field, HttpUrl, SecretStr

from service.settings import ServiceSettings, load_settings

LOOPBACK = "127.0.0.1"


class QnaSettings(ServiceSettings):
    """What the command line reads from the environment and passes on to the servers it starts."""

    api_server_host: str = Field(
        default="127.0.0.1",
        description="Address the API server listens on; another than loopback needs access control.",
    )
    api_server_port: int = Field(
        default=8010, ge=1, le=65535, description="Port of the API server and the page."
    )
    execution_server_host: str = Field(
        default="127.0.0.1", description="Address the execution server listens on; loopback only."
    )
    execution_server_port: int = Field(
        default=3002, ge=1, le=65535, description="Port of the execution server."
    )
    financial_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3003"),
        description="Where the financial server listens and where the others find it.",
    )
    analytics_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3004"),
        description="Where the analytics server listens and where the others find it.",
    )
    validation_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3005"),
        description="Where the validation server listens and where the others find it.",
    )
    qna_api_key: SecretStr | None = Field(
        default=None,
        description="A key of `qna keys create` with which the command line asks the API server.",
    )
    qna_token: SecretStr | None = Field(
        default=None, description="A token, with which the command line asks the API server instead."
    )


def read_settings(data_dir: Path | None) -> QnaSettings:
    """The environment and `.env`; `data_dir` wins over both. Raises `BadSetting` naming the bad variables."""
    settings = load_settings(QnaSettings, **({"qna_data_dir": data_dir} if data_dir else {}))
    return settings.model_copy(update={"qna_data_dir": settings.qna_data_dir.resolve()})


def move_to_free_ports(settings: QnaSettings) -> QnaSettings:
    """The same settings with five loopback ports that nobody listens on now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(5)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        api, executor, *mcp = (each.getsockname()[1] for each in sockets)
    financial, analytics, validation = (HttpUrl(f"http://{LOOPBACK}:{port}") for port in mcp)
    return settings.model_copy(
        update={
            "api_server_host": LOOPBACK,
            "api_server_port": api,
            "execution_server_host": LOOPBACK,
            "execution_server_port": executor,
            "financial_mcp_url": financial,
            "analytics_mcp_url": analytics,
            "validation_mcp_url": validation,
        }
    )
