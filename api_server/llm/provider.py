"""The seam between the pipeline and whatever writes scripts: a remote model, a local one, or the recipes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from schemas.analysis import Model
from schemas.tools import ToolCatalogue


@dataclass(frozen=True)
class ScriptTask:
    """What a provider is given. `model` is one of its own models, or None for its default."""

    question: str
    system_prompt: str
    catalogue: ToolCatalogue
    model: str | None = None


@dataclass(frozen=True)
class Draft:
    """A script that should answer. `parameters` override the defaults of its `analyze`, as JSON values."""

    python_code: str
    explanation: str
    mcp_calls: tuple[str, ...]
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CannotAnswer:
    """An honest refusal. `missing` is a sentence for a person; `nearest_question` has an answer."""

    missing: str
    nearest_question: str | None = None


class LLMProvider(Protocol):
    """Writes one script per question. It never runs it."""

    @property
    def name(self) -> str:
        """The name in `LLM_PROVIDER` and in `/models`."""
        ...

    async def models(self) -> list[Model]:
        """The models that can be asked now, exactly one of them the default."""
        ...

    async def write_script(self, task: ScriptTask) -> Draft | CannotAnswer:
        """A script for the question, or what is missing for one. Never a guess."""
        ...
