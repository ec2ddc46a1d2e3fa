"""Text that the page shows, as data."""

from typing import Literal

from pydantic import Field

from schemas.wire import Wire

SCRIPT_LENGTH_MAX = 200_000
EXPLANATION_LENGTH_MAX = 50_000
Tag = Literal[
    "", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "a", "h4", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td",
]  # fmt: skip
ScriptLine = list[tuple[str, str]]
"""Tokens as (class, text); the class is empty for ordinary text."""


class ExplanationNode(Wire):
    """An element with children or a text, or only a text when `tag` is empty."""

    tag: Tag = ""
    text: str = ""
    href: str | None = None
    """Of a link; http or https."""
    children: list["ExplanationNode"] = Field(default_factory=list)


class PageTextRequest(Wire):
    """The body of `POST /page-text`."""

    script: str = Field(default="", max_length=SCRIPT_LENGTH_MAX)
    explanation: str = Field(default="", max_length=EXPLANATION_LENGTH_MAX)


class PageText(Wire):
    """A script as coloured lines and an explanation as a tree."""

    script_lines: list[ScriptLine]
    explanation: list[ExplanationNode]
