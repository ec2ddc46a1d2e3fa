"""Our providers in front of the stand-ins, with waits that a test can afford."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from api_server.llm.asking import AskLimits
from api_server.llm.prices import load_prices
from api_server.llm.providers.anthropic import AnthropicVendor
from api_server.llm.providers.ollama import OllamaVendor
from api_server.llm.providers.openai import OpenAIVendor
from api_server.llm.remote import RemoteProvider
from api_server.llm.vendor import Vendor
from api_server.settings.llm import LLMSettings
from tests.doubles.llm.anthropic import AnthropicWire
from tests.doubles.llm.ollama import OllamaWire
from tests.doubles.llm.openai import OpenAIWire
from tests.doubles.llm.stand_in import KEY, ModelApi, RunningApi, Wire

QUICK = AskLimits(
    total_seconds=10.0,
    attempts_max=3,
    backoff_seconds=0.01,
    backoff_seconds_max=0.02,
    wait_seconds_max=2.0,
    failures_max=3,
    recovery_seconds=0.2,
)
VENDORS: Mapping[str, Callable[[LLMSettings], Vendor]] = {
    "anthropic": AnthropicVendor,
    "openai": OpenAIVendor,
    "ollama": OllamaVendor,
}
WIRES: Mapping[str, Callable[[], Wire]] = {
    "anthropic": AnthropicWire,
    "openai": OpenAIWire,
    "ollama": OllamaWire,
}


def make_settings(**values: Any) -> LLMSettings:
    """Only `values`, whatever the environment of the test says."""
    blank = {name: field.get_default() for name, field in LLMSettings.model_fields.items()}
    return LLMSettings(**{**blank, **values}, _env_file=None)


@dataclass(frozen=True)
class StandIns:
    """Every vendor's stand-in."""

    running: Mapping[str, RunningApi]

    def api(self, vendor: str) -> ModelApi:
        """What the vendor answers and was asked."""
        return self.running[vendor].api

    def settings(self, **values: Any) -> LLMSettings:
        """With the addresses and keys of all three."""
        given = {
            "anthropic_api_key": SecretStr(KEY),
            "anthropic_base_url": self.running["anthropic"].url,
            "openai_api_key": SecretStr(KEY),
            "openai_base_url": f"{self.running['openai'].url}/v1",
            "ollama_base_url": self.running["ollama"].url,
        }
        return make_settings(**{**given, **values})

    def open(self, vendor: str, limits: AskLimits = QUICK, **values: Any) -> RemoteProvider:
        """A new provider, for one event loop."""
        return RemoteProvider(VENDORS[vendor](self.settings(**values)), load_prices(), limits)

    async def import_sdks(self) -> None:
        """So that no time limit of a test meets the seconds that this takes on a busy machine."""
        for vendor in self.running:
            provider = self.open(vendor)
            await provider.warm_up()
            await provider.close()

    def forget(self) -> None:
        """As new, for the next test; every vendor has its default model."""
        settings = make_settings()
        for vendor, running in self.running.items():
            running.api.forget()
            running.api.wire.__init__()  # type: ignore[misc]
            running.api.models = [VENDORS[vendor](settings).default_model, f"another-{vendor}"]


@contextmanager
def running_stand_ins() -> Iterator[StandIns]:
    """All of them, until the end of the block."""
    anthropic, openai, ollama = (RunningApi(WIRES[name]()) for name in ("anthropic", "openai", "ollama"))
    with anthropic, openai, ollama:
        stand_ins = StandIns({"anthropic": anthropic, "openai": openai, "ollama": ollama})
        stand_ins.forget()
        yield stand_ins
