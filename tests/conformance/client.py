"""The client under test: a broker with one server, `python -m tests.conformance.client URL`.

It calls what the scenario names, or else every tool with small arguments made from its schema.
"""

import asyncio
import json
import os
import sys
from typing import Any

from executor.broker.address import ServerAddress
from executor.broker.broker import Broker
from executor.broker.failure import ToolFailure
from schemas.tools import Tool

SAMPLES = {"string": "text", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


def sample(tool: Tool, tools: list[Tool]) -> dict[str, Any]:
    """The least that a tool accepts; one that wants a `schema` gets that of another tool, as it came."""
    if "schema" in tool.input_schema.get("required", ()):
        return {"schema": next(other.input_schema for other in tools if other is not tool)}
    properties = tool.input_schema.get("properties", {})
    return {
        name: SAMPLES.get(str(properties[name].get("type"))) for name in tool.input_schema.get("required", ())
    }


async def main(url: str) -> int:
    """Connect, call, and close. 1 when the server could not be reached."""
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    broker = Broker([ServerAddress("conformance", url)], 20)
    await broker.start(10)
    try:
        catalogue = broker.catalogue()
        tools = catalogue.tools
        named = [(call["name"], call.get("arguments", {})) for call in context.get("toolCalls", [])]
        # Not bound first: a scenario may want arguments sent that the broker would refuse.
        for name, arguments in named or [(tool.name, sample(tool, tools)) for tool in tools]:
            try:
                answer = await broker.call(name, arguments)
            except ToolFailure as failure:
                answer = failure.detail
            sys.stderr.write(f"{name}: {answer}\n")
        sys.stderr.write(f"{catalogue.servers[0]}\n")
        return 0 if catalogue.servers[0].last_error is None else 1
    finally:
        await broker.stop()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[-1])))
