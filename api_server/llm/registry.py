"""Which providers there are and which of them can be asked. A new one is one line in `PROVIDERS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api_server.llm.asking import AskLimits
from api_server.llm.chain import ProviderChain
from api_server.llm.prices import load_prices
from api_server.llm.provider import LLMProvider
from api_server.llm.providers.anthropic import AnthropicVendor
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from api_server.llm.providers.ollama import OllamaVendor
from api_server.llm.providers.openai import OpenAIVendor
from api_server.llm.providers.recorded import RecordedProvider, load_recording
from api_server.llm.remote import RemoteProvider
from api_server.llm.vendor import Vendor
from api_server.settings.llm import LLMSettings
from prompts.library import Library


class BadProviderSetting(Exception):
    """`LLM_PROVIDER` cannot be followed; the message says what to set."""


class UnknownProvider(BadProviderSetting):
    """It names a provider that does not exist."""


class UnconfiguredProvider(BadProviderSetting):
    """It names a provider that has neither key nor address."""


OWN_SHARE_OF_TIME = 0.95
"""A provider gives up before whoever waits for it does: else no circuit would learn that time ran out."""

Build = Callable[[LLMSettings, Library, bool], LLMProvider]
"""The third argument: whether another provider is asked when this one fails."""


@dataclass(frozen=True)
class Entry:
    """How a provider is built, and the settings of which one must be there for it."""

    build: Build
    needs_one_of: tuple[str, ...] = ()

    def is_configured(self, settings: LLMSettings) -> bool:
        """Whether it can be asked at all."""
        return not self.needs_one_of or any(getattr(settings, name) for name in self.needs_one_of)


def _remote(make_vendor: Callable[[LLMSettings], Vendor]) -> Build:
    """A vendor's models as a provider, within the limits that the settings give."""

    def build(settings: LLMSettings, _library: Library, has_next: bool) -> LLMProvider:
        limits = AskLimits(
            total_seconds=settings.llm_timeout_seconds * OWN_SHARE_OF_TIME,
            silence_seconds=settings.llm_silence_seconds if has_next else None,
        )
        return RemoteProvider(make_vendor(settings), load_prices(settings.llm_prices_file), limits)

    return build


def _build_recorded(settings: LLMSettings, _library: Library, _has_next: bool) -> LLMProvider:
    assert settings.llm_recording_file is not None
    return RecordedProvider(load_recording(settings.llm_recording_file))


PROVIDERS: Mapping[str, Entry] = {
    "anthropic": Entry(_remote(AnthropicVendor), ("anthropic_api_key",)),
    "openai": Entry(_remote(OpenAIVendor), ("openai_api_key", "openai_base_url")),
    "ollama": Entry(_remote(OllamaVendor), ("ollama_base_url",)),
    "recorded": Entry(_build_recorded, ("llm_recording_file",)),
    "offline": Entry(lambda _settings, library, _has_next: OfflineAnalyst(library)),
}
"""In the order in which they are asked when `LLM_PROVIDER` is not set."""

LAST_RESORT = "offline"


def build_provider(settings: LLMSettings, library: Library) -> ProviderChain:
    """All providers that can be asked, the default ones first. Raises `BadProviderSetting`."""
    configured = [name for name, entry in PROVIDERS.items() if entry.is_configured(settings)]
    asked = settings.provider_names or [name for name in configured if name != LAST_RESORT] or [LAST_RESORT]
    for name in asked:
        _check(name, configured)
    built = {name: PROVIDERS[name].build(settings, library, name in asked[:-1]) for name in configured}
    return ProviderChain(
        [built[name] for name in asked], [built[name] for name in configured if name not in asked]
    )


def _check(name: str, configured: list[str]) -> None:
    if name not in PROVIDERS:
        raise UnknownProvider(
            f"there is no LLM provider {name!r}; set LLM_PROVIDER to one of: {', '.join(PROVIDERS)}"
        )
    if name not in configured:
        variables = " or ".join(each.upper() for each in PROVIDERS[name].needs_one_of)
        raise UnconfiguredProvider(f"LLM_PROVIDER names {name}, but {variables} is not set")
