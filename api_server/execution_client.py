"""The execution server, as the API server sees it."""

from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from api_server.errors import ExecutorUnavailable
from schemas.errors import ErrorResponse
from schemas.execution import ExecuteRequest, ExecutionReport, ValidateRequest
from schemas.health import Health
from schemas.tools import ToolCatalogue
from schemas.validation import ValidationReport

Answer = TypeVar("Answer", bound=BaseModel)
SHORT_SECONDS = 15.0
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

    async def execute_encoded(self, request: bytes, timeout_seconds: float) -> ExecutionReport:
        """As `execute`, of a request that is JSON already."""
        return await self._request(
            "POST", "/execute", ExecutionReport, request, timeout_seconds + MARGIN_SECONDS
        )

    async def catalogue(self) -> ToolCatalogue:
        """The tools that scripts can call now."""
        return await self._request("GET", "/tools", ToolCatalogue, None, SHORT_SECONDS)

    async def health(self) -> Health:
        """The execution server and the tool servers behind it."""
        return await self._request("GET", "/health", Health, None, SHORT_SECONDS)

    async def _request(
        self, method: str, path: str, kind: type[Answer], body: BaseModel | bytes | None, seconds: float
    ) -> Answer:
        content: dict[str, Any] = {}
        if body is not None:
            encoded = body if isinstance(body, bytes) else body.model_dump_json()
            content = {"content": encoded, "headers": {"Content-Type": "application/json"}}
        try:
            response = await self._client.request(
                method, f"{self._base_url}{path}", timeout=seconds, **content
            )
        except httpx2.HTTPError as error:
            raise ExecutorUnavailable(
                f"the execution server at {self._base_url} does not answer",
                suggestions=("Start it with `qna up`, then ask again.",),
                reason=type(error).__name__,
            ) from error
        if response.is_success:
            return kind.model_validate_json(response.content)
        problem = ErrorResponse.model_validate_json(response.content)
        raise ExecutorUnavailable(
            problem.error.message,
            suggestions=tuple(problem.recovery_suggestions),
            executor_code=problem.error.code,
            executor_status=response.status_code,
        )
