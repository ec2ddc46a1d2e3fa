"""What a provider adds between a task and the first piece of its script; the vendor answers at once."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx2

from api_server.llm.provider import Prompt, ScriptTask
from api_server.llm.remote import RemoteProvider
from benchmarks.measure import print_line, run_rounds
from tests.doubles.llm.answers import as_answer
from tests.doubles.llm.opened import VENDORS, StandIns, running_stand_ins
from tests.doubles.llm.stand_in import KEY, Say
from tests.doubles.questions import make_catalogue, ready_prompt

ROUNDS = 60
PREFIX = "One of the tools, as a typed function of the module, with its bounds. " * 1000
PROMPT = ready_prompt(Prompt(PREFIX, "The question: how did KO do?"))
TASK = ScriptTask("How did KO do?", PROMPT, make_catalogue())


class FirstPiece(Exception):
    """It has come: the rest is of no interest."""


async def stop(_piece: str) -> None:
    """Hang up at the first piece."""
    raise FirstPiece


def first_piece(provider: RemoteProvider) -> Callable[[], Awaitable[None]]:
    """Ask until the first piece of the script."""

    async def ask() -> None:
        try:
            await provider.write_script(TASK, stop)
        except FirstPiece:
            return
        raise AssertionError("nothing of the script was heard")

    return ask


def bare_request(
    client: httpx2.AsyncClient, stand_ins: StandIns, vendor: str
) -> Callable[[], Awaitable[None]]:
    """The same bytes, sent by hand, until the first bytes of the answer."""
    running = stand_ins.running[vendor]
    url = f"{running.url}{running.api.wire.answer_path}"
    headers = {"authorization": f"Bearer {KEY}", "anthropic-version": "2023-06-01"}

    async def ask() -> None:
        body = {**running.api.bodies[-1]}
        async with client.stream("POST", url, json=body, headers=headers) as reply:
            async for _ in reply.aiter_bytes():
                return

    return ask


async def measure() -> None:
    """Every vendor and its bare request in the same rounds."""
    with running_stand_ins() as stand_ins:
        await stand_ins.import_sdks()
        providers = {vendor: stand_ins.open(vendor) for vendor in VENDORS}
        async with httpx2.AsyncClient(trust_env=False) as client:
            for vendor, provider in providers.items():
                stand_ins.api(vendor).answers_else = Say(as_answer())
                await provider.write_script(TASK)
                ours, bare = f"{vendor}_first_piece", f"{vendor}_bare_request"
                contenders = {ours: first_piece(provider), bare: bare_request(client, stand_ins, vendor)}
                figures = await run_rounds(contenders, ROUNDS, lambda: asyncio.sleep(0.002))
                added_ms = figures[ours].median_ms - figures[bare].median_ms
                print_line("providers", ours, figures[ours], added_ms=round(added_ms, 2))
                print_line("providers", bare, figures[bare])
                await provider.close()


if __name__ == "__main__":
    asyncio.run(measure())
