"""The execution server, as the API server sees it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from api_server.errors import ExecutorBusy, ExecutorUnavailable
from schemas.cache import Forgotten
from schemas.errors import ErrorResponse
from schemas.execution import (
    ExecuteRequest,
    ExecutionEvent,
    ExecutionReport,
    ValidateRequest,
    VariantReports,
)
from schemas.health import Health
from schemas.tools import ToolCatalogue
from schemas.validation import ValidationReport

Hear = Callable[[ExecutionEvent], Awaitable[None]]
Answer = TypeVar("Answer", bound=BaseModel)
SHORT_SECONDS = 15.0
NDJSON = "application/x-ndjson"
MARGIN_SECONDS = 10.0
"""What the execution server may need beyond a script's own time: its queue and its tool servers."""


class ExecutionClient:
    """One connection pool to the execution server. Every method raises `ExecutorUnavailable`."""

    def __init__(self, base_url: str, client: httpx2.AsyncClient) -> None:
        self._base_url = base_url
        self._client = client

    async def validate(self, script: str) -> ValidationReport:
        """Check a script."""
        body = ValidateRequest(script=script)
        return await self._request("POST", "/validate", ValidationReport, body, SHORT_SECONDS)

    async def execute(self, request: ExecuteRequest) -> ExecutionReport:
        """Run a script; its fate is in the report."""
        return await self._request(
            "POST", "/execute", ExecutionReport, request, request.timeout_seconds + MARGIN_SECONDS
        )

    async def execute_variants(self, variants: bytes, timeout_seconds: float) -> list[ExecutionReport]:
        """Run a script on other answers; `variants` is the JSON of `schemas.execution.Variants`."""
        reply = await self._request(
            "POST", "/execute/variants", VariantReports, variants, timeout_seconds + MARGIN_SECONDS
        )
        return reply.reports

    async def stream_execute(self, request: ExecuteRequest, hear: Hear) -> ExecutionReport:
        """Run a script and `hear` what it does as it does it; being cancelled stops the run."""
        headers = {"Content-Type": "application/json", "Accept": NDJSON}
        seconds = request.timeout_seconds + MARGIN_SECONDS
        url, content = f"{self._base_url}/execute", request.model_dump_json()
        with self._reporting_silence():
            async with (
                asyncio.timeout(seconds),
                self._client.stream(
                    "POST", url, content=content, headers=headers, timeout=seconds
                ) as response,
            ):
                if not response.is_success:
                    raise _read_problem(await response.aread(), response.status_code)
                async for line in response.aiter_lines():
                    event = ExecutionEvent.model_validate_json(line)
                    if event.report is not None:
                        return event.report
                    await hear(event)
                raise httpx2.RemoteProtocolError("the stream ended without a report")

    async def cancel(self, execution_id: str) -> bool:
        """Stop a run; whether it was under way."""
        with self._reporting_silence():
            url = f"{self._base_url}/executions/{execution_id}/cancel"
            response = await self._client.post(url, timeout=SHORT_SECONDS)
            if response.is_success or response.status_code == 404:
                return response.is_success
            raise _read_problem(response.content, response.status_code)

    async def forget_answers(self) -> Forgotten:
        """Drop every tool's answer that was to be given again."""
        return await self._request("DELETE", "/cache", Forgotten, None, SHORT_SECONDS)

    async def catalogue(self) -> ToolCatalogue:
        """The tools that scripts can call now."""
        return await self._request("GET", "/tools", ToolCatalogue, None, SHORT_SECONDS)

    async def health(self) -> Health:
        """The execution server and the tool servers behind it."""
        return await self._request("GET", "/health", Health, None, SHORT_SECONDS)

    async def metrics_text(self) -> str:
        """What it counts, in Prometheus' text format."""
        with self._reporting_silence():
            response = await self._client.get(f"{self._base_url}/metrics", timeout=SHORT_SECONDS)
            if response.is_success:
                return response.text
            raise _read_problem(response.content, response.status_code)

    async def _request(
        self, method: str, path: str, kind: type[Answer], body: BaseModel | bytes | None, seconds: float
    ) -> Answer:
        content: dict[str, Any] = {}
        if body is not None:
            encoded = body if isinstance(body, bytes) else body.model_dump_json()
            content = {"content": encoded, "headers": {"Content-Type": "application/json"}}
        with self._reporting_silence():
            response = await self._client.request(
                method, f"{self._base_url}{path}", timeout=seconds, **content
            )
            if response.is_success:
                return kind.model_validate_json(response.content)
            raise _read_problem(response.content, response.status_code)

    @contextmanager
    def _reporting_silence(self) -> Iterator[None]:
        """A connection that fails, or an answer that is none, is an execution server that does not answer."""
        try:
            yield
        except (httpx2.HTTPError, TimeoutError, ValidationError) as error:
            raise ExecutorUnavailable(
                f"the execution server at {self._base_url} does not answer",
                suggestions=("Start it with `qna up`, then ask again.",),
                reason=type(error).__name__,
            ) from error


def _read_problem(body: bytes, status: int) -> ExecutorUnavailable:
    """What the execution server says of itself when it cannot run or check anything."""
    problem = ErrorResponse.model_validate_json(body)
    kind = ExecutorBusy if problem.error.code == ExecutorBusy.code else ExecutorUnavailable
    return kind(
        problem.error.message,
        suggestions=tuple(problem.recovery_suggestions),
        executor_code=problem.error.code,
        executor_status=status,
    )
