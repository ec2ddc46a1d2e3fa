"""A vendor of models as a provider of scripts: reads and counts answers, leaves alone who is down."""

import asyncio
import re
import time

import structlog

from api_server.errors import AnswerUnusable, ProviderFailed, ProviderTimeout, ProviderUnavailable
from api_server.llm.asking import AskLimits, ask, timed_out
from api_server.llm.failures import unavailable
from api_server.llm.model_list import ModelList
from api_server.llm.parsing import Missing, Script, Unreadable, read_answer
from api_server.llm.prices import Prices, usage_of
from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from api_server.llm.shown_script import ShownScript
from api_server.llm.turns import ask_again, make_request
from api_server.llm.vendor import Ending, EndReason, Vendor
from schemas.analysis import Model
from schemas.tools import ToolCatalogue
from schemas.usage import Usage
from service.circuit_breaker import CircuitBreaker

log = structlog.get_logger()

READINGS_MAX = 2
WORD = re.compile(r"[A-Za-z_]\w*")


class RemoteProvider:
    """Belongs to one event loop."""

    def __init__(self, vendor: Vendor, prices: Prices, limits: AskLimits) -> None:
        self._vendor, self._prices, self._limits = vendor, prices, limits
        self._models = ModelList(vendor)
        self._breaker = CircuitBreaker(limits.failures_max, limits.recovery_seconds, time.monotonic)

    @property
    def name(self) -> str:
        return self._vendor.account.name

    async def models(self) -> list[Model]:
        """Those that can be asked now; the default is not among them when the vendor has no such model."""
        default = self._vendor.default_model
        known = await self._models.current()
        return [Model(id=model, provider=self.name, default=model == default) for model in known]

    async def warm_up(self) -> None:
        """Have the SDK imported before the first question."""
        await self._vendor.warm_up()

    async def close(self) -> None:
        """End its connections."""
        await self._vendor.close()

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        """The model's script or refusal. Raises `ProviderFailed` and `UnknownModel`."""
        if not self._breaker.begin():
            wait = self._breaker.wait_seconds
            raise unavailable(self._vendor.account, "did not answer lately and is left alone", wait)
        shown = ShownScript(on_text)
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                written = await self._write(task, shown)
        except TimeoutError as error:
            failure: ProviderFailed = timed_out(
                self._vendor, self._limits.total_seconds, "wrote no script within"
            )
            failure.__cause__ = error
        except ProviderFailed as error:
            failure = error
        else:
            self._breaker.record_success()
            return written
        self._note(failure)
        await shown.take_back()
        raise failure

    def _note(self, failure: ProviderFailed) -> None:
        if isinstance(failure, ProviderUnavailable | ProviderTimeout):
            self._breaker.record_failure()
        else:
            self._breaker.record_success()

    async def _write(self, task: ScriptTask, shown: ShownScript) -> Draft | CannotAnswer:
        """Ask, and once more when the answer cannot be read."""
        request = await make_request(task, self._vendor.default_model)
        used: list[Usage] = []
        problem = ""
        for _ in range(READINGS_MAX):
            answer = await ask(self._vendor, request, shown, self._limits)
            used.append(usage_of(answer.ending.tokens, request.model, self._prices, self._vendor.is_free))
            usage = sum(used[1:], used[0])
            if answer.ending.reason is EndReason.REFUSED:
                await shown.take_back()
                return self._declined(answer.ending, usage)
            try:
                read = read_answer(answer.text)
            except Unreadable as error:
                problem = str(error)
                log.info("answer_unreadable", provider=self.name, model=request.model, problem=problem)
                request = ask_again(request, answer.text, problem)
                continue
            if isinstance(read, Missing):
                await shown.take_back()
                return CannotAnswer(read.missing, read.nearest_question, usage)
            await shown.complete(read.python_code)
            return make_draft(read, request.model, usage, task.catalogue)
        raise AnswerUnusable(
            f"{self.name} answered {READINGS_MAX} times with what cannot be read: {problem}",
            suggestions=("Ask again, or name another model.",),
            model=request.model,
        )

    def _declined(self, ending: Ending, usage: Usage) -> CannotAnswer:
        """The vendor's own refusal: nobody's fault, and another vendor is not asked to do it instead."""
        told = f": {ending.explanation.rstrip('.')}" if ending.explanation else ""
        return CannotAnswer(f"{self.name} declined to write a script for this question{told}.", usage=usage)


def make_draft(script: Script, model: str, usage: Usage, catalogue: ToolCatalogue) -> Draft:
    """The tools are those whose names are in the text: what a model claims to call may differ."""
    words = set(WORD.findall(script.python_code))
    calls = tuple(tool.name for tool in catalogue.tools if tool.name in words)
    return Draft(script.python_code, script.explanation, calls, model, usage=usage)
