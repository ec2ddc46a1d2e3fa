"""The script on its tape with the answer of one call moved: requests made cheaply, many at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from api_server.trust.perturbation import Kind, perturb
from api_server.trust.replay import replay_request
from schemas.execution import ExecutionReport, OffTape, RecordedCall
from schemas.replay import TapedRun

RunEncoded = Callable[[bytes], Awaitable[ExecutionReport]]
"""Sends the JSON of an `ExecuteRequest` to the execution server."""


class Variants:
    """Runs variants of one taped run, at most `at_once` together; counts them."""

    def __init__(self, taped: TapedRun, run: RunEncoded, at_once: int) -> None:
        self.calls = taped.tape.calls
        self.runs = 0
        self._run = run
        self._gate = asyncio.Semaphore(at_once)
        request = replay_request(taped, "exec_0").model_copy(
            update={"tape": None, "off_tape": OffTape.APPROXIMATE}
        )
        self._request = request.model_dump(mode="json")
        self._tape = taped.tape.model_copy(update={"calls": []}).model_dump(mode="json")
        self._parts = [_encode(call, call.response) for call in self.calls]

    async def run(self, kinds: Mapping[int, Kind]) -> ExecutionReport | None:
        """The script with calls moved, each by its place; None when there is nothing to move in them."""
        parts = [*self._parts]
        for place, kind in kinds.items():
            response = self.calls[place].response
            moved = perturb(response, kind)
            if moved != response:
                parts[place] = _encode(self.calls[place], moved)
        return None if parts == self._parts else await self._send(parts)

    async def run_unmoved(self) -> ExecutionReport:
        """The script on its tape as it is."""
        return await self._send(self._parts)

    async def _send(self, parts: list[orjson.Fragment]) -> ExecutionReport:
        self.runs += 1
        identity = {"execution_id": f"{self._tape['execution_id']}.source.{self.runs}"}
        body = orjson.dumps({**self._request, **identity, "tape": {**self._tape, "calls": parts}})
        async with self._gate:
            return await self._run(body)


def _encode(call: RecordedCall, response: Any) -> orjson.Fragment:
    """A call with another answer. Its digest is not that of the answer, and nobody asks."""
    facts = call.model_copy(update={"response": None, "metadata": {}}).model_dump(mode="json")
    return orjson.Fragment(orjson.dumps({**facts, "response": response}))
