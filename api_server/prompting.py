"""The system prompt, from the files in `prompts/templates`."""

from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, meta

from api_server.llm.provider import Prompt
from prompts.examples import choose_examples
from prompts.library import Library

PREFIX = "prefix.md.j2"
REST = "rest.md.j2"
EXAMPLE_COUNT = 3
PARTS = ("base_instructions", "script_contract", "rules", "output_format")


class UnusedSlot(Exception):
    """A value was given for which the template has no place."""


def make_prompt(question: str, tool_stubs: str, library: Library) -> Prompt:
    """The prompt for one question, with the tools as Python stubs and the nearest recipes as examples."""
    parts = {name: _read(f"{name}.md").strip() for name in PARTS}
    examples = choose_examples(question, library, EXAMPLE_COUNT)
    return Prompt(
        prefix=render(_read(PREFIX), **parts, tool_stubs=tool_stubs),
        rest=render(_read(REST), examples=examples, question=question),
    )


def render(template: str, **slots: Any) -> str:
    """`template` filled. Raises `UnusedSlot`, or jinja2's `UndefinedError` for a slot without a value."""
    # The prompt is plain text for a model, so nothing is escaped for HTML.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    unused = slots.keys() - meta.find_undeclared_variables(environment.parse(template))
    if unused:
        raise UnusedSlot(f"the template has no slot for {', '.join(sorted(unused))}")
    return environment.from_string(template).render(slots)


def _read(name: str) -> str:
    return files("prompts").joinpath("templates", name).read_text("utf-8")
