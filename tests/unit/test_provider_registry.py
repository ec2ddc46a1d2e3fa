"""Which providers the settings lead to."""

from pathlib import Path
from typing import Any

import pytest

from api_server.llm.registry import UnconfiguredProvider, UnknownProvider, build_provider
from api_server.settings.llm import LLMSettings
from prompts.library import load_library

LIBRARY = load_library()


def settings(**values: Any) -> LLMSettings:
    """Only `values`, whatever the environment of the test says."""
    blank = {name: field.get_default() for name, field in LLMSettings.model_fields.items()}
    return LLMSettings(**{**blank, **values}, _env_file=None)


async def test_with_nothing_configured_the_recipes_answer() -> None:
    chain = build_provider(settings(), LIBRARY)
    assert [(model.provider, model.default) for model in await chain.models()] == [("offline", True)]


def test_an_unknown_provider_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(UnknownProvider, match="offline"):
        build_provider(settings(llm_provider="offline, ollamma"), LIBRARY)


def test_a_provider_without_its_key_is_refused_with_the_variable(tmp_path: Path) -> None:
    with pytest.raises(UnconfiguredProvider, match="LLM_RECORDING_FILE is not set"):
        build_provider(settings(llm_provider="recorded"), LIBRARY)
