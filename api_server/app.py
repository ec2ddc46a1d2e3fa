"""The API server over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI

from api_server.execution_client import ExecutionClient
from api_server.llm.chain import ProviderChain
from api_server.llm.provider import LLMProvider
from api_server.llm.registry import build_provider
from api_server.pipeline import Pipeline
from api_server.prompting import PromptMaker
from api_server.routes import (
    comparisons,
    debug,
    exports,
    pages,
    provenance,
    questions,
    replays,
    reruns,
    scripts,
    status,
)
from api_server.settings import ApiSettings
from api_server.storage.opened import open_storage
from api_server.tool_catalog import ToolCatalog
from api_server.trust.desk import open_trust
from api_server.type_check import TypeChecker
from api_server.vectors.chroma import open_index
from api_server.vectors.index import VectorIndex
from api_server.writing.capability import Capabilities
from api_server.writing.checks import ScriptChecks
from api_server.writing.writer import WritingDesk
from prompts.library import Library, load_library
from service.http import create_http_app
from service.version import package_version


def create_app(settings: ApiSettings, provider: LLMProvider | None = None) -> FastAPI:
    """The app. `provider` takes the place of the one that the settings name."""
    library = load_library()
    providers = ProviderChain([provider]) if provider else build_provider(settings, library)
    capabilities = Capabilities(library)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_storage(settings) as storage,
            open_index(settings) as vectors,
            httpx2.AsyncClient() as client,
            providers,
        ):
            app.state.storage, app.state.vectors = storage, vectors
            executor = ExecutionClient(settings.executor_url, client)
            app.state.trust = open_trust(settings, storage, executor)
            catalog = ToolCatalog(executor)
            async with open_prompts(settings, catalog, library, vectors) as prompts:
                app.state.pipeline = Pipeline(
                    settings,
                    executor,
                    catalog,
                    providers,
                    prompts,
                    open_desk(settings, executor, providers),
                    capabilities,
                )
                yield

    app = create_http_app("qna-ai", package_version(), lifespan, pages.PAGE_HEADERS)
    app.include_router(questions.router)
    app.include_router(scripts.router)
    app.include_router(status.router)
    for noun in (comparisons, exports, provenance, replays, reruns):
        app.include_router(noun.router)
    app.include_router(pages.router)
    if settings.qna_environment == "development":
        app.include_router(debug.router)
    return app


def open_desk(settings: ApiSettings, executor: ExecutionClient, provider: LLMProvider) -> WritingDesk:
    """Where scripts are written, with these settings."""
    return WritingDesk(
        provider,
        ScriptChecks(executor, TypeChecker().check),
        settings.llm_timeout_seconds,
        settings.script_repairs_max,
    )


@asynccontextmanager
async def open_prompts(
    settings: ApiSettings, catalog: ToolCatalog, library: Library, vectors: VectorIndex
) -> AsyncIterator[PromptMaker]:
    """What makes prompts; the recipes are remembered beside it, so that nobody waits for that."""
    prompts = PromptMaker(catalog, library, vectors, settings.conversation_context_window)
    remembering = asyncio.create_task(prompts.remember())
    try:
        yield prompts
    finally:
        remembering.cancel()
        await asyncio.gather(remembering, prompts.close(), return_exceptions=True)
