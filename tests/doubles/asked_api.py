"""The API server in this process, over a real execution server and a provider of the test's choosing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI

from api_server.access.caller import LOCAL_CALLER, LOCAL_USER_ID
from api_server.app import create_app
from api_server.llm.provider import CannotAnswer, Draft, LLMProvider
from api_server.llm.providers.scripted import ScriptedProvider
from api_server.pipeline import Pipeline
from api_server.settings import ApiSettings
from api_server.storage.audit import Origin
from schemas.analysis import AnalyzeRequest
from schemas.ids import execution_id_of
from schemas.progress import ProgressType
from tests.doubles.execution_server import ExecutionServer


class AskedApi:
    """The running app and what it was told to answer with."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self.app = app
        self.client = client

    @property
    def pipeline(self) -> Pipeline:
        pipeline: Pipeline = self.app.state.parts.pipeline
        return pipeline

    async def post(self, path: str = "/analyze", **body: Any) -> httpx2.Response:
        """The reply to one request."""
        return await self.client.post(path, json=body)

    async def ask(self, question: str = "How volatile was KO?", **body: Any) -> dict[str, Any]:
        """What was found out about one question that has an answer."""
        reply = await self.post(question=question, **body)
        assert reply.status_code == 200, reply.text
        data: dict[str, Any] = reply.json()["data"]
        return data

    async def follow(
        self, question: str = "How volatile was KO?"
    ) -> list[tuple[ProgressType, dict[str, Any]]]:
        """Every event of one question, in order, whatever comes of it."""
        request = AnalyzeRequest(question=question, request_id=uuid4())
        with suppress(Exception):  # the last event says which
            await self.pipeline.answer(request, LOCAL_CALLER, Origin())
        told = await self.pipeline.storage.events.after(LOCAL_USER_ID, execution_id_of(request.request_id))
        return [(event.type, event.data) for event in told]


@asynccontextmanager
async def asked_api(
    executor: ExecutionServer, folder: Path, provider: LLMProvider, **settings: Any
) -> AsyncIterator[AskedApi]:
    """The app until the block ends."""
    read = ApiSettings(
        _env_file=None,
        execution_server_url=executor.url,
        qna_data_dir=folder,
        **settings,
    )
    app = create_app(read, provider)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        yield AskedApi(app, client)


def prepared(*answers: str | Draft | CannotAnswer) -> ScriptedProvider:
    """A provider that gives these scripts one after the other."""
    return ScriptedProvider([draft(each) if isinstance(each, str) else each for each in answers])


def draft(script: str, **more: Any) -> Draft:
    """What a model would answer with `script`."""
    return Draft(script, "It does.", (), "scripted", **more)


def codes(findings: Sequence[dict[str, Any]]) -> list[str]:
    """Of each finding."""
    return [finding["code"] for finding in findings]
