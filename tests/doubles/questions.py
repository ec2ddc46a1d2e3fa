"""Asks the offline analyst, with every tool of the recipes at hand."""

from collections.abc import Collection

from api_server.llm.provider import CannotAnswer, Draft, Prompt, PromptOnDemand, ScriptTask
from api_server.llm.providers.offline.analyst import OfflineAnalyst
from prompts.library import Library, load_library
from schemas.tools import Server, ServerState, Tool, ToolCatalogue

LIBRARY = load_library()
ANALYST = OfflineAnalyst(LIBRARY)


def make_catalogue(library: Library = LIBRARY, without: Collection[str] = ()) -> ToolCatalogue:
    """The tools that the recipes call, but those in `without`, whose server is down."""
    names = sorted({tool for recipe in library.recipes for tool in recipe.tools} - set(without))
    state = ServerState.FAILED if without else ServerState.CONNECTED
    return ToolCatalogue(
        tools=[Tool(name=name, server="tools", input_schema={"type": "object"}) for name in names],
        servers=[Server(name="tools", state=state)],
        digest="",
    )


async def ask(question: str, without: Collection[str] = ()) -> Draft | CannotAnswer:
    """What the analyst says to `question`."""
    task = ScriptTask(question, PromptOnDemand(refuse_prompt), make_catalogue(without=without))
    return await ANALYST.write_script(task)


async def refuse_prompt() -> Prompt:
    """For whoever must not need one."""
    raise AssertionError("a prompt was made, and nobody reads it")


def ready_prompt(prompt: Prompt) -> PromptOnDemand:
    """One that is there already."""

    async def give() -> Prompt:
        return prompt

    return PromptOnDemand(give)


def recipe_name(draft: Draft) -> str:
    """The recipe that `draft` was made from."""
    return next(recipe.name for recipe in LIBRARY.recipes if recipe.source == draft.python_code)
