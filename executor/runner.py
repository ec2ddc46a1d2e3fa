"""One execution: a child gets its job, its frames are followed to the end, and a report comes out."""

import asyncio
import hashlib
import math
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from executor import frames, report
from executor.broker.broker import Broker
from executor.frames import BrokenFrame, encode_frame, read_frame
from executor.jail.launcher import Launcher
from executor.jail.process import ChildEnd, ChildProcess
from executor.jail.server_channel import FrameTooLarge
from executor.label import make_label
from executor.relay import STALE, Divergence, Relay, TooManyCalls
from executor.report import RunLimits, Verdict
from executor.script_cache import CompiledScript, ScriptCache
from executor.taped_calls import TapedCalls
from sandbox_policies.policy import Policy
from schemas.execution import (
    DEFAULT_SEED,
    ExecuteRequest,
    ExecutionEvent,
    ExecutionMetadata,
    ExecutionReport,
    Outcome,
    Resources,
    Tape,
    TapedTool,
    ToolCall,
)
from schemas.signature import default_values
from schemas.validation import ValidationReport
from schemas.wire import utc_now

MEBIBYTE = 1024 * 1024
FRAME_OVERHEAD = 65536
WORDS = re.compile(r"\w+")
VALIDATE_SECONDS = 10.0
VALIDATE_MEMORY_BYTES = 256 * MEBIBYTE
REPLY_SECONDS = 0.005
"""A child that has had its last word is killed after the reply left: its exit may take the server's core."""
AT_REST = frozenset([Outcome.COMPLETED, Outcome.RAISED])
"""Ends after which a child could do another job."""

OnEvent = Callable[[ExecutionEvent], None]


@dataclass
class Surroundings:
    """What every execution needs of the server."""

    broker: Broker
    policy: Policy
    scripts: ScriptCache[CompiledScript] = field(default_factory=ScriptCache)
    closings: set[asyncio.Task[ChildEnd]] = field(default_factory=set)

    def close_later(
        self, child: ChildProcess, baseline_bytes: int = 0, after_seconds: float = 0
    ) -> asyncio.Task[ChildEnd]:
        """Kill and reap `child` in a task that the server waits for when it stops."""

        async def close() -> ChildEnd:
            if after_seconds:
                await asyncio.sleep(after_seconds)
            return await child.close(baseline_bytes)

        closing = asyncio.create_task(close())
        self.closings.add(closing)
        closing.add_done_callback(self.closings.discard)
        return closing


