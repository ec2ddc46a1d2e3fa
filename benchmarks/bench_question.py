"""Questions over HTTP through all five servers: related ones against their tool calls, and duplicates."""

import asyncio
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.measure import Figures, print_line
from tests.doubles.running_house import running_house

ROUNDS = 60
SYMBOLS = ("AAPL", "MSFT", "KO", "JPM", "XOM", "PEP", "WMT", "MRK")
DUPLICATE_MS_MAX, RELATED_MS_MAX = 15, 30
"""What is promised of a duplicate, and of a related question beyond its tool calls."""


def related_questions() -> list[str]:
    """A question to begin with, and others that its script answers with other symbols and days."""
    named = list(combinations(SYMBOLS, 3))[: ROUNDS + 1]
    return [
        f"Which of {one}, {two} and {three} was most volatile over the last {60 + number} trading days?"
        for number, (one, two, three) in enumerate(named)
    ]


async def ask(client: httpx2.AsyncClient, question: str) -> tuple[float, dict[str, Any]]:
    """How long the answer took as its client sees it, in milliseconds, and the answer."""
    started = time.perf_counter()
    reply = await client.post("/analyze", json={"question": question})
    took_ms = (time.perf_counter() - started) * 1000
    data: dict[str, Any] = reply.json()["data"]
    assert data["execution"]["success"], reply.text
    return took_ms, data


def tool_calls_ms(data: dict[str, Any]) -> float:
    """From the start of the first tool call of an answer to the end of its last one."""
    calls = data["execution"]["metadata"]["tool_calls"]
    first = min(call["started_ms"] for call in calls)
    return float(max(call["started_ms"] + call["duration_ms"] for call in calls) - first)


async def ask_all(url: str) -> dict[str, Figures]:
    """Each related question, and then the same again."""
    took: dict[str, list[float]] = {"tool_calls": [], "related": [], "beyond": [], "duplicate": []}
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        first, *others = related_questions()
        await ask(client, first)
        for question in others:
            related_ms, data = await ask(client, question)
            assert data["age_seconds"] is None
            assert data["attempts"] == []
            calls_ms = tool_calls_ms(data)
            duplicate_ms, again = await ask(client, question)
            assert again["reused_from"] == data["execution_id"], again
            for name, duration in zip(
                took, (calls_ms, related_ms, related_ms - calls_ms, duplicate_ms), strict=True
            ):
                took[name].append(duration)
    return {name: Figures(sorted(durations)) for name, durations in took.items()}


def main() -> None:
    """Start the house, ask, stop it."""
    with tempfile.TemporaryDirectory() as folder, running_house(Path(folder)) as house:
        took = asyncio.run(ask_all(house.url))
    print_line("question", "tool_calls", took["tool_calls"])
    ratio = took["related"].median_ms / took["tool_calls"].median_ms
    print_line("question", "related", took["related"], ratio_to_tool_calls=round(ratio, 2))
    beyond, duplicate = took["beyond"], took["duplicate"]
    print_line("question", "related_beyond_tool_calls", beyond, ratio=_share(beyond, RELATED_MS_MAX))
    print_line("question", "duplicate", duplicate, ratio=_share(duplicate, DUPLICATE_MS_MAX))


def _share(figures: Figures, promised_ms: float) -> float:
    """Of what is promised; at most 1."""
    return round(figures.median_ms / promised_ms, 2)


if __name__ == "__main__":
    main()
