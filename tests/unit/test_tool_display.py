"""What a model is shown of few, many and very many tools."""

import ast
import re
from pathlib import Path

from api_server.prompting import PromptParts, estimate_tokens
from api_server.settings.vectors import VectorSettings
from api_server.tool_display import FULL_TOOLS_MAX, ToolDisplay, write_index
from api_server.tool_search import ToolSearch
from api_server.vectors.chroma import open_index
from api_server.vectors.index import Collection
from prompts.library import Library
from schemas.tools import Tool
from tests.doubles.prompts import NO_VECTORS, make_prompts
from tests.doubles.tool_catalogues import OTHERS, OURS, make_catalogue, many_tools, read_catalogue

HEAD = "from typing import Any, Literal, TypedDict\n"
QUESTION = "What is the Sharpe ratio of KO and PEP over the last year?"
OUR_TOOLS = read_catalogue(*OURS)


async def parts_of(tools: list[Tool], question: str = QUESTION) -> PromptParts:
    maker = make_prompts(make_catalogue(tools))
    try:
        return await maker.make(question)
    finally:
        await maker.close()


def functions(text: str) -> list[str]:
    return re.findall(r"^def (\w+)\(", "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), re.M)


async def test_up_to_the_limit_every_tool_is_shown_in_full_and_none_by_search() -> None:
    tools = many_tools(FULL_TOOLS_MAX)
    parts = await parts_of(tools)
    assert functions(parts.tools) == sorted(tool.name for tool in tools)
    assert parts.relevant_tools == ""


async def test_of_more_the_recipes_tools_come_first_and_those_the_question_needs_follow() -> None:
    parts = await parts_of(OUR_TOOLS.tools)
    stable, relevant = functions(parts.tools), functions(parts.relevant_tools)
    assert "alpaca_market_stocks_multi_bars" in stable
    assert "calculate_sharpe_ratio" in stable + relevant
    assert "calculate_rolling_sharpe_ratio" in relevant
    assert len(stable) + len(relevant) == len(set(stable + relevant)) == FULL_TOOLS_MAX
    assert relevant == sorted(relevant)


async def test_the_rest_has_a_line_each_with_its_arguments() -> None:
    parts = await parts_of(OUR_TOOLS.tools)
    for tool in OUR_TOOLS.tools:
        assert f"  {tool.name}(" in parts.tools
    assert "  calculate_sma(period, prices): Simple moving average" in parts.tools


async def test_what_is_shown_with_a_question_is_valid_after_what_is_always_shown() -> None:
    parts = await parts_of(OUR_TOOLS.tools)
    blocks = [
        re.findall(r"```python\n(.*?)```", part, re.DOTALL)[0] for part in (parts.tools, parts.relevant_tools)
    ]
    tree = ast.parse(HEAD + "\n".join(blocks))
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert len([node for node in tree.body if isinstance(node, ast.ClassDef)]) == len(defined)
    assert {name for name in named if name.startswith("Envelope")} <= defined


async def test_a_thousand_tools_cost_at_most_twice_the_tokens_of_fifty() -> None:
    for kinds in (many_tools(1000), [*read_catalogue(*OTHERS).tools, *many_tools(950)]):
        few, many = [
            estimate_tokens((await parts_of(tools)).prompt.text) for tools in (kinds[:50], kinds[:1000])
        ]
        assert many <= 2 * few


def test_an_index_says_less_of_each_tool_before_it_leaves_one_out() -> None:
    tools = many_tools(1000)
    for limit in (1_000_000, 60_000, 40_000):
        index = write_index(tools, limit)
        assert len(index) <= limit
        assert all(tool.name in index for tool in tools)
    short = write_index(tools, 5_000)
    listed = len(re.findall(r"^  ", short, re.M))
    assert f"and {1000 - listed} more" in short


async def test_without_vectors_words_find_a_tool() -> None:
    search = ToolSearch(NO_VECTORS)
    found = (await search.rank("bollinger bands squeeze", OUR_TOOLS, 3))[:3]
    assert {"calculate_bollinger_bands", "detect_bollinger_squeeze"} <= {tool.name for tool in found}
    await search.close()


async def test_vectors_find_a_tool_that_shares_no_word_and_forget_those_that_are_gone(tmp_path: Path) -> None:
    question = "how badly could my worst possible day hurt"
    settings = VectorSettings(_env_file=None, qna_data_dir=tmp_path)
    async with open_index(settings) as vectors:
        search = ToolSearch(vectors)
        await search.rank(question, OUR_TOOLS, 5)
        await search.remembered()
        names = [tool.name for tool in await search.rank(question, OUR_TOOLS, 15)]
        alone = [tool.name for tool in await ToolSearch(NO_VECTORS).rank(question, OUR_TOOLS, 15)]
        assert names != alone
        fewer = make_catalogue([tool for tool in OUR_TOOLS.tools if tool.name != names[0]])
        assert names[0] not in [tool.name for tool in await search.rank(question, fewer, 5)]
        await search.remembered()
        kept = await vectors.propose(Collection.TOOLS, question, len(OUR_TOOLS.tools))
        assert {proposal.id for proposal in kept} == {tool.name for tool in fewer.tools}
        await search.close()


async def test_tools_of_the_examples_are_shown_whatever_else_suits() -> None:
    display = ToolDisplay(Library(()), NO_VECTORS)
    ranked = await display.rank(QUESTION, OUR_TOOLS)
    least = ranked[-1].name
    assert f"def {least}(" not in (await display.show(OUR_TOOLS, ranked, ())).relevant
    assert f"def {least}(" in (await display.show(OUR_TOOLS, ranked, [least])).relevant
    await display.close()
