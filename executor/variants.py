"""Variants of one taped run: the same script in the same child, again and again, each time on other answers.

A process of its own for each would cost more than most scripts do. The child has all laid out anew between
them, and whoever asks can see whether a script leaves traces: by a last variant that is the tape as it is.
"""

import time
from collections.abc import Iterator

from executor.jail.process import ChildProcess
from executor.jails import Jail
from executor.report import RunLimits
from executor.runner import Run, Surroundings
from executor.script_cache import CompiledScript
from schemas.execution import ExecuteRequest, ExecutionReport, Variants


async def run_variants(
    variants: Variants, limits: RunLimits, around: Surroundings, jail: Jail
) -> list[ExecutionReport]:
    """Their reports, in order, of as many as the time is enough for. Raises `JailUnavailable`."""
    reports: list[ExecutionReport] = []
    child: ChildProcess | None = None
    compiled: CompiledScript | None = None
    deadline = time.monotonic() + limits.timeout_seconds
    try:
        for place, request in enumerate(make_requests(variants), 1):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            run = Run(request, RunLimits(left, limits.max_memory_mb), around, compiled=compiled)
            run.is_followed = place < len(variants.answers)
            taken, child = child or await jail.pool.take(), None
            reports.append(await run.execute(taken, jail.launcher))
            child, compiled = taken if run.leaves_child else None, run.compiled
    finally:
        if child is not None:
            around.close_later(child)
    return reports


def make_requests(variants: Variants) -> Iterator[ExecuteRequest]:
    """Each variant as a request of its own."""
    request, tape = variants.request, variants.request.tape
    assert tape is not None
    for number, answers in enumerate(variants.answers, 1):
        calls = [*tape.calls]
        for place, answer in answers.items():
            calls[place] = calls[place].model_copy(update={"response": answer})
        yield request.model_copy(
            update={
                "execution_id": f"{request.execution_id}.{number}",
                "tape": tape.model_copy(update={"calls": calls}),
            }
        )
