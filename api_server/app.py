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
from api_server.settings import ApiSettings
from prompts.library import load_library
from service.http import create_http_app
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
    library = load_library()
    providers = ProviderChain([provider]) if provider else build_provider(settings, library)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts(settings, providers, library) as parts:
            app.state.parts = parts
            yield

    app = create_http_app("qna-ai", package_version(), lifespan, pages.PAGE_HEADERS)
    guard_browsers(app, settings)
    for open_to_all in (status.router, pages.router):
        app.include_router(open_to_all)
    guarded = [status.models_router, pages.text_router, *(noun.router for noun in NOUNS)]
    if settings.qna_environment == "development":
        guarded.append(debug.router)
    for router in guarded:
        app.include_router(router, dependencies=[Depends(get_caller)])
    return app
