"""The API server over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from api_server.access.strangers import guard_browsers
from api_server.llm.chain import ProviderChain
from api_server.llm.provider import LLMProvider
from api_server.llm.registry import build_provider
from api_server.parts import open_parts
from api_server.routes import (
    caches,
    comparisons,
    confirmations,
    debug,
    earlier_questions,
    executions,
    exports,
    monitoring,
    pages,
    progress,
    provenance,
    questions,
    replays,
    reruns,
    scripts,
    sessions,
    status,
    stops,
)
from api_server.routes.dependencies import get_caller
from api_server.routes.developer_pages import DeveloperDesk, get_operator, make_desk
from api_server.settings import ApiSettings
from prompts.library import load_library
from service.http import create_http_app
from service.request_limits import limit_requests
from service.version import package_version

NOUNS = (
    questions,
    confirmations,
    earlier_questions,
    scripts,
    sessions,
    executions,
    progress,
    stops,
    comparisons,
    exports,
    provenance,
    replays,
    reruns,
    caches,
)
"""Modules of `routes` whose addresses are for callers that the gate admits."""


def create_app(settings: ApiSettings, provider: LLMProvider | None = None) -> FastAPI:
    """The app. `provider` takes the place of the one that the settings name."""
    library, desk = load_library(), make_desk(settings)
    providers = ProviderChain([provider]) if provider else build_provider(settings, library)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts(settings, providers, library) as parts:
            app.state.parts = parts
            if desk.is_development:
                desk.prompt_versions.keep()
            yield

    app = create_http_app("qna-ai", package_version(), lifespan, pages.PAGE_HEADERS)
    limit_requests(app, settings.max_request_size_mb * 1024 * 1024, settings.request_timeout_ms / 1000)
    guard_browsers(app, settings)
    for open_to_all in (status.router, pages.router):
        app.include_router(open_to_all)
    for router in (status.models_router, pages.text_router, *(noun.router for noun in NOUNS)):
        app.include_router(router, dependencies=[Depends(get_caller)])
    add_developer_pages(app, desk)
    return app


def add_developer_pages(app: FastAPI, desk: DeveloperDesk) -> None:
    """Pages that check themselves that an operator asks; those under /debug are for development only."""
    app.state.developer_desk = desk
    app.include_router(monitoring.router, dependencies=[Depends(get_operator)])
    if desk.is_development:
        app.include_router(debug.router, dependencies=[Depends(get_operator)])
