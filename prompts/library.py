"""The recipes: proven scripts, each also an example for an LLM and a lesson for the offline analyst."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from schemas.signature import read_signature

NOT_TOOLS = frozenset(["call", "call_many", "step", "Param", "ToolError"])
QUESTIONS = "Questions:"


class BrokenRecipe(Exception):
    """A recipe file does not keep the form that prompts/README.md describes."""


@dataclass(frozen=True)
class Recipe:
    """One script and what its docstring says of it. `parameters` is the JSON Schema of `analyze`."""

    name: str
    source: str
    summary: str
    method: str
    questions: tuple[str, ...]
    parameters: dict[str, Any]
    tools: tuple[str, ...]


@dataclass(frozen=True)
class Library:
    """The recipes in the order of their names."""

    recipes: tuple[Recipe, ...]

    def find(self, name: str) -> Recipe:
        """The recipe of this name. Raises `KeyError`."""
        return {recipe.name: recipe for recipe in self.recipes}[name]


def load_library() -> Library:
    """Every recipe of `prompts/recipes`. Nothing is executed. Raises `BrokenRecipe`."""
    scripts = [
        entry for entry in files("prompts").joinpath("recipes").iterdir() if entry.name.endswith(".py")
    ]
    recipes = (read_recipe(entry.name.removesuffix(".py"), entry.read_text("utf-8")) for entry in scripts)
    return Library(tuple(sorted(recipes, key=lambda recipe: recipe.name)))


def read_recipe(name: str, source: str) -> Recipe:
    """The recipe that `source` is. Raises `BrokenRecipe` when its docstring lacks a part."""
    tree = ast.parse(source)
    text, _, listed = (ast.get_docstring(tree) or "").partition(QUESTIONS)
    summary, _, method = text.strip().partition("\n\n")
    questions = tuple(line.strip() for line in listed.splitlines() if line.strip())
    if not (summary and method and questions):
        raise BrokenRecipe(
            f"{name}: its docstring needs a summary, a paragraph on the method, and {QUESTIONS}"
        )
    return Recipe(
        name=name,
        source=source,
        summary=summary,
        method=" ".join(method.split()),
        questions=questions,
        parameters=read_signature(tree),
        tools=tuple(dict.fromkeys(_find_tools(tree))),
    )


def _find_tools(tree: ast.Module) -> Iterable[str]:
    """Names imported from `mcp_client`, then those in `call("name", ...)` and in the pairs of `call_many`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "mcp_client":
            yield from (alias.name for alias in node.names if alias.name not in NOT_TOOLS)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("call", "call_many")
        ):
            pairs = [pair for pair in ast.walk(node) if isinstance(pair, ast.Tuple)]
            first = node.args if node.func.id == "call" else [pair.elts[0] for pair in pairs]
            yield from (
                e.value for e in first[:1] if isinstance(e, ast.Constant) and isinstance(e.value, str)
            )
