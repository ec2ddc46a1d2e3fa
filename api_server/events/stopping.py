"""Stops an execution that is under way, on whichever API server works on it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from api_server.errors import Cancelled, ExecutorUnavailable, Interrupted
from api_server.events.channel import Channel
from api_server.execution_client import ExecutionClient

log = structlog.get_logger()

Value = TypeVar("Value")
SILENCE_SECONDS = 3600.0
TOPIC = "stop"


class Stops:
    """A script that runs is killed on the execution server, and its report says `cancelled`.

    What has not come that far, or is past it, ends with `Cancelled`.
    """

    def __init__(self, executor: ExecutionClient, channel: Channel) -> None:
        self._executor = executor
        self._channel = channel
        self._under_way: dict[str, asyncio.Task[Any]] = {}
        self._stopped: set[str] = set()

    async def stoppable(self, execution_id: str, work: Coroutine[Any, Any, Value]) -> Value:
        """What `work` gives. Raises `Cancelled` when it is stopped."""
        task = asyncio.ensure_future(work)
        self._under_way[execution_id] = task
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            del self._under_way[execution_id]
            self._stopped.discard(execution_id)
        if task.cancelled():
            raise Cancelled("it was stopped", suggestions=("Ask again.",))
        return task.result()

    def explain(self, error: BaseException, execution_id: str) -> BaseException:
        """What `error`, which ended work that is under way here, is to whoever asked for it."""
        if not isinstance(error, asyncio.CancelledError):
            return error
        if execution_id in self._stopped:
            return Cancelled("it was stopped", suggestions=("Ask again.",))
        return Interrupted(
            "the server stopped, or whoever asked went away, before there was an answer",
            suggestions=("Ask again.",),
        )

    def is_under_way(self, execution_id: str) -> bool:
        """Whether this API server works on it."""
        return execution_id in self._under_way

    async def stop(self, execution_id: str) -> None:
        """Stop it, here or elsewhere; nothing when it is over."""
        if not await self._stop_here(execution_id):
            await self._channel.publish(TOPIC, execution_id.encode())

    async def _stop_here(self, execution_id: str) -> bool:
        """Whether it was stopped without the help of another API server."""
        try:
            was_running = await self._executor.cancel(execution_id)
        except ExecutorUnavailable as error:
            log.warning("stop_unheard", execution_id=execution_id, reason=error.message)
            was_running = False
        task = self._under_way.get(execution_id)
        if was_running or task is None:
            return was_running
        self._stopped.add(execution_id)
        return task.cancel()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear what other API servers want stopped, while the block runs."""
        task = asyncio.create_task(self._listen_always(), name="stops")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _listen_always(self) -> None:
        with self._channel.subscribe(TOPIC) as subscription:
            while True:
                message = await subscription.get(SILENCE_SECONDS)
                if message is not None and message.decode() in self._under_way:
                    await self._stop_here(message.decode())
