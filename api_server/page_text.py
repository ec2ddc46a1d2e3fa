"""Text for the page as data: a script as coloured tokens, an explanation as a tree of allowed nodes.

The page makes elements from these itself, so nothing that a model wrote is ever markup.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from schemas.page_text import ExplanationNode, PageText, ScriptLine, Tag

DEPTH_MAX = 20
"""Of nested lists and quotes; what is deeper is left out."""
SAME_NAME: tuple[Tag, ...] = ("strong", "em", "blockquote", "table", "thead", "tbody", "tr", "th", "td")
NODES: dict[str, Tag] = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "heading": "h4",
    "link": "a",
    **{name: name for name in SAME_NAME},
}
"""The kinds of Markdown that the page shows, and the element that it makes of each."""


def describe_text(script: str, explanation: str) -> PageText:
    """Both texts as the page shows them."""
    return PageText(script_lines=colour_script(script), explanation=read_explanation(explanation))


def colour_script(script: str) -> list[ScriptLine]:
    """Each line as `(class, text)` tokens; joined, their texts are the script again."""
    from pygments import lex
    from pygments.lexers.python import PythonLexer

    if not script:
        return []
    lines: list[ScriptLine] = [[]]
    for kind, text in lex(script, PythonLexer(stripnl=False, ensurenl=False)):
        for place, part in enumerate(text.split("\n")):
            if place:
                lines.append([])
            if part:
                lines[-1].append((token_class(kind), part))
    return lines[:-1] if script.endswith("\n") else lines


def token_class(kind: Any) -> str:
    """One of the few colours that the page has."""
    from pygments.token import Token

    classes = {
        Token.Comment: "comment",
        Token.Literal.String: "string",
        Token.Literal.Number: "number",
        Token.Keyword: "keyword",
        Token.Operator.Word: "keyword",
        Token.Name.Function: "name",
        Token.Name.Class: "name",
        Token.Name.Builtin: "builtin",
        Token.Name.Decorator: "name",
    }
    return next((name for parent, name in classes.items() if kind in parent), "")


def read_explanation(text: str) -> list[ExplanationNode]:
    """Markdown as allowed nodes. HTML and images in it are text."""
    return list(_nodes(_reader().parse(text), DEPTH_MAX))


@cache
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")


def _nodes(tokens: Iterable[Any], depth: int) -> Iterator[ExplanationNode]:
    from markdown_it.tree import SyntaxTreeNode

    for node in SyntaxTreeNode(list(tokens)).children:
        yield from _read_node(node, depth)


def _read_node(node: Any, depth: int) -> Iterator[ExplanationNode]:
    if depth == 0:
        return
    match node.type:
        case "text":
            yield ExplanationNode(text=node.content)
        case "softbreak" | "hardbreak":
            yield ExplanationNode(text="\n")
        case "code_inline":
            yield ExplanationNode(tag="code", text=node.content)
        case "fence" | "code_block":
            yield ExplanationNode(tag="pre", text=node.content)
        case kind if kind in NODES:
            yield ExplanationNode(
                tag=NODES[kind],
                href=_safe_address(node) if kind == "link" else None,
                children=[part for child in node.children for part in _read_node(child, depth - 1)],
            )
        case _:
            for child in node.children:
                yield from _read_node(child, depth)


def _safe_address(node: Any) -> str | None:
    address = str(node.attrs.get("href", ""))
    return address if address.lower().startswith(("http://", "https://")) else None
