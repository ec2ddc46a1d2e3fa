"""What a model is told for one question, from the files in `prompts/templates`."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from api_server.errors import VectorsUnavailable
from api_server.llm.provider import Prompt
from api_server.prompt_templates import Templates
from api_server.storage.records import ChatMessage
from api_server.tool_display import ToolDisplay
from api_server.vectors.index import Collection, Item, VectorIndex
from prompts.examples import ExampleShelf
from prompts.library import Library
from schemas.tools import ToolCatalogue

CHARACTERS_PER_TOKEN = 4
"""Of English and of code, over the tokenizers of the vendors; an estimate, for budgets only."""
MESSAGE_CHARACTERS_MAX = 4_000
CACHED_PARTS = frozenset(["fixed", "tools"])
"""What stays the same from question to question, at the beginning of the prompt."""


@dataclass(frozen=True)
class Message:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


class Catalog(Protocol):
    """Whoever knows the tools that can be called now."""

    async def current(self) -> ToolCatalogue:
        """All of them. Raises `ExecutorUnavailable`."""
        ...


@dataclass(frozen=True)
class PromptParts:
    """A prompt by its parts. `fixed` and `tools` stay the same while the tools do; vendors can cache them."""

    fixed: str
    tools: str
    relevant_tools: str
    examples: str
    context: str
    question: str
    version: str
    """A hash of the templates: another one is another prompt."""

    @property
    def prompt(self) -> Prompt:
        """As it is sent."""
        rest = (self.relevant_tools, self.examples, self.context, self.question)
        return Prompt(
            prefix=f"{self.fixed}\n\n{self.tools}\n", rest="\n\n".join(part for part in rest if part)
        )

    def labelled(self) -> dict[str, str]:
        """Each part under its name, in the order of the prompt."""
        return {
            "fixed": self.fixed,
            "tools": self.tools,
            "relevant_tools": self.relevant_tools,
            "examples": self.examples,
            "context": self.context,
            "question": self.question,
        }


class PromptMaker:
    """Makes the prompt for one question after another."""

    def __init__(
        self, catalog: Catalog, library: Library, vectors: VectorIndex, context_tokens_max: int
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._context_tokens_max = context_tokens_max
        self._library = library
        self._shelf = ExampleShelf(library)
        self._display = ToolDisplay(library, vectors)
        self._templates = Templates()

    async def make(self, question: str, messages: Sequence[Message] = ()) -> PromptParts:
        """The prompt for `question` after `messages`, oldest first. Raises `ExecutorUnavailable`."""
        catalogue = await self._catalog.current()
        ranked, likeness = await asyncio.gather(
            self._display.rank(question, catalogue), self._likeness_by_meaning(question)
        )
        examples = self._shelf.choose(question, likeness)
        called = {tool for recipe in examples for tool in recipe.tools}
        shown = await self._display.show(catalogue, ranked, called)
        told = select_messages(messages, self._context_tokens_max)
        render = self._templates.render
        return PromptParts(
            fixed=self._templates.fixed,
            tools=render("tools.md.j2", stubs=shown.stubs, index=shown.index, count=len(catalogue.tools)),
            relevant_tools=render("relevant_tools.md.j2", stubs=shown.relevant) if shown.relevant else "",
            examples=render("examples.md.j2", examples=examples),
            context=render("context.md.j2", messages=told) if told else "",
            question=render("question.md.j2", question=as_data(question)),
            version=self._templates.version,
        )

    async def remember(self) -> None:
        """Have the recipes found by meaning; without vectors they are found by their words."""
        items = [
            Item(f"{recipe.name}.{place}", question, {"recipe": recipe.name})
            for recipe in self._library.recipes
            for place, question in enumerate(recipe.questions)
        ]
        try:
            await self._vectors.keep_only(Collection.RECIPES, items)
        except VectorsUnavailable:
            return  # its own log says so, and /health does

    async def close(self) -> None:
        """Stop what goes on in the background."""
        await self._display.close()

    async def _likeness_by_meaning(self, question: str) -> Mapping[str, float]:
        if not self._vectors.readiness.is_ready:
            return {}
        try:
            found = await self._vectors.propose(Collection.RECIPES, question, 12)
        except VectorsUnavailable:
            return {}
        likes: dict[str, float] = {}
        for proposal in reversed(found):
            likes[str(proposal.facts["recipe"])] = proposal.similarity
        return likes


def read_messages(stored: Sequence[ChatMessage]) -> list[Message]:
    """What was said in a session, without what the system noted."""
    return [
        Message("user" if message.role == "user" else "assistant", message.content)
        for message in stored
        if message.role in ("user", "assistant")
    ]


def select_messages(messages: Sequence[Message], tokens_max: int) -> str:
    """The newest messages that fit into the budget as JSON lines, oldest first; long ones are cut."""
    left = tokens_max * CHARACTERS_PER_TOKEN
    lines: list[str] = []
    for message in reversed(messages):
        line = as_data({"role": message.role, "text": message.text[:MESSAGE_CHARACTERS_MAX]})
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def as_data(value: Any) -> str:
    """`value` as JSON that can neither end a fenced block nor look like markup."""
    text = json.dumps(value, ensure_ascii=False)
    return text.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&`'\u2028\u2029\x85"})


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)
