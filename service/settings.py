"""What the settings of every process have in common. Names are those of the environment."""

import sys
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, HttpUrl, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read once in `main`, then passed in. An empty variable counts as absent."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_file=".env",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # it may be a secret
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for a terminal."
    )
    sentry_dsn: HttpUrl | None = Field(
        default=None,
        description="An error tracker (Sentry, GlitchTip) that is told crashes: where and what, no data.",
    )
    qna_data_dir: Path = Field(default=Path(".qna"), description="The one folder that holds all state.")

    @field_validator("sentry_dsn")
    @classmethod
    def demand_project(cls, dsn: HttpUrl | None) -> HttpUrl | None:
        """Without them the tracker would refuse every report, and nobody would know."""
        if dsn and not (dsn.username and (dsn.path or "/")[1:]):
            raise ValueError("must have a key and a project, as in https://key@host/1")
        return dsn


Settings = TypeVar("Settings", bound=ServiceSettings)


class BadSetting(Exception):
    """Variables whose values will not do; the message names each, and no value: it may be a secret."""


def load_settings(settings_class: type[Settings], **known: Any) -> Settings:
    """From the environment and `.env`; `known` wins over both. Raises `BadSetting`."""
    try:
        return settings_class(**known)
    except ValidationError as error:
        problems = [_describe(item) for item in error.errors(include_input=False, include_url=False)]
        raise BadSetting("; ".join(problems)) from error


def settings_of_server(service: str, settings_class: type[Settings]) -> Settings:
    """For a server's `main`: ends the process with one sentence when it cannot start with them."""
    try:
        return load_settings(settings_class)
    except BadSetting as error:
        sys.exit(f"{service}: {error}; correct it in the environment or in .env")


def _describe(problem: Any) -> str:
    variable = ".".join(map(str, problem["loc"])).upper()
    own_words = problem.get("ctx", {}).get("error") if problem["type"] == "value_error" else None
    message = str(own_words or problem["msg"])
    return f"{variable}: {message}" if variable else message
