"""`qna exec`: one script in the very same jail, without a web server."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from rich.text import Text

from executor.settings import ExecutorSettings
from executor.standalone import run_script
from qna.failures import Misuse, PlatformFailed
from qna.health import ask_health, open_client
from qna.services import list_mcp_services
from qna.settings import QnaSettings, move_to_free_ports
from qna.supervisor import supervise
from qna.terminal import Progress, plain
from qna.up import STARTING_SECONDS_MAX, surround
from sandbox_policies.policy import PolicyError
from schemas.execution import ExecuteRequest, ExecutionEvent, ExecutionReport
from service.errors import BadRequest, PlatformError

NO_TOOLS = ["", "", ""]
"""Nowhere, in place of the three addresses."""


def make_request(file: Path, parameters: Sequence[str], limits: dict[str, float]) -> ExecuteRequest:
    """The request for the script in `file`. Raises `Misuse` naming what is not usable."""
    try:
        script = file.read_text(encoding="utf-8")
        return ExecuteRequest.model_validate(
            {
                "script": script,
                "execution_id": f"exec_{uuid4().hex}",
                "parameters": dict(map(parse_parameter, parameters)),
                **limits,
            }
        )
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"cannot read {file}: {error}") from error
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise Misuse("; ".join(problems)) from error


def parse_parameter(text: str) -> tuple[str, Any]:
    """`name=value`: the value is JSON where that works, else text. Raises `Misuse` without a name."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise Misuse(f"--param {text!r} is not NAME=VALUE", "Write it like --param days=60.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


async def run_exec(
    request: ExecuteRequest, settings: QnaSettings, progress: Progress, *, uses_tools: bool
) -> ExecutionReport:
    """Run the script and show what it does. Raises `Misuse` or `PlatformFailed`."""
    try:
        async with reach_tools(settings, progress) if uses_tools else nullcontext(NO_TOOLS) as addresses:
            jail = _executor_settings(settings, addresses)
            return await run_script(request, jail, lambda event: _show(progress, event))
    except PolicyError as error:
        raise Misuse(str(error), "Correct the files that SANDBOX_POLICY_FILES names.") from error
    except BadRequest as error:
        raise Misuse(error.message, " ".join(error.suggestions)) from error
    except PlatformError as error:
        raise PlatformFailed(error.message, " ".join(error.suggestions)) from error


@asynccontextmanager
async def reach_tools(settings: QnaSettings, progress: Progress) -> AsyncIterator[list[str]]:
    """Addresses of the configured MCP servers if one of them runs, else of three started for this block."""
    if await _is_any_running(settings):
        yield _tool_addresses(settings)
        return
    own = move_to_free_ports(settings)
    place = surround(own, lambda service, line: progress.show(f"{service} {line}"))
    async with supervise(list_mcp_services(own), place) as supervision:
        await supervision.wait_until_started(STARTING_SECONDS_MAX)
        yield _tool_addresses(own)


def _tool_addresses(settings: QnaSettings) -> list[str]:
    return [service.url for service in list_mcp_services(settings)]


async def _is_any_running(settings: QnaSettings) -> bool:
    async with open_client(timeout_seconds=2) as client:
        answers = [await ask_health(client, url) for url in _tool_addresses(settings)]
    return any(answers)


def _executor_settings(settings: QnaSettings, addresses: list[str]) -> ExecutorSettings:
    financial, analytics, validation = addresses
    return ExecutorSettings(
        qna_data_dir=settings.qna_data_dir,
        financial_mcp_url=financial,
        analytics_mcp_url=analytics,
        validation_mcp_url=validation,
    )


def _show(progress: Progress, event: ExecutionEvent) -> None:
    match event.type:
        case "tool_call_started":
            progress.show(f"calling {event.tool}")
        case "step":
            progress.show(event.text or "")
        case "printed":
            progress.console.print(Text(plain(event.text or "")), end="")
