"""Which recipes to show a model: those whose sample questions are nearest to the question."""

from collections.abc import Mapping

from prompts.library import Library, Recipe
from prompts.likeness import Likeness

COUNT_MIN, COUNT_MAX = 2, 4
WORTH_SHOWING = 0.5
"""A third or fourth recipe is shown when it is at least this part as like the question as the first."""


class ExampleShelf:
    """The recipes of a library, by their likeness to a question. It only suggests: it decides nothing."""

    def __init__(self, library: Library) -> None:
        self._recipes = library.recipes
        self._likeness = Likeness([recipe.questions for recipe in library.recipes])

    def choose(self, question: str, by_meaning: Mapping[str, float] | None = None) -> list[Recipe]:
        """Two to four recipes, best first. `by_meaning`: how like each is by its vectors, where known."""
        meant = by_meaning or {}
        likes = {
            recipe.name: shared + meant.get(recipe.name, 0.0)
            for recipe, shared in zip(self._recipes, self._likeness.scores(question), strict=True)
        }
        ranked = sorted(self._recipes, key=lambda recipe: (-likes[recipe.name], recipe.name))
        floor = WORTH_SHOWING * likes[ranked[0].name] if ranked else 0.0
        worth = [recipe for recipe in ranked if likes[recipe.name] > floor]
        return ranked[: min(max(len(worth), COUNT_MIN), COUNT_MAX)]
