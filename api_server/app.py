"""The API server over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from fastapi import Depends, FastAPI

from api_server.access.gate import open_gate
from api_server.access.strangers import guard_browsers
from api_server.conversation.conversations import Conversations
from api_server.conversation.hot_copies import HotCopies
from api_server.execution_client import ExecutionClient
from api_server.llm.chain import ProviderChain
from api_server.llm.provider import LLMProvider
from api_server.llm.registry import build_provider
from api_server.pipeline import Pipeline
from api_server.prompting import PromptMaker
from api_server.reuse.opened import make_reusing
from api_server.routes import (
    comparisons,
    confirmations,
    debug,
    earlier_questions,
    executions,
    exports,
    pages,
    provenance,
    questions,
    replays,
    reruns,
    scripts,
    sessions,
    status,
)
from api_server.routes.dependencies import get_caller
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
from service.cache.opening import open_cache, open_link
from service.http import create_http_app
from service.version import package_version

NOUNS = (
    questions,
    confirmations,
    earlier_questions,
    scripts,
    sessions,
    executions,
    comparisons,
    exports,
    provenance,
    replays,
    reruns,
)
"""Modules of `routes` whose addresses are for callers that the gate admits."""


def create_app(settings: ApiSettings, provider: LLMProvider | None = None) -> FastAPI:
    """The app. `provider` takes the place of the one that the settings name."""
    library = load_library()
    providers = ProviderChain([provider]) if provider else build_provider(settings, library)
    capabilities = Capabilities(library)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            storage = await stack.enter_async_context(open_storage(settings))
            vectors = await stack.enter_async_context(open_index(settings))
            client = await stack.enter_async_context(httpx2.AsyncClient())
            await stack.enter_async_context(providers)
            link = open_link(settings)
            if link is not None:
                stack.push_async_callback(link.close)
            app.state.storage, app.state.vectors = storage, vectors
            app.state.gate = open_gate(settings, storage, client)
            cache = open_cache(link)
            app.state.reusing = make_reusing(storage, vectors, cache, library)
            app.state.conversations = Conversations(
                storage.sessions, storage.executions, HotCopies(cache), app.state.reusing.memory
            )
            executor = ExecutionClient(settings.executor_url, client)
            app.state.trust = open_trust(settings, storage, executor)
            catalog = ToolCatalog(executor)
            prompts = await stack.enter_async_context(open_prompts(settings, catalog, library, vectors))
            desk = open_desk(settings, executor, providers)
            app.state.pipeline = Pipeline(settings, executor, catalog, providers, prompts, desk, capabilities)
            yield

    app = create_http_app("qna-ai", package_version(), lifespan, pages.PAGE_HEADERS)
    guard_browsers(app, settings)
    include_routes(app, settings)
    return app


def include_routes(app: FastAPI, settings: ApiSettings) -> None:
    """Health and the page are open to all; everything else asks who is calling."""
    for open_to_all in (status.router, pages.router):
        app.include_router(open_to_all)
    guarded = [status.models_router, pages.text_router, *(noun.router for noun in NOUNS)]
    if settings.qna_environment == "development":
        guarded.append(debug.router)
    for router in guarded:
        app.include_router(router, dependencies=[Depends(get_caller)])


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
