"""Everything that an API server is made of, opened for its life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2

from api_server.access.gate import Gate, open_gate
from api_server.conversation.conversations import Conversations
from api_server.conversation.hot_copies import HotCopies
from api_server.execution_client import ExecutionClient
from api_server.live import Live, open_live
from api_server.llm.chain import ProviderChain
from api_server.llm.provider import LLMProvider
from api_server.pipeline import Pipeline
from api_server.prompting import PromptMaker
from api_server.remembering import open_memory
from api_server.reuse.known_scripts import KnownScripts
from api_server.reuse.opened import Reusing, make_reusing
from api_server.running import Runner
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage, open_storage
from api_server.tool_catalog import ToolCatalog
from api_server.trust.desk import Trust, open_trust
from api_server.type_check import TypeChecker
from api_server.vectors.chroma import open_index
from api_server.vectors.index import VectorIndex
from api_server.writing.capability import Capabilities
from api_server.writing.checks import ScriptChecks
from api_server.writing.writer import WritingDesk
from prompts.library import Library


@dataclass(frozen=True)
class Parts:
    """What routes ask for by type, see `routes/dependencies.py`."""

    settings: ApiSettings
    storage: Storage
    vectors: VectorIndex
    gate: Gate
    live: Live
    conversations: Conversations
    reusing: Reusing
    trust: Trust
    pipeline: Pipeline


@asynccontextmanager
async def open_parts(
    settings: ApiSettings, providers: ProviderChain, library: Library
) -> AsyncIterator[Parts]:
    """All parts while the block runs; what they opened is closed in the opposite order."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        storage = await enter(open_storage(settings))
        vectors = await enter(open_index(settings))
        client = await enter(httpx2.AsyncClient())
        await enter(providers)
        executor = ExecutionClient(settings.executor_url, client)
        live = await enter(open_live(settings, storage, executor))
        catalog = ToolCatalog(executor, live.cache)
        prompts = await enter(open_prompts(settings, catalog, library, vectors))
        is_aware = settings.enable_context_awareness
        reusing = make_reusing(storage, vectors, live.cache, library, is_aware=is_aware)
        storage.on_purge.append(reusing.memory.forget)
        copies = HotCopies(live.cache)
        yield Parts(
            settings=settings,
            storage=storage,
            vectors=vectors,
            gate=open_gate(settings, storage, client),
            live=live,
            conversations=Conversations(storage.sessions, storage.executions, copies, reusing.memory),
            reusing=reusing,
            trust=open_trust(settings, storage, live.once, executor),
            pipeline=Pipeline(
                executor=executor,
                catalog=catalog,
                provider=providers,
                prompts=prompts,
                desk=open_desk(settings, executor, providers),
                capabilities=Capabilities(library),
                storage=storage,
                live=live,
                reusing=reusing,
                scripts=KnownScripts(executor),
                runner=Runner(executor, settings.execution_timeout_seconds, settings.max_execution_memory_mb),
                memory=await enter(open_memory(storage, live.results, reusing)),
            ),
        )


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
