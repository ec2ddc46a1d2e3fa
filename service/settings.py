"""What the settings of every process have in common. Names are those of the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field
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
    qna_data_dir: Path = Field(default=Path(".qna"), description="The one folder that holds all state.")
