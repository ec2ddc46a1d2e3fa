"""The library of recipes: what a file must say of itself, and what is read from it."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from prompts.examples import ExampleShelf
from prompts.library import BrokenRecipe, load_library, read_recipe

LIBRARY = load_library()
SHELF = ExampleShelf(LIBRARY)
GOOD = '''"""Say hello.

It calls one tool.

Questions:
    How are you?
"""
from mcp_client import call, call_many, some_tool, step

def analyze(symbols: list[str] = ["A"], days: int = 3) -> dict:
    """Say hello.

    days: how long, 1 to 9
    """
    call("other_tool", {})
    call_many([("third_tool", {"symbol": symbol}) for symbol in symbols])
    return some_tool(days=days)
'''


def test_a_recipe_is_read_without_running_it() -> None:
    recipe = read_recipe("hello", GOOD)
    assert (recipe.summary, recipe.method) == ("Say hello.", "It calls one tool.")
    assert recipe.questions == ("How are you?",)
    assert recipe.tools == ("some_tool", "other_tool", "third_tool")
    assert recipe.parameters["properties"]["days"]["maximum"] == 9


@pytest.mark.parametrize(
    "part", ["Say hello.\n\n", "It calls one tool.\n\n", "Questions:\n", "    How are you?\n"]
)
def test_a_recipe_that_lacks_a_part_is_broken(part: str) -> None:
    with pytest.raises(BrokenRecipe, match="hello"):
        read_recipe("hello", GOOD.replace(part, "", 1))


def test_every_recipe_has_enough_questions_and_describes_every_parameter() -> None:
    for recipe in LIBRARY.recipes:
        assert 5 <= len(recipe.questions) <= 10, recipe.name
        assert len(set(recipe.questions)) == len(recipe.questions), recipe.name
        for name, schema in recipe.parameters["properties"].items():
            assert schema.get("description"), (recipe.name, name)


OWN = frozenset({"analyze", "describe", "draw", "measure", "row", "rows"})
"""Parts that each recipe has for itself. A function of any other name is the same wherever it is."""


def test_functions_and_figures_that_recipes_share_are_the_same_text() -> None:
    """A script stands alone, so what recipes have in common is copied; a copy that differs is a mistake."""
    copies: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for recipe in LIBRARY.recipes:
        for name, text in definitions(recipe.source):
            copies[name].add(text)
            counts[name] += 1
    assert {name: texts for name, texts in copies.items() if len(texts) > 1} == {}
    assert counts["fetch_closes"] > 20
    assert counts["BARS_MAX"] > 20


def definitions(source: str) -> Iterator[tuple[str, str]]:
    """Name and text of each function and each figure that a script defines at its top and may share."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name not in OWN:
            yield node.name, ast.unparse(node)
        if isinstance(node, ast.Assign):
            for name, value in zip(elements(node.targets[0]), elements(node.value), strict=True):
                if isinstance(value, ast.Constant):
                    yield ast.unparse(name), ast.unparse(value)


def elements(node: ast.expr) -> list[ast.expr]:
    """The parts of `a, b`, or `node` itself."""
    return node.elts if isinstance(node, ast.Tuple) else [node]


@pytest.mark.parametrize(
    ("question", "recipe"),
    [
        ("Which of KO and PEP had the deepest drawdown?", "max_drawdown"),
        ("is it above its 30-day moving average", "moving_average_level"),
        ("how strongly correlated are oil stocks", "correlation"),
        ("Sharpe ratios of oil companies", "sharpe_ranking"),
    ],
)
def test_the_nearest_example_is_about_the_same_thing(question: str, recipe: str) -> None:
    examples = SHELF.choose(question)
    assert examples[0].name == recipe
    assert 2 <= len({example.name for example in examples}) == len(examples) <= 4


def test_examples_are_given_even_for_a_question_like_none() -> None:
    assert len(SHELF.choose("?")) == 2


def test_vectors_can_bring_forward_a_recipe_that_shares_no_words() -> None:
    question = "Which of my holdings go their own ways?"
    assert SHELF.choose(question)[0].name != "correlation"
    assert SHELF.choose(question, {"correlation": 0.9})[0].name == "correlation"
