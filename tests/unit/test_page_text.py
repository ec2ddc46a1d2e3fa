"""Text for the page: tokens that are the script again, and explanations that hold no markup."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_server.page_text import colour_script, describe_text, read_explanation
from prompts.library import load_library
from schemas.page_text import ExplanationNode


def texts(nodes: list[ExplanationNode]) -> str:
    return "".join(node.text + texts(node.children) for node in nodes)


def tags(nodes: list[ExplanationNode]) -> set[str]:
    return {node.tag for node in nodes} | {tag for node in nodes for tag in tags(node.children)}


# The first text loads the colours, which a busy machine makes slow.
@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\f\v\x1c\x1d\x1e\x85\u2028\u2029"))
)
def test_the_tokens_of_any_text_are_that_text_again(script: str) -> None:
    lines = ["".join(text for _, text in line) for line in colour_script(script)]
    assert "\n".join(lines) == script.removesuffix("\n")


def test_every_recipe_is_as_many_lines_as_it_has() -> None:
    for recipe in load_library().recipes:
        assert len(colour_script(recipe.source)) == len(recipe.source.splitlines())


def test_words_of_the_language_comments_and_numbers_have_colours() -> None:
    (line,) = colour_script("return 1  # one")
    assert [name for name, text in line if text.strip()] == ["keyword", "number", "comment"]


def test_an_explanation_becomes_allowed_nodes() -> None:
    nodes = read_explanation(
        "## Steps\n\n1. **one**\n2. *two* with `code`\n\n> said\n\n| a |\n|---|\n| 1 |\n"
    )
    assert tags(nodes) >= {"h4", "ol", "li", "strong", "em", "code", "blockquote", "table", "td"}


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<iframe src=//elsewhere></iframe>\n\n<b>bold</b>",
    ],
)
def test_markup_in_an_explanation_stays_text(hostile: str) -> None:
    nodes = read_explanation(hostile)
    assert tags(nodes) <= {"", "p"}
    assert texts(nodes).replace("\n", "") == hostile.replace("\n", "")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//elsewhere/x", "/here", "vbscript:x"]
)
def test_a_link_leads_only_to_the_web(address: str) -> None:
    nodes = read_explanation(f"[text]({address}) and [<{address}>](<{address}>)")
    assert address not in [node.href for node in nodes[0].children]


def test_an_image_is_never_asked_for() -> None:
    assert "img" not in json.dumps(describe_text("", "![alt](https://elsewhere/x.png)").model_dump())


def test_nesting_without_end_is_cut() -> None:
    assert texts(read_explanation(">" * 5000 + " deep")) == ""
