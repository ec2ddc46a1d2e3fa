"""A question through all five servers, against the time of its tool calls alone."""

import asyncio
import tempfile
from pathlib import Path

import httpx2

from benchmarks.measure import Figures, print_line
from tests.doubles.running_house import running_house

ROUNDS = 30
QUESTION = "Which of AAPL, MSFT, KO, JPM and XOM was most volatile over the last 60 trading days?"


async def ask_often(url: str) -> tuple[Figures, Figures]:
    """Whole answers, and the tool calls inside them, in milliseconds."""
    answers, calls = [], []
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        for _ in range(ROUNDS):
            reply = (await client.post(f"{url}/analyze", json={"question": QUESTION})).json()
            answers.append(sum(stage["duration_ms"] for stage in reply["data"]["stages"]))
            made = reply["data"]["execution"]["metadata"]["tool_calls"]
            started = min(call["started_ms"] for call in made)
            calls.append(max(call["started_ms"] + call["duration_ms"] for call in made) - started)
    return Figures(sorted(answers)), Figures(sorted(calls))


def main() -> None:
    """Start the house, ask, stop it."""
    with tempfile.TemporaryDirectory() as folder, running_house(Path(folder)) as house:
        answers, calls = asyncio.run(ask_often(house.url))
    print_line("question", "tool_calls", calls)
    print_line(
        "question", "whole_answer", answers, ratio_to_tool_calls=round(answers.median_ms / calls.median_ms, 2)
    )


if __name__ == "__main__":
    main()
