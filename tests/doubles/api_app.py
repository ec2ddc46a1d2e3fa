"""The API server in this process, with its lifespan, asked without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from api_server.app import create_app
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage

NOWHERE = "http://127.0.0.1:9"
"""An address at which nobody listens: these tests run no script, and others need no vectors."""


def make_api_settings(folder: Path, **changes: Any) -> ApiSettings:
    """Settings of a server that keeps its state in `folder`."""
    return ApiSettings(_env_file=None, qna_data_dir=folder, execution_server_url=NOWHERE, **changes)


@asynccontextmanager
async def opened_app(settings: ApiSettings, app: FastAPI | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the app while it lives."""
    app = app or create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8010") as client:
            client.storage = app.state.parts.storage  # type: ignore[attr-defined]
            yield client


def storage_of(client: httpx2.AsyncClient) -> Storage:
    """The stores behind a client of `opened_app`."""
    storage: Storage = client.storage  # type: ignore[attr-defined]
    return storage
