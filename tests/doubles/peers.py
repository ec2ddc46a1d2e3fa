"""Where `make peers` has put other people's servers and test tools, and how they are started."""

import os
from pathlib import Path
from typing import Any

import pytest

PEERS = Path(__file__).parents[2] / ".peers"
NODE = PEERS / "node" / "node"
PACKAGES = PEERS / "node_modules" / "@modelcontextprotocol"


def require_peers() -> None:
    """Skip the test where nobody ran `make peers`; in CI that is a failure."""
    if not (PEERS / ".installed").exists():
        if os.environ.get("CI"):
            pytest.fail("other people's servers are missing; run `make peers`")
        pytest.skip("other people's servers are missing; `make peers` installs them")


def node_server(name: str, **facts: Any) -> dict[str, Any]:
    """The entry of `mcp_servers.json` for one of the reference servers."""
    return {"command": str(NODE), "args": [str(PACKAGES / f"server-{name}" / "dist" / "index.js")], **facts}


def time_server() -> dict[str, Any]:
    """The entry for mcp-server-time, which has an environment of its own."""
    return {"type": "stdio", "command": str(PEERS / "python/bin/python"), "args": ["-m", "mcp_server_time"]}
