"""The offline analyst: answers from the recipes alone, without model or network. It never guesses."""

import json

from api_server.llm.provider import CannotAnswer, Draft, OnText, ScriptTask, ignore_text
from api_server.llm.providers.offline.binding import Binding
from api_server.llm.providers.offline.matching import Matcher, NoMatch
from api_server.llm.providers.offline.nearest import nearest_question
from prompts.library import Library, Recipe
from schemas.analysis import Model
from schemas.tools import ServerState, ToolCatalogue

MODEL = "offline-analyst"


class OfflineAnalyst:
    """Chooses a recipe by what is asked and binds its parameters; what it cannot account for it refuses."""

    name = "offline"

    def __init__(self, library: Library) -> None:
        self._library = library
        self._matcher = Matcher(library)

    async def models(self) -> list[Model]:
        description = f"Answers from {len(self._library.recipes)} recipes, without a network; needs no key."
        return [Model(id=MODEL, provider=self.name, default=True, description=description)]

    async def write_script(self, task: ScriptTask, on_text: OnText = ignore_text) -> Draft | CannotAnswer:
        callable_now = {tool.name for tool in task.catalogue.tools}
        usable = [recipe for recipe in self._library.recipes if callable_now.issuperset(recipe.tools)]
        reading = self._matcher.read(task.question)
        try:
            match = self._matcher.match(reading)
        except NoMatch as reason:
            return CannotAnswer(str(reason), nearest_question(reading, usable, self._matcher))
        if match.recipe not in usable:
            missing = _absent_tools(match.recipe, task.catalogue)
            return CannotAnswer(missing, nearest_question(reading, usable, self._matcher))
        await on_text(match.recipe.source)
        return Draft(
            python_code=match.recipe.source,
            explanation=_explain(match.recipe, match.binding),
            mcp_calls=match.recipe.tools,
            model=MODEL,
            parameters=match.binding.values,
            can_be_repaired=False,
        )


def _absent_tools(recipe: Recipe, catalogue: ToolCatalogue) -> str:
    known = {tool.name for tool in catalogue.tools}
    absent = ", ".join(tool for tool in recipe.tools if tool not in known)
    down = [server.name for server in catalogue.servers if server.state is not ServerState.CONNECTED]
    servers = f"; not connected: {', '.join(down)}" if down else ""
    return f"The tools that answer this are not available now: {absent}{servers}."


def _explain(recipe: Recipe, binding: Binding) -> str:
    """What the script does, with which parameters, and what was assumed."""
    bound = ", ".join(
        f"{name} = {json.dumps(value)}" for name, value in binding.values.items() if value is not None
    )
    parts = [
        recipe.summary,
        recipe.method,
        f"It runs with {bound}." if bound else "It runs with its defaults.",
    ]
    if binding.assumptions:
        parts.append(f"Assumed: {'; '.join(binding.assumptions)}.")
    return " ".join(parts)
