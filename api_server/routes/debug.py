"""For developers: the tools as discovered, and the prompt as a model gets it. Not there in production."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field

from api_server.developer_pages.masking import Masking
from api_server.developer_pages.tool_pages import find_tools, list_arguments, write_example
from api_server.prompting import CACHED_PARTS, PromptParts, estimate_tokens, read_messages
from api_server.routes.dependencies import ThePipeline, TheReusing, TheStorage
from api_server.routes.developer_pages import ANSWERS, HEADERS, TheVisit
from api_server.signatures import render_stub
from schemas.analysis import QUESTION_LENGTH_MAX
from schemas.tools import Server, Tool

router = APIRouter(prefix="/debug")

SAMPLE_QUESTION = "How volatile was AAPL over the last 60 trading days?"
LABELS = {
    "fixed": "Fixed instructions",
    "tools": "Tool list",
    "relevant_tools": "Tools for this question",
    "examples": "Examples",
    "context": "Conversation",
    "question": "Question",
}
"""By the names of the parts of a prompt."""


class PromptQuery(BaseModel):
    """Which prompt to show. `text` is the prompt alone, to copy."""

    question: str = Field(default=SAMPLE_QUESTION, max_length=QUESTION_LENGTH_MAX)
    session_id: str | None = Field(default=None, max_length=128)
    form: Literal["page", "text"] = "page"


@router.get("/mcp-tools", response_model=None, responses=ANSWERS)
async def mcp_tools(
    pipeline: ThePipeline, visit: TheVisit, q: Annotated[str, Query(max_length=200)] = ""
) -> dict[str, Any] | Response:
    """Every server with its state; the tools whose name, server or description has all words of `q`."""
    masking = visit.desk.masking
    catalogue = await pipeline.catalog.current()
    found = find_tools(catalogue.tools, q)
    tools = masking.value([describe_tool(tool) for tool in found])
    servers = [mask_server(server, masking) for server in catalogue.servers]
    if not visit.wants_html:
        return {"success": True, "data": {"servers": servers, "tools": tools, "digest": catalogue.digest}}
    by_server = [
        {**server, "tools": [tool for tool in tools if tool["server"] == server["name"]]}
        for server in servers
    ]
    return visit.desk.show(
        "mcp_tools",
        "MCP tools",
        words=q,
        servers=[server for server in by_server if server["tools"] or not q],
        shown_count=len(tools),
        tool_count=len(catalogue.tools),
    )


@router.get("/system-prompt", response_model=None, responses=ANSWERS)
async def system_prompt(
    pipeline: ThePipeline,
    storage: TheStorage,
    reusing: TheReusing,
    visit: TheVisit,
    query: Annotated[PromptQuery, Query()],
) -> dict[str, Any] | Response:
    """The prompt that a model would be sent in a session; parts that are `cached` stay the same."""
    user_id, session_id = visit.operator.user_id, query.session_id
    asked = await storage.executions.list_asked(user_id, session_id or "")
    understood = await reusing.preview(query.question, user_id, session_id or "")
    made = await pipeline.prompts.make(understood.expanded_question, read_messages(asked))
    described = visit.desk.masking.value(describe_prompt(made, query.question))
    if query.form == "text":
        return PlainTextResponse(described["system_prompt"], headers=HEADERS)
    change = visit.desk.prompt_versions.change()
    if not visit.wants_html:
        lines = [vars(line) for line in change.lines] if change else []
        previous = {"version": change.previous, "difference": lines} if change else None
        return {"success": True, "data": {**described, "previous": previous}}
    return visit.desk.show(
        "system_prompt",
        "System prompt",
        **described,
        labels=LABELS,
        session_id=session_id,
        length_max=QUESTION_LENGTH_MAX,
        change=change,
    )


def describe_tool(tool: Tool) -> dict[str, Any]:
    """A tool with what its page shows beside its schemas."""
    return {
        **tool.model_dump(mode="json"),
        "stub": render_stub(tool),
        "arguments": [vars(argument) for argument in list_arguments(tool)],
        "example": write_example(tool),
    }


def mask_server(server: Server, masking: Masking) -> dict[str, Any]:
    """A server without secrets in what it, or an error about it, says."""
    described = server.model_dump(mode="json")
    told = {
        "last_error": masking.message(server.last_error) if server.last_error else None,
        "stderr_tail": [masking.message(line) for line in server.stderr_tail],
        "left_out": {name: masking.message(why) for name, why in server.left_out.items()},
    }
    masked: dict[str, Any] = masking.value({**described, **told})
    return masked


def describe_prompt(made: PromptParts, question: str) -> dict[str, Any]:
    """A prompt by its parts, and as a whole."""
    text = made.prompt.text
    parts = [
        {"name": name, "text": part, "tokens": estimate_tokens(part), "cached": name in CACHED_PARTS}
        for name, part in made.labelled().items()
    ]
    return {
        "question": question,
        "version": made.version,
        "tokens": estimate_tokens(text),
        "characters": len(text),
        "parts": parts,
        "system_prompt": text,
    }
