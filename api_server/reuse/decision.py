"""Duplicate, related or new. Only equal structure decides; nothing is reused for being similar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api_server.dialogue.parameters import changed_parameters
from api_server.dialogue.understanding import Dialogue
from api_server.reuse.freshness import is_fresh
from api_server.reuse.recipes import RecipeShelf
from api_server.reuse.telling import tell_of
from api_server.storage.executions import ExecutionStore
from api_server.storage.records import Execution, Trust
from api_server.storage.remembered import MeaningKeys, RememberedStore
from schemas.execution import Outcome
from schemas.tools import ToolCatalogue
from schemas.understanding import Understanding
from schemas.wire import utc_now


@dataclass(frozen=True)
class New:
    """Nothing is known that answers it: a script must be written."""


@dataclass(frozen=True)
class Duplicate:
    """The same question of the same user has an answer that is still fresh."""

    execution: Execution
    age_seconds: float

    @property
    def explanation(self) -> str:
        """Of its script."""
        return self.execution.explanation


@dataclass(frozen=True)
class Recorded:
    """The answer before is asked about, and its record says it: in `explanation`."""

    execution: Execution
    age_seconds: float
    explanation: str


@dataclass(frozen=True)
class Related:
    """A believed script answers it with other parameters. `reused_from` is an execution or a recipe."""

    python_code: str
    parameters: Mapping[str, Any]
    """Values by which it differs from the script's defaults, as JSON."""
    explanation: str
    reused_from: str
    trust: Trust
    """Of the new answer: that of the script."""
    mcp_calls: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = field(default=())
    is_as_asked: bool = False
    """Whether it answers the question without the defaults that were assumed for it."""


Reuse = Duplicate | Recorded | Related | New


@dataclass(frozen=True)
class Reuser:
    """Looks for what can be used again, for one user at a time."""

    dialogue: Dialogue
    executions: ExecutionStore
    remembered: RememberedStore
    recipes: RecipeShelf
    is_aware: bool = True
    """Whether earlier answers count; recipes always do."""

    async def decide(
        self, user_id: str, understood: Understanding, catalogue: ToolCatalogue, *, refresh: bool = False
    ) -> Reuse:
        """What to do with a question; `refresh` asks for a new run. Raises `DatabaseUnavailable`."""
        if understood.needs_confirmation:
            return New()
        if understood.asks_about == "previous_answer":
            return await self._from_record(user_id, understood) or New()
        if not self.is_aware:
            return self._from_recipe(understood, catalogue) or New()
        if not refresh and (duplicate := await self.find_duplicate(user_id, understood)):
            return duplicate
        return await self.find_related(user_id, understood, catalogue) or New()

    async def find_duplicate(self, user_id: str, understood: Understanding) -> Duplicate | None:
        """The newest fresh answer to an equal question."""
        meaning = self.dialogue.meaning(understood.expanded_question)
        now = utc_now()
        for execution in await self.remembered.find_equal(user_id, meaning.key):
            if is_fresh(execution, meaning, now):
                return Duplicate(execution, age_seconds(execution, now))
        return None

    async def find_related(
        self, user_id: str, understood: Understanding, catalogue: ToolCatalogue
    ) -> Related | None:
        """The last script for a follow-up, else a believed one for the same about others, else a recipe."""
        return (
            await self._from_last_script(user_id, understood, catalogue)
            or await self._from_library(user_id, understood, catalogue)
            or self._from_recipe(understood, catalogue)
        )

    def keys_of(self, question: str, outcome: Outcome | None) -> MeaningKeys | None:
        """By what a completed answer is found again; None for any other."""
        if outcome is not Outcome.COMPLETED or not question:
            return None
        meaning = self.dialogue.meaning(question)
        return MeaningKeys(meaning.key, meaning.masked_key)

    async def _from_record(self, user_id: str, understood: Understanding) -> Recorded | None:
        """What the record of the answer before says of it; None when something new must be found out."""
        if understood.aspect is None or understood.follow_up_of is None:
            return None
        before = await self.executions.find(user_id, understood.follow_up_of)
        if before.generated_script is None:
            return None
        return Recorded(before, age_seconds(before, utc_now()), tell_of(before, understood.aspect))

    async def _from_last_script(
        self, user_id: str, understood: Understanding, catalogue: ToolCatalogue
    ) -> Related | None:
        """A follow-up may use the script that the person has before them, also one that merely ran."""
        if understood.parameters is None or understood.follow_up_of is None:
            return None
        before = await self.executions.find(user_id, understood.follow_up_of)
        is_usable = before.outcome == Outcome.COMPLETED and before.trust is not Trust.WITHDRAWN
        return _related(before, understood.parameters, catalogue) if is_usable else None

    async def _from_library(
        self, user_id: str, understood: Understanding, catalogue: ToolCatalogue
    ) -> Related | None:
        meaning = self.dialogue.meaning(understood.expanded_question)
        for execution in await self.remembered.find_alike(user_id, meaning.masked_key):
            before = self.dialogue.meaning(execution.expanded_question)
            schema, values = execution.parameter_schema, execution.parameters
            same = dict(values) if before == meaning else None
            parameters = same or changed_parameters(before, meaning, schema, values)
            related = _related(execution, parameters, catalogue) if parameters else None
            if related:
                return related
        return None

    def _from_recipe(self, understood: Understanding, catalogue: ToolCatalogue) -> Related | None:
        found = self.recipes.match(understood, catalogue)
        if found is None:
            return None
        question, match = found
        return Related(
            python_code=match.recipe.source,
            parameters=match.binding.values,
            explanation=f"{match.recipe.summary} {match.recipe.method}",
            reused_from=f"recipe:{match.recipe.name}",
            trust=Trust.CHECKED,
            mcp_calls=match.recipe.tools,
            assumptions=match.binding.assumptions,
            is_as_asked=question != understood.expanded_question,
        )


def age_seconds(execution: Execution, now: datetime) -> float:
    """How long ago the answer was found."""
    return (now - (execution.completed_at or execution.created_at)).total_seconds()


def _related(execution: Execution, parameters: Mapping[str, Any], catalogue: ToolCatalogue) -> Related | None:
    """The script of `execution` with other values, when its tools are there now."""
    callable_now = {tool.name for tool in catalogue.tools}
    if not execution.generated_script or not callable_now.issuperset(execution.mcp_calls):
        return None
    return Related(
        python_code=execution.generated_script,
        parameters=parameters,
        explanation=execution.explanation,
        reused_from=execution.id,
        trust=execution.trust,
        mcp_calls=tuple(execution.mcp_calls),
    )
