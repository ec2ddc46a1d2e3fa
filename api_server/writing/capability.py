"""What a question clearly needs and no connected tool gives, found before a model is asked."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from api_server.errors import CannotAnswer
from api_server.llm.providers.offline.matching import Matcher
from api_server.llm.providers.offline.nearest import nearest_question
from prompts.library import Library
from schemas.tools import ToolCatalogue

COURTESY = (
    r"(?:(?:please|now|ok|hey|just|go ahead and|(?:can|could|would|will) you|let's|let us"
    r"|i want(?: you)? to|i'd like to),? )*"
)
"""What may stand before an order without changing it."""


@dataclass(frozen=True)
class Need:
    """One entry of `needs.toml`, its expressions joined."""

    id: str
    missing: str
    asks: re.Pattern[str]
    unless: re.Pattern[str]
    tools: re.Pattern[str]
    is_financial: bool
    """Whether the question is about finance at all."""

    def is_asked_by(self, question: str) -> bool:
        """Whether `question` cannot be answered without it."""
        return bool(self.asks.search(question)) and not self.unless.search(question)

    def is_met_by(self, catalogue: ToolCatalogue) -> bool:
        """Whether some tool sounds as if it gave it; what it really gives is for the model to judge."""
        return any(self.tools.search(tool.name) for tool in catalogue.tools)


class Capabilities:
    """Refuses what cannot be answered with the tools there are."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @cached_property
    def _matcher(self) -> Matcher:
        """Built for the first refusal: it takes a tenth of a second."""
        return Matcher(self._library)

    def demand(self, question: str, catalogue: ToolCatalogue) -> None:
        """Raises `CannotAnswer` with the nearest question when a clear need is not met."""
        asked = " ".join(question.split())
        for need in load_needs():
            if need.is_asked_by(asked) and not need.is_met_by(catalogue):
                raise self._refuse(need, question, catalogue)

    def _refuse(self, need: Need, question: str, catalogue: ToolCatalogue) -> CannotAnswer:
        callable_now = {tool.name for tool in catalogue.tools}
        usable = [recipe for recipe in self._library.recipes if callable_now.issuperset(recipe.tools)]
        nearest = nearest_question(self._matcher.read(question), usable, self._matcher)
        return CannotAnswer(
            need.missing,
            suggestions=(f"Ask: {nearest}",) if nearest else (),
            missing=need.missing,
            nearest_question=nearest,
            need=need.id,
            **({} if need.is_financial else {"kind": "not_financial"}),
        )


@cache
def load_needs() -> tuple[Need, ...]:
    """The entries of `needs.toml` in their order."""
    entries = tomllib.loads(files(__package__).joinpath("needs.toml").read_text("utf-8"))["need"]
    return tuple(
        Need(
            id=entry["id"],
            missing=entry["missing"],
            asks=_join(entry["asks"]),
            unless=_join(entry["unless"]),
            tools=_join(entry["tools"]),
            is_financial=entry.get("is_financial", True),
        )
        for entry in entries
    )


def _join(expressions: list[str]) -> re.Pattern[str]:
    """One expression for all; for none at all one that is never found."""
    written = "|".join(f"(?:{each.replace('{courtesy}', COURTESY)})" for each in expressions)
    return re.compile(written or r"(?!)", re.IGNORECASE)
