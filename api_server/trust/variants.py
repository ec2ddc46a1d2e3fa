"""The script on its tape with the answers of some calls moved, and whether it can be trusted to run so."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson

from api_server.errors import NotReplayable
from api_server.trust.perturbation import Kind, perturb
from api_server.trust.replay import REPLAY_SECONDS, judge_replay, replay_request
from schemas.execution import VARIANTS_MAX, ExecutionReport, OffTape
from schemas.replay import TapedRun

RunEncoded = Callable[[bytes], Awaitable[list[ExecutionReport]]]
"""Sends the JSON of `schemas.execution.Variants` to the execution server."""

TOGETHER_MAX = VARIANTS_MAX - 1
"""Variants of one request, which ends with the tape as it is."""

Answers = dict[str, Any]
"""Other answers than those of the tape, by the place of their call; JSON has text for keys."""


class Variants:
    """Runs variants of one taped run, each request at most `seconds`; counts the runs."""

    def __init__(self, taped: TapedRun, run: RunEncoded, seconds: float) -> None:
        self.runs = 0
        self._proof: asyncio.Future[bool] | None = None
        self._taped = taped
        self._run = run
        limits = {"off_tape": OffTape.APPROXIMATE, "timeout_seconds": min(seconds, REPLAY_SECONDS)}
        request = replay_request(taped, f"{taped.tape.execution_id}.source")
        self._request = orjson.Fragment(request.model_copy(update=limits).model_dump_json())

    def move(self, kinds: Mapping[int, Kind]) -> Answers:
        """The answers of calls, by their places, moved as asked; without those in which nothing moves."""
        calls = self._taped.tape.calls
        moved = {place: perturb(calls[place].response, kind) for place, kind in kinds.items()}
        return {str(place): answer for place, answer in moved.items() if answer != calls[place].response}

    async def run(self, variants: Sequence[Answers]) -> list[ExecutionReport]:
        """Their reports, of at most `TOGETHER_MAX`.

        One child runs them all. The first request ends with the tape as it is: unless that gives what was
        recorded, the script leaves traces, and each variant of the search gets a child of its own.
        Raises `NotReplayable`, and `TimeoutError` when there was not enough time.
        """
        if self._proof is not None:
            reports = await self._send(variants)
            return reports if len(variants) == 1 or await self._proof else await self._send_alone(variants)
        self._proof = asyncio.get_running_loop().create_future()
        try:
            *reports, unmoved = await self._send([*variants, {}])
            self._proof.set_result(self._is_exact(unmoved))
        finally:
            self._proof.cancel()  # unless it is done
        if self._proof.result():
            return reports
        (unmoved,) = await self._send([{}])
        self._demand_exact(unmoved)
        return await self._send_alone(variants)

    async def _send_alone(self, variants: Sequence[Answers]) -> list[ExecutionReport]:
        return [(await self._send([each]))[0] for each in variants]

    def _is_exact(self, unmoved: ExecutionReport) -> bool:
        return judge_replay(self._taped, unmoved).is_identical

    def _demand_exact(self, unmoved: ExecutionReport) -> None:
        """Without an exact replay nothing can be said of what moved."""
        verdict = judge_replay(self._taped, unmoved)
        if verdict.is_identical:
            return
        first = verdict.divergences[0]
        raise NotReplayable(
            f"the sources cannot be found, because a replay is not exact: {first.message}",
            suggestions=("Run it again on live data.",),
            divergence=first.model_dump(mode="json"),
        )

    async def _send(self, variants: Sequence[Answers]) -> list[ExecutionReport]:
        self.runs += len(variants)
        reports = await self._run(orjson.dumps({"request": self._request, "answers": variants}))
        if len(reports) < len(variants):
            raise TimeoutError
        return reports
