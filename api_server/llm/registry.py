"""Which providers there are and which of them can be asked. A new one is one line in `PROVIDERS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api_server.llm.chain import ProviderChain
from api_server.llm.provider import LLMProvider
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from api_server.llm.providers.recorded import RecordedProvider, load_recording
from api_server.settings.llm import LLMSettings
from prompts.library import Library


class BadProviderSetting(Exception):
    """`LLM_PROVIDER` cannot be followed; the message says what to set."""


class UnknownProvider(BadProviderSetting):
    """It names a provider that does not exist."""


class UnconfiguredProvider(BadProviderSetting):
    """It names a provider that has neither key nor address."""


@dataclass(frozen=True)
class Entry:
    """How a provider is built, and the settings of which one must be there for it."""

    build: Callable[[LLMSettings, Library], LLMProvider]
    needs_one_of: tuple[str, ...] = ()

    def is_configured(self, settings: LLMSettings) -> bool:
        """Whether it can be asked at all."""
        return not self.needs_one_of or any(getattr(settings, name) for name in self.needs_one_of)


def _build_recorded(settings: LLMSettings, _library: Library) -> LLMProvider:
    assert settings.llm_recording_file is not None
    return RecordedProvider(load_recording(settings.llm_recording_file))


PROVIDERS: Mapping[str, Entry] = {
    "recorded": Entry(_build_recorded, ("llm_recording_file",)),
    "offline": Entry(lambda _settings, library: OfflineAnalyst(library)),
}
"""In the order in which they are asked when `LLM_PROVIDER` is not set."""

LAST_RESORT = "offline"


def build_provider(settings: LLMSettings, library: Library) -> ProviderChain:
    """All providers that can be asked, the default ones first. Raises `BadProviderSetting`."""
    configured = [name for name, entry in PROVIDERS.items() if entry.is_configured(settings)]
    asked = settings.provider_names or [name for name in configured if name != LAST_RESORT] or [LAST_RESORT]
    for name in asked:
        _check(name, configured)
    built = {name: PROVIDERS[name].build(settings, library) for name in [*asked, *configured]}
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
