"""The two servers of bench_tools.py: tools as ours are made, and the same answers from plain FastAPI.

`python -m benchmarks.tool_servers mcp|fastapi PORT`
"""

import asyncio
import logging
import sys
from typing import Annotated

import uvicorn
from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel, Field

from mcp_servers.app import create_mcp_app
from mcp_servers.call_many import CallMany
from mcp_servers.tool import make_tool

COLUMN = 10_000
VENDOR_SECONDS = 0.02


class Total(BaseModel):
    """A sum."""

    total: float


class Column(BaseModel):
    """Many numbers."""

    values: list[float]


async def add(numbers: Annotated[list[float], Field(max_length=100)]) -> Total:
    """The sum of numbers."""
    return Total(total=sum(numbers))


async def column(seed: int) -> Column:
    """10,000 numbers of all their digits."""
    return Column(values=[seed + place / 7 for place in range(COLUMN)])


async def quote(number: float) -> Total:
    """Takes as long as a vendor that is near and quick."""
    await asyncio.sleep(VENDOR_SECONDS)
    return Total(total=number)


def create_mcp() -> FastAPI:
    """The tools, served as the three servers of the house are."""
    logging.disable(logging.INFO)
    tools = [make_tool(function, volatility_seconds=60) for function in (add, column, quote)]
    server = MCPServer("bench", version="1", tools=tools, extensions=[CallMany(tools)], log_level="ERROR")
    return create_mcp_app(server, list)


def create_fastapi() -> FastAPI:
    """The rival."""

    class Numbers(BaseModel):
        numbers: Annotated[list[float], Field(max_length=100)]

    class Seed(BaseModel):
        seed: int

    app = FastAPI()

    @app.post("/add")
    async def post_add(body: Numbers) -> Total:
        return await add(body.numbers)

    @app.post("/column")
    async def post_column(body: Seed) -> Column:
        return await column(body.seed)

    return app


if __name__ == "__main__":
    kind, port = sys.argv[1:]
    uvicorn.run(
        create_mcp() if kind == "mcp" else create_fastapi(),
        host="127.0.0.1",
        port=int(port),
        log_level="error",
        access_log=False,
    )