@dataclass
class Run:
    """One execution under way; `cancel` may be called from elsewhere."""

    request: ExecuteRequest
    limits: RunLimits
    around: Surroundings
    on_event: OnEvent | None = None
    printed: list[str] = field(default_factory=list)
    printed_characters: int = 0
    steps: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    is_cancelled: bool = False
    has_begun: bool = False
    compiled: CompiledScript | None = None
    """Must be given for a child that ran the script before: what it says of its code is not believed then."""
    is_followed: bool = False
    """Whether the child is to do the same script once more after this."""
    leaves_child: bool = False
    """Whether it can: known after `execute`, which otherwise has ended it."""
    launcher: Launcher = field(init=False)

    def __post_init__(self) -> None:
        tape = self.request.tape
        self.clock: datetime = tape.clock if tape else utc_now()
        self.seed = tape.seed if tape else DEFAULT_SEED
        self.started = time.perf_counter()
        self._deadline: asyncio.Timeout | None = None
        self._used: Resources | None = None
        self._begun_tape: dict[str, Any] | None = None
        self._taped = TapedCalls(tape) if tape else None
        self.relay = Relay(
            self.around.broker,
            self.around.policy.limits,
            self._taped,
            self.notify if self.on_event else None,
            self.request.off_tape,
        )

    def notify(self, kind: str, **facts: Any) -> None:
        """Tell whoever follows this execution."""
        if self.on_event is not None:
            at_ms = (time.perf_counter() - self.started) * 1000
            event = {"type": kind, "execution_id": self.request.execution_id, "at_ms": at_ms, **facts}
            self.on_event(ExecutionEvent.model_validate(event))

    def cancel(self) -> None:
        """Stop it: the child is killed, the outcome is `cancelled`. Asking again changes nothing."""
        self.is_cancelled = True
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(0)

    async def execute(self, child: ChildProcess, launcher: Launcher) -> ExecutionReport:
        """Run the script in `child` of `launcher`, which ends with it unless `leaves_child`."""
        self.launcher = launcher
        verdict = closing = None
        try:
            verdict = None if self.is_cancelled else await self._follow(child)
            self.leaves_child = self.is_followed and self._is_at_rest(verdict)
        finally:
            self._deadline = None
            if not self.leaves_child:
                has_ended = verdict is not None and self._used is not None
                after = REPLY_SECONDS if has_ended and not self.is_cancelled else 0
                closing = self.around.close_later(child, self.launcher.baseline_bytes, after)
        if self.is_cancelled:
            verdict = report.cancelled()
        if verdict is None or self._used is None:
            assert closing is not None
            end = await asyncio.shield(closing)
            verdict = verdict or self._read_end(end)
            self._used = Resources(cpu_seconds=end.cpu_seconds, peak_memory_bytes=end.peak_memory_bytes)
        made = self._report(verdict, self._used)
        self.notify("finished", report=made)
        return made

    def _is_at_rest(self, verdict: Verdict | None) -> bool:
        """Whether the child had its last word and waits."""
        has_ended = verdict is not None and verdict.outcome in AT_REST
        return has_ended and self._used is not None and not self.is_cancelled

    async def _follow(self, child: ChildProcess) -> Verdict | None:
        """The verdict, or None when the child hung up without a last frame, or was cancelled."""
        size_max = self.around.policy.limits.result_bytes_max + FRAME_OVERHEAD
        try:
            async with asyncio.timeout(self.limits.timeout_seconds) as self._deadline:
                self._send_job(child)
                while True:
                    frame = await read_frame(child.channel, size_max)
                    if frame is None:
                        return None
                    verdict = await self._handle(frame, child)
                    if verdict is not None:
                        return verdict
        except TimeoutError:
            return report.timed_out(self.limits, self.steps)
        except FrameTooLarge:
            return report.flooded("result")
        except TooManyCalls as error:
            return report.too_many_calls(str(error))
        except Divergence as error:
            return report.diverged(error)
        except BrokenFrame as error:
            return report.crashed(f"the script broke its channel: {error}")

    def _send_job(self, child: ChildProcess) -> None:
        known = self.compiled = self.compiled or self.around.scripts.find(self.request.script)
        job = {
            "type": "execute",
            "script": self.request.script,
            "compiled": known.as_json if known else None,
            "parameters": self.request.parameters,
            "memory_bytes": self.limits.max_memory_mb * MEBIBYTE,
            "cpu_seconds": math.ceil(self.limits.timeout_seconds) + 1,
            "tools": list(self._taped.tools) if self._taped else self.around.broker.tool_names(),
            "clock": self.clock,
            "seed": self.seed,
            "is_followed": self.is_followed,
        }
        child.channel.send(encode_frame(job))
        self._begun_tape = self._begin_tape()  # now, while the child works
        if known is not None:  # the child has nothing to tell of it
            self._begin({**default_values(known.parameters), **self.request.parameters})

    def _begin(self, parameters: dict[str, Any]) -> None:
        self.has_begun = True
        self.parameters = parameters
        self.notify("started")

    async def _handle(self, frame: Any, child: ChildProcess) -> Verdict | None:
        """Act on one frame; a verdict ends the run."""
        match frame:
            case frames.Compiled() if not self.has_begun:
                self.compiled = CompiledScript(frame.code, frame.parameters)
                self.around.scripts.keep(self.request.script, self.compiled)
            case frames.Begun() if not self.has_begun:
                self._begin(frame.parameters)
            case frames.Calls():
                child.channel.send(await self.relay.answer(frame.calls))
                await child.channel.drain()
            case frames.Step() | frames.Printed():
                return self._note_text(frame)
            case _:
                return self._conclude(frame)
        return None

    def _note_text(self, frame: frames.Step | frames.Printed) -> Verdict | None:
        limits = self.around.policy.limits
        if isinstance(frame, frames.Step):
            self.steps.append(frame.text)
            self.notify("step", text=frame.text)
            return report.flooded("printed") if len(self.steps) > limits.steps_max else None
        self.printed.append(frame.text)
        self.printed_characters += max(len(frame.text), 1)  # no end of empty texts either
        self.notify("printed", text=frame.text)
        return report.flooded("printed") if self.printed_characters > limits.printed_characters_max else None

    def _conclude(self, frame: Any) -> Verdict:
        if isinstance(frame, frames.Last):
            # The child counted itself: its exit, which costs a millisecond, is not waited for.
            self._used = frame.used
        if isinstance(frame, frames.BadParameters):
            self.parameters = {}
        return report.read_last_frame(frame, self.limits)

    def _read_end(self, end: ChildEnd) -> Verdict:
        if end.signal == signal.SIGKILL and self.launcher.had_oom_kill():
            return report.out_of_memory(self.limits)
        return report.ended_silently(end, self.limits, self.steps)

    def _report(self, verdict: Verdict, resources: Resources) -> ExecutionReport:
        calls = self.relay.shown()
        label = make_label(calls)
        sources = dict.fromkeys(str(call.metadata["source"]) for call in calls if "source" in call.metadata)
        metadata = ExecutionMetadata(
            data_sources=list(sources),
            mcp_calls_made=list(dict.fromkeys(call.tool for call in calls)),
            cache_hit=any(call.cache_hit for call in calls),
            tool_calls=calls,
            printed="".join(self.printed),
            steps=self.steps,
            warnings=[*verdict.warnings, *(label.warnings if label else []), *find_stale(calls)],
            label=label,
            parameters=self.parameters,
            resources=resources,
        )
        return ExecutionReport(
            success=verdict.outcome is Outcome.COMPLETED,
            execution_id=self.request.execution_id,
            outcome=verdict.outcome,
            execution_time_ms=(time.perf_counter() - self.started) * 1000,
            result=verdict.result,
            error=verdict.error,
            findings=verdict.findings,
            recovery_suggestions=verdict.suggestions,
            metadata=metadata,
            tape=self._finish_tape(),
        )

    def _begin_tape(self) -> dict[str, Any]:
        """What a tape holds that is known before the script ends."""
        return {
            "execution_id": self.request.execution_id,
            "script": self.request.script,
            "script_sha256": hashlib.sha256(self.request.script.encode()).hexdigest(),
            "policy_version": self.around.policy.version,
            "catalogue_digest": self.around.broker.digest(),
            "packages": self.launcher.packages,
            "clock": self.clock,
            "seed": self.seed,
        }

    def _finish_tape(self) -> Tape:
        return Tape(
            **(self._begun_tape or self._begin_tape()),
            # Values that did not fit the script are what its replay must be refused for too.
            parameters=self.parameters or self.request.parameters,
            tools=self._name_tools(),
            calls=self.relay.recording() if self.request.keeps_responses else [],
        )

    def _name_tools(self) -> dict[str, TapedTool]:
        """The tools that the script called, and those that it only names: it may import them."""
        broker = self.around.broker
        words = set() if self._taped else set(WORDS.findall(self.request.script))
        named = {name: broker.describe(name) for name in broker.tool_names() if name in words}
        return named | self.relay.tools


