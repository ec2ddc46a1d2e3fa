"""The providers of this server as one: routes a model to the provider that has it, falls back in order."""

import asyncio
from collections.abc import Sequence

import structlog

from api_server.errors import ProviderFailed, UnknownModel
from api_server.llm.provider import CannotAnswer, Draft, LLMProvider, OnText, ScriptTask, ignore_text
from api_server.llm.remote import RemoteProvider
from schemas.analysis import Model

log = structlog.get_logger()


class ProviderChain:
    """Asks `asked` in their order; `others` only for a model by its name. Belongs to one event loop.

    A model that was asked for by name is never replaced by another.
    """

    def __init__(self, asked: Sequence[LLMProvider], others: Sequence[LLMProvider] = ()) -> None:
        self._asked = tuple(asked)
        self._all = (*asked, *others)
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "ProviderChain":
        """Begin to import what the providers need; nobody waits for it but a question that comes before."""
        remote = [provider for provider in self._all if isinstance(provider, RemoteProvider)]
        self._warming = asyncio.create_task(_warm_up(remote))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        for provider in self._all:
            if isinstance(provider, RemoteProvider):
                await provider.close()

    @property
    def name(self) -> str:
        """The one that is asked first."""
        return self._asked[0].name

    async def models(self) -> list[Model]:
        """What every provider has now; the default is that of the first one asked that can be reached."""
        lists = await asyncio.gather(*(provider.models() for provider in self._all))
        found = [model for models in lists for model in models]
        defaults = [model for models in lists[: len(self._asked)] for model in models if model.default]
        default = defaults[0] if defaults else None
        return [model.model_copy(update={"default": model is default}) for model in found]

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        """The first answer of any kind. Raises `UnknownModel`, or the first provider's `ProviderFailed`."""
        if task.model is not None:
            owner = await self._find_owner(task.model)
            return await owner.write_script(task, on_text)
        failures: list[tuple[str, ProviderFailed]] = []
        for provider in self._asked:
            try:
                written = await provider.write_script(task, on_text)
            except ProviderFailed as failure:
                log.warning(
                    "provider_failed", provider=provider.name, code=failure.code, message=failure.message
                )
                failures.append((provider.name, failure))
                if not failure.falls_back:
                    break
            else:
                return _with_history(written, failures)
        raise _first_of(failures)

    async def _find_owner(self, model: str) -> LLMProvider:
        lists = await asyncio.gather(*(provider.models() for provider in self._all))
        for provider, models in zip(self._all, lists, strict=True):
            if any(known.id == model for known in models):
                return provider
        raise UnknownModel(
            f"no provider that can be reached has a model {model!r}",
            suggestions=("GET /models lists those that there are.",),
            models=[known.id for models in lists for known in models],
        )


async def _warm_up(providers: Sequence[RemoteProvider]) -> None:
    for provider in providers:
        await provider.warm_up()


def _with_history(
    written: Draft | CannotAnswer, failures: list[tuple[str, ProviderFailed]]
) -> Draft | CannotAnswer:
    """`written`, but a refusal tells who else would have been asked: it may not be the last word."""
    if isinstance(written, Draft) or not failures:
        return written
    told = "; ".join(f"{name} could not be asked: {failure.message}" for name, failure in failures)
    return CannotAnswer(f"{written.missing} ({told}.)", written.nearest_question, written.usage)


def _first_of(failures: list[tuple[str, ProviderFailed]]) -> ProviderFailed:
    """The failure of the provider that was wanted, with those of the others in its details."""
    first = failures[0][1]
    if len(failures) > 1:
        first.details["also_failed"] = {name: failure.code for name, failure in failures[1:]}
    return first
