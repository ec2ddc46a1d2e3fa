"""Addresses of the execution server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from executor.engine import Engine
from schemas.cache import Forgotten
from schemas.execution import (
    ExecuteRequest,
    ExecutionEvent,
    ExecutionReport,
    ValidateRequest,
    VariantReports,
    Variants,
)
from schemas.health import Health, PartHealth, worst_status
from schemas.tools import ServerState, Tool, ToolCatalogue
from schemas.validation import ValidationReport
from service.hanging_up import until_hang_up
from service.version import package_version

router = APIRouter()
NDJSON = "application/x-ndjson"


async def get_engine(request: Request) -> Engine:
    """The engine of this app. Asynchronous, as FastAPI sends any other function to a thread."""
    engine: Engine = request.app.state.engine
    return engine


TheEngine = Annotated[Engine, Depends(get_engine)]


@router.post("/validate")
async def validate(body: ValidateRequest, engine: TheEngine) -> ValidationReport:
    """Check a script without running it."""
    return await engine.validate(body.script)


@router.post("/execute", response_model=ExecutionReport)
async def execute(
    body: ExecuteRequest, request: Request, engine: TheEngine, accept: Annotated[str, Header()] = ""
) -> ExecutionReport | StreamingResponse:
    """Run a script: HTTP 200 whatever becomes of it. `Accept: application/x-ndjson` streams events.

    Hanging up stops it.
    """
    if NDJSON in accept:
        events = stream_events(engine, body)
        # A run that cannot even begin is an error with a status, not a stream that breaks off.
        first = await anext(events)
        return StreamingResponse(chain(first, events), media_type=NDJSON)
    return await until_hang_up(request, engine.execute(body))


@router.post("/execute/variants")
async def execute_variants(body: Variants, request: Request, engine: TheEngine) -> VariantReports:
    """Run a taped script on other answers, one after the other: how the sources of its values are found."""
    return VariantReports(reports=await until_hang_up(request, engine.execute_variants(body)))


async def chain(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """`first`, then `rest`, which is closed with this."""
    async with aclosing(rest):
        yield first
        async for line in rest:
            yield line


async def stream_events(engine: Engine, body: ExecuteRequest) -> AsyncGenerator[bytes, None]:
    """Events as JSON lines; hanging up cancels the execution."""
    events: asyncio.Queue[ExecutionEvent | None] = asyncio.Queue()
    task = asyncio.create_task(engine.execute(body, events.put_nowait))
    task.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event.model_dump_json(exclude_none=True).encode() + b"\n"
        task.result()
    finally:
        task.cancel()


@router.post("/executions/{execution_id}/cancel", status_code=202)
async def cancel(execution_id: str, engine: TheEngine) -> dict[str, bool]:
    """Stop an execution that is under way."""
    engine.cancel(execution_id)
    return {"success": True}


@router.delete("/cache")
async def forget_answers(engine: TheEngine) -> Forgotten:
    """Drop every tool's answer that was to be given again."""
    return Forgotten(forgotten={"tool_answers": await engine.broker.forget_answers()})


@router.get("/tools")
async def tools(engine: TheEngine) -> ToolCatalogue:
    """Every tool that scripts can call now, and the servers they come from."""
    return engine.catalogue()


@router.get("/metrics")
async def metrics(engine: TheEngine) -> Response:
    """Counts and durations for Prometheus."""
    return Response(engine.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/health")
async def health(engine: TheEngine) -> Health:
    """The jail and every tool server, asked now."""
    jail = PartHealth(
        name="jail",
        status="up" if engine.jails.is_alive() else "down",
        detail="" if engine.jails.is_alive() else "a zygote ended; restart the execution server",
        facts={
            "layers": engine.jails.layers(),
            "running": engine.turns.running,
            "waiting": engine.turns.waiting,
            "ready": engine.jails.ready(),
        },
    )
    tools = engine.catalogue().tools
    servers = [
        PartHealth(
            name=server.name,
            # A server that is switched off lacks nothing.
            status="up" if server.state in (ServerState.CONNECTED, ServerState.DISABLED) else "down",
            detail=server.last_error or "",
            facts={
                "state": server.state,
                "tools": server.tool_count,
                "url": server.url,
                "left_out": server.left_out,
                **_simulation(server.name, tools),
                "stderr_tail": server.stderr_tail,
            },
        )
        for server in await engine.broker.check()
    ]
    answers = (await engine.cache.check()).model_copy(update={"name": "tool_answers"})
    parts = [jail, answers, *servers]
    status = "down" if jail.status == "down" else worst_status(parts)
    return Health(service="executor", status=status, version=package_version(), parts=parts)


def _simulation(server: str, tools: list[Tool]) -> dict[str, bool]:
    """`simulated`: whether answers of the server may be of a market that does not exist, if it says so."""
    said = [tool.simulated for tool in tools if tool.server == server and tool.simulated is not None]
    return {"simulated": any(said)} if said else {}
