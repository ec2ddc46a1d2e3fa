"""The seam between the pipeline and whatever writes scripts: a remote model, a local one, or the recipes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from schemas.analysis import Model
from schemas.tools import ToolCatalogue
from schemas.usage import Usage

OnText = Callable[[str], Awaitable[None]]
"""Hears each piece of the script as a model writes it. After `ANEW`, what it heard before does not count."""

ANEW = ""
"""An empty piece: the model begins again, because its answer broke off or could not be read."""


async def ignore_text(_piece: str) -> None:
    """For callers who only want the whole."""


@dataclass(frozen=True)
class Prompt:
    """What a model is told. `prefix` stays the same while the tools do, so that vendors can cache it."""

    prefix: str
    rest: str

    @property
    def text(self) -> str:
        """The whole, as shown to a developer."""
        return f"{self.prefix}\n{self.rest}"


class PromptOnDemand:
    """The prompt of one question, made when a model is first asked: recipes and recordings need none."""

    def __init__(self, make: Callable[[], Awaitable[Prompt]]) -> None:
        self._make = make
        self._made: Prompt | None = None

    async def get(self) -> Prompt:
        """The same one each time. Raises what making it raises."""
        if self._made is None:
            self._made = await self._make()
        return self._made


@dataclass(frozen=True)
class FailedAttempt:
    """A script that did not do, and what the model is told of it."""

    python_code: str
    problem: str


@dataclass(frozen=True)
class ScriptTask:
    """What a provider is given. `model` is one of its own models, or None for its default."""

    question: str
    prompt: PromptOnDemand
    catalogue: ToolCatalogue
    model: str | None = None
    failed: tuple[FailedAttempt, ...] = ()
    """Earlier attempts at this question, oldest first: what is asked for is a repair of the last one."""


@dataclass(frozen=True)
class Draft:
    """A script that should answer. `parameters` override the defaults of its `analyze`, as JSON values."""

    python_code: str
    explanation: str
    mcp_calls: tuple[str, ...]
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    can_be_repaired: bool = True
    """Whether its author writes another when told what is wrong with this one."""


@dataclass(frozen=True)
class CannotAnswer:
    """An honest refusal. `missing` is a sentence for a person; `nearest_question` has an answer."""

    missing: str
    nearest_question: str | None = None
    usage: Usage = field(default_factory=Usage)


class LLMProvider(Protocol):
    """Writes one script per question. It never runs it."""

    @property
    def name(self) -> str:
        """The name in `LLM_PROVIDER` and in `/models`."""
        ...

    async def models(self) -> list[Model]:
        """The models that can be asked now, exactly one of them the default."""
        ...

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        """A script for the question, or what is missing for one. Never a guess."""
        ...
