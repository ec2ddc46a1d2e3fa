"""Recipes as scripts that are checked: those that answer a question without a model."""

from dataclasses import dataclass

from api_server.llm.providers.offline.matching import Match, Matcher, NoMatch
from prompts.library import Library
from schemas.tools import ToolCatalogue
from schemas.understanding import Understanding


@dataclass(frozen=True)
class RecipeShelf:
    """Finds the recipe whose sample questions have the very frame of a question."""

    matcher: Matcher

    def match(self, understood: Understanding, catalogue: ToolCatalogue) -> tuple[str, Match] | None:
        """The question as expanded, or else as resolved, with the recipe for it whose tools are there."""
        callable_now = {tool.name for tool in catalogue.tools}
        for question in dict.fromkeys((understood.expanded_question, understood.resolved_question)):
            try:
                match = self.matcher.match(self.matcher.read(question))
            except NoMatch:
                continue
            if callable_now.issuperset(match.recipe.tools):
                return question, match
        return None


def open_shelf(library: Library) -> RecipeShelf:
    """The recipes of `library`."""
    return RecipeShelf(Matcher(library))
