"""The API server over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from api_server.access.gate import open_gate
from api_server.access.strangers import StrangersKeptOut
from api_server.conversation.conversations import Conversations
from api_server.conversation.hot_copies import HotCopies
from api_server.execution_client import ExecutionClient
from api_server.llm.provider import LLMProvider
from api_server.llm.registry import build_provider
from api_server.pipeline import Pipeline
from api_server.routes import debug, executions, pages, questions, sessions, status
from api_server.routes.dependencies import get_caller
from api_server.settings import ApiSettings
from api_server.storage.opened import open_storage
from api_server.tool_catalog import ToolCatalog
from api_server.vectors.chroma import open_index
from prompts.library import load_library
from service.cache.opening import open_cache, open_link
from service.http import create_http_app
from service.version import package_version


def create_app(settings: ApiSettings, provider: LLMProvider | None = None) -> FastAPI:
    """The app. `provider` takes the place of the one that the settings name."""
    library = load_library()
    writer = provider or build_provider(settings, library)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            storage = await stack.enter_async_context(open_storage(settings))
            client = await stack.enter_async_context(httpx2.AsyncClient())
            link = open_link(settings)
            if link is not None:
                stack.push_async_callback(link.close)
            app.state.storage = storage
            app.state.gate = open_gate(settings, storage, client)
            copies = HotCopies(open_cache(link))
            app.state.conversations = Conversations(storage.sessions, storage.executions, copies)
            executor = ExecutionClient(settings.executor_url, client)
            app.state.pipeline = Pipeline(settings, executor, ToolCatalog(executor), writer, library)
            app.state.vectors = await stack.enter_async_context(open_index(settings))
            yield

    app = create_http_app("qna-ai", package_version(), lifespan)
    guard_browsers(app, settings)
    for open_to_all in (status.router, pages.router):
        app.include_router(open_to_all)
    guarded = [questions.router, status.models_router, sessions.router, executions.router]
    if settings.qna_environment == "development":
        guarded.append(debug.router)
    for router in guarded:
        app.include_router(router, dependencies=[Depends(get_caller)])
    return app


def guard_browsers(app: FastAPI, settings: ApiSettings) -> None:
    """Decide which pages in a browser may use the API: ours, and those of CORS_ORIGINS."""
    if not settings.is_access_controlled:
        # Innermost, so that its refusals have a request id like every other reply.
        app.user_middleware.append(Middleware(StrangersKeptOut, allowed_origins=settings.allowed_origins))
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "X-Session-ID", "Last-Event-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
