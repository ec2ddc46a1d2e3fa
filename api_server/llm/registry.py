"""Which providers there are. A new one is one line here."""

from collections.abc import Callable, Mapping

from api_server.llm.provider import LLMProvider
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from prompts.library import Library

BUILDERS: Mapping[str, Callable[[Library], LLMProvider]] = {
    "offline": OfflineAnalyst,
}


class UnknownProvider(Exception):
    """`LLM_PROVIDER` names a provider that does not exist."""


def build_provider(name: str, library: Library) -> LLMProvider:
    """The provider that `LLM_PROVIDER` names. Raises `UnknownProvider`."""
    if name not in BUILDERS:
        raise UnknownProvider(
            f"there is no LLM provider {name!r}; set LLM_PROVIDER to one of: {', '.join(BUILDERS)}"
        )
    return BUILDERS[name](library)
