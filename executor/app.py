"""The execution server over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from executor import routes
from executor.engine import Engine
from executor.settings import ExecutorSettings
from service.http import create_http_app
from service.version import package_version


def create_app(settings: ExecutorSettings) -> FastAPI:
    """The app; its engine starts with it and stops with it. Raises `PolicyError` for a wrong policy file."""
    engine = Engine(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        app.state.engine = engine
        try:
            yield
        finally:
            await engine.stop()

    app = create_http_app("qna-ai execution server", package_version(), lifespan)
    app.include_router(routes.router)
    return app
