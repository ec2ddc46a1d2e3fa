"""An MCP server over stdio: it tells what it was started with, and dies when told."""

import os
import sys
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("program", version="1", log_level="ERROR")
read_only = ToolAnnotations(read_only_hint=True)


@server.tool(annotations=read_only)
def process() -> dict[str, str]:
    """Its number, folder and one variable."""
    return {"pid": str(os.getpid()), "cwd": str(Path.cwd()), "key": os.environ.get("KEY", "")}


@server.tool()
def die() -> str:
    """End in the middle of a call."""
    os._exit(3)


if __name__ == "__main__":
    sys.stderr.write(f"started with {os.environ.get('KEY')}\n")
    sys.stderr.flush()
    server.run("stdio")
