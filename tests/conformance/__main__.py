"""`make conformance`: the official suite on our server set-up and our client, the Inspector on our tools.

Ends with 1 when anything fails that the baselines beside this file do not name, with why.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from mcp_servers.analytics.app import create_app as create_analytics
from mcp_servers.app import create_mcp_app
from mcp_servers.financial.app import create_app as create_financial
from mcp_servers.financial.market import Market
from mcp_servers.financial.settings import FinancialSettings
from mcp_servers.financial.vendors.registry import open_vendors
from mcp_servers.validation.app import create_app as create_validation
from tests.conformance.samples import sample_arguments
from tests.conformance.server import create_server
from tests.doubles.peers import NODE, PACKAGES
from tests.doubles.tool_server import ToolServer

HERE = Path(__file__).parent
SUITE = PACKAGES / "conformance"
INSPECTOR = PACKAGES / "inspector" / "clients" / "launcher" / "build" / "index.js"
REVISIONS = ("2025-11-25", "2026-07-28")
CLIENT = f"{sys.executable} -m tests.conformance.client"
OURS: dict[str, Callable[[], Any]] = {
    "financial": lambda: create_financial(Market(open_vendors(FinancialSettings(_env_file=None)))),
    "analytics": create_analytics,
    "validation": create_validation,
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of Node's, with what it printed."""
    environment = {**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}"}
    environment["MCP_CATALOG_PATH"] = str(HERE.parents[1] / ".peers" / "catalogue.json")
    return subprocess.run(
        [NODE, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def tell(name: str, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Print how it went; the name of what failed."""
    sys.stdout.write(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}\n")
    sys.stdout.flush()  # a server that forks would write what is left here once more
    if done.returncode:
        sys.stdout.write(done.stdout[-3000:] + done.stderr[-3000:])
        yield name


def check_server() -> Iterator[str]:
    """Everything that each revision requires of a server."""
    with ToolServer(lambda: create_mcp_app(create_server(), list)) as server:
        for revision in REVISIONS:
            baseline = HERE / f"expected_failures_{revision}.yml"
            command: list[str | Path] = [
                SUITE / "dist" / "index.js",
                "server",
                "--url",
                server.url,
                "--requirements",
                revision,
            ]
            yield from tell(f"server {revision}", run(*command, "--expected-failures", baseline))


def check_client() -> Iterator[str]:
    """Every scenario that a revision requires of a client, one by one: side by side they time out."""
    left_out = tuple(yaml.safe_load((HERE / "expected_failures_client.yml").read_text("utf-8"))["client"])
    for revision in REVISIONS:
        required = yaml.safe_load((SUITE / "requirements" / f"{revision}.yaml").read_text("utf-8"))["client"]
        for scenario in required:
            if not scenario.startswith(left_out):
                command: list[str | Path] = [
                    SUITE / "dist" / "index.js",
                    "client",
                    "--command",
                    CLIENT,
                    "--scenario",
                    scenario,
                ]
                yield from tell(f"client {revision} {scenario}", run(*command, "--spec-version", revision))


def check_tools() -> Iterator[str]:
    """The Inspector lists and calls every tool of our servers."""
    for name, create in OURS.items():
        with ToolServer(create) as server:
            inspect: list[str | Path] = [
                INSPECTOR,
                "--cli",
                server.url,
                "--protocol-era",
                "modern",
                "--format",
                "json",
                "-q",
            ]
            listed = run(*inspect, "--method", "tools/list", "--strict")
            yield from tell(f"inspector {name} tools/list --strict", listed)
            for tool in json.loads(listed.stdout)["result"]["tools"] if listed.returncode == 0 else ():
                arguments = json.dumps(sample_arguments(tool["name"], tool["inputSchema"]))
                call = ["--method", "tools/call", "--tool-name", tool["name"], "--tool-args-json", arguments]
                yield from tell(f"inspector {name} {tool['name']}", run(*inspect, *call))


def main() -> int:
    """All three."""
    logging.disable(logging.CRITICAL)
    failed = [*check_server(), *check_client(), *check_tools()]
    sys.stdout.write(f"{len(failed)} failed{': ' if failed else ''}{', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
