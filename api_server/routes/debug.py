"""For developers: the tools as discovered, and the prompt as a model gets it. Not there in production."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api_server.prompting import CACHED_PARTS, estimate_tokens, read_messages
from api_server.routes.dependencies import TheCaller, ThePipeline, TheStorage
from api_server.signatures import render_stub
from schemas.analysis import QUESTION_LENGTH_MAX

router = APIRouter(prefix="/debug")

SAMPLE_QUESTION = "How volatile was AAPL over the last 60 trading days?"


@router.get("/mcp-tools")
async def mcp_tools(pipeline: ThePipeline) -> dict[str, Any]:
    """Every server with its state, every tool with its schemas and its Python signature."""
    catalogue = await pipeline.catalog.current()
    tools = [{**tool.model_dump(), "stub": render_stub(tool)} for tool in catalogue.tools]
    servers = [server.model_dump() for server in catalogue.servers]
    return {"success": True, "data": {"servers": servers, "tools": tools, "digest": catalogue.digest}}


@router.get("/system-prompt")
async def system_prompt(
    pipeline: ThePipeline,
    storage: TheStorage,
    caller: TheCaller,
    question: Annotated[str, Query(max_length=QUESTION_LENGTH_MAX)] = SAMPLE_QUESTION,
    session_id: Annotated[str | None, Query(max_length=128)] = None,
) -> dict[str, Any]:
    """The prompt that a model would be sent in a session; parts that are `cached` stay the same."""
    said = await storage.sessions.last_messages(caller.user_id, session_id) if session_id else ()
    made = await pipeline.prompts.make(question, read_messages(said))
    text = made.prompt.text
    parts = [
        {"name": name, "text": part, "tokens": estimate_tokens(part), "cached": name in CACHED_PARTS}
        for name, part in made.labelled().items()
    ]
    data = {"question": question, "version": made.version, "tokens": estimate_tokens(text), "parts": parts}
    return {"success": True, "data": {**data, "system_prompt": text, "characters": len(text)}}
