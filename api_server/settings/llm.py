"""Settings of whatever writes scripts."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from service.settings import ServiceSettings


class LLMSettings(ServiceSettings):
    """Which models can be asked, with which keys, and what one script may cost in time and tokens."""

    llm_provider: str = Field(
        default="",
        description=(
            "Who writes scripts: anthropic, openai, ollama, offline, recorded; several, with commas, in turn "
            "until one does not fail. Unset: those with a key or an address, or else offline."
        ),
    )
    llm_timeout_seconds: float = Field(
        default=60, gt=0, description="How long writing one script may take, all attempts together."
    )
    llm_silence_seconds: float = Field(
        default=30,
        gt=0,
        description="How long a provider may be silent before the next one is asked, if there is one.",
    )
    llm_max_output_tokens: int = Field(
        default=16_000,
        ge=256,
        description="Tokens that one answer may have, thinking included.",
    )
    llm_effort: Literal["", "low", "medium", "high"] = Field(
        default="",
        description="How hard models think before they write: low, medium or high; unset: as they like.",
    )
    llm_streaming: bool = Field(
        default=True,
        description="Whether answers are read as they grow; false for gateways that cannot stream.",
    )
    llm_prices_file: Path | None = Field(
        default=None,
        description="TOML laid over our list of prices, in the form of api_server/llm/prices.toml.",
    )
    llm_recording_file: Path | None = Field(
        default=None, description="JSON lines of recorded answers, for the provider `recorded`."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, description="Key of an Anthropic account; with it Anthropic's models can be asked."
    )
    anthropic_model: str = Field(
        default="claude-sonnet-5-5", description="Anthropic's model when the request names none."
    )
    anthropic_base_url: str = Field(
        default="https://api.anthropic.com", description="Where Anthropic's API, or a gateway to it, is."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key of an OpenAI account, or of the service at OPENAI_BASE_URL."
    )
    openai_model: str = Field(
        default="gpt-6.1-sol", description="OpenAI's model when the request names none."
    )
    openai_base_url: str = Field(
        default="",
        description="Any OpenAI-compatible API, its /v1 included; may need no key. Unset: OpenAI's own.",
    )
    openai_answer_format: Literal["json_schema", "json_object", "text"] = Field(
        default="json_schema",
        description="What OPENAI_BASE_URL can be asked for: json_schema, json_object or text.",
    )
    ollama_base_url: str = Field(
        default="",
        description="Where Ollama is, usually http://localhost:11434; with it Ollama can be asked.",
    )
    ollama_api_key: SecretStr | None = Field(
        default=None, description="Key for an Ollama that asks for one; a local one does not."
    )
    ollama_model: str = Field(
        default="gpt-oss:20b", description="Ollama's model when the request names none."
    )
    ollama_context_tokens: int = Field(
        default=32_768,
        ge=2048,
        description="Context that Ollama gives a model, answer included; what cannot fit is not sent.",
    )

    @property
    def provider_names(self) -> list[str]:
        """The names in `LLM_PROVIDER`, in their order, each once."""
        return list(dict.fromkeys(name.strip() for name in self.llm_provider.split(",") if name.strip()))