def find_stale(calls: list[ToolCall]) -> list[str]:
    """A warning for each tool that answered from memory although its answer was no longer true."""
    ages: dict[str, float] = {}
    for call in calls:
        age = call.metadata.get("age_seconds")
        if call.metadata.get("cache") == STALE and isinstance(age, int | float):
            ages[call.tool] = max(ages.get(call.tool, 0.0), age)
    return [
        f"{tool} does not answer now: its data is from {age / 60:.0f} minutes ago"
        for tool, age in ages.items()
    ]


async def check_script(script: str, child: ChildProcess, around: Surroundings) -> ValidationReport | None:
    """The analyser's report, made in `child`; None when the text was too much for it."""
    job = {
        "type": "validate",
        "script": script,
        "memory_bytes": VALIDATE_MEMORY_BYTES,
        "cpu_seconds": math.ceil(VALIDATE_SECONDS),
        "is_followed": False,
    }
    try:
        async with asyncio.timeout(VALIDATE_SECONDS):
            child.channel.send(encode_frame(job))
            frame = await read_frame(child.channel, around.policy.limits.result_bytes_max)
            return frame.report if isinstance(frame, frames.Report) else None
    except (TimeoutError, BrokenFrame, FrameTooLarge):
        return None
    finally:
        around.close_later(child)
