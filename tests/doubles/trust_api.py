"""The API in this process over a real execution server, with executions that ran; a header names the user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI, Header

from api_server.access.caller import Caller
from api_server.app import create_app
from api_server.llm.providers.scripted import ScriptedProvider
from api_server.routes.dependencies import get_caller
from api_server.settings import ApiSettings
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.recorder import WrittenScript
from api_server.storage.records import new_id
from api_server.trust.desk import Trust
from schemas.signature import default_values

ANN = {"x-test-user": "ann"}
BOB = {"x-test-user": "bob"}


@dataclass(frozen=True)
class TrustApi:
    """A client, and the parts behind it."""

    app: FastAPI
    http: httpx2.AsyncClient

    @property
    def trust(self) -> Trust:
        trust: Trust = self.app.state.parts.trust
        return trust

    async def ask(self, script: str, user: str = "ann", **parameters: Any) -> str:
        """The id of an execution of `script`, as a question leaves it."""
        report = await self.trust.child_runs.executor.validate(script)
        assert report.valid, report.errors
        values = {**default_values(report.parameters), **parameters}
        written = WrittenScript(script, "It asks.", "offline", values, report.parameters, report.mcp_calls)
        new = NewExecution(new_id("exec"), user, new_id("sess"), "How is AAA?", "0" * 64)
        await self.trust.child_runs.run(new, written, None, Origin())
        return new.id

    async def call(self, method: str, path: str, user: dict[str, str] = ANN, **body: Any) -> Any:
        """The reply's JSON; anything but success fails the test."""
        reply = await self.http.request(method, path, headers=user, **body)
        assert reply.is_success, reply.text
        return reply.json()


@asynccontextmanager
async def opened_trust_api(folder: Path, executor_url: str) -> AsyncIterator[TrustApi]:
    """The API with its state in `folder`."""
    settings = ApiSettings(_env_file=None, qna_data_dir=folder, execution_server_url=executor_url)
    app = create_app(settings, ScriptedProvider([]))

    def read_caller(x_test_user: str = Header()) -> Caller:
        return Caller(x_test_user)

    app.dependency_overrides[get_caller] = read_caller
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60) as http,
    ):
        yield TrustApi(app, http)
