"""For developers: the tools as discovered, and the prompt as a model gets it. Not there in production."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api_server.routes.dependencies import ThePipeline
from api_server.signatures import render_stub
from schemas.analysis import QUESTION_LENGTH_MAX

router = APIRouter(prefix="/debug")


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
    question: Annotated[
        str, Query(max_length=QUESTION_LENGTH_MAX)
    ] = "How volatile was AAPL over the last 60 trading days?",
) -> dict[str, Any]:
    """The prompt that a model would be sent for `question`."""
    prompt = (await pipeline.prompt(question)).text
    return {
        "success": True,
        "data": {"question": question, "system_prompt": prompt, "characters": len(prompt)},
    }
