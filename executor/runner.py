"""One execution: a child gets its job, its frames are followed to the end, and a report comes out."""

import asyncio
import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from executor import frames, report
from executor.broker.broker import Broker
from executor.frames import BrokenFrame, FrameTooLarge, encode_frame, read_frame
from executor.jail.launcher import ChildEnd, ChildProcess
from executor.relay import Divergence, Relay, TooManyCalls
from executor.report import Verdict
from executor.script_cache import CompiledScript, ScriptCache
from sandbox_policies.policy import Policy
from schemas.execution import (
    ExecuteRequest,
    ExecutionEvent,
    ExecutionMetadata,
    ExecutionReport,
    Outcome,
    Resources,
    Tape,
    ToolCall,
)
from schemas.validation import ValidationReport
from schemas.wire import utc_now

MEBIBYTE = 1024 * 1024
FRAME_OVERHEAD = 65536
VALIDATE_SECONDS = 10.0
VALIDATE_MEMORY_BYTES = 256 * MEBIBYTE
OnEvent = Callable[[ExecutionEvent], None]


@dataclass(frozen=True)
class Surroundings:
    """What an execution needs of the server."""

    broker: Broker
    policy: Policy
    packages: dict[str, str]
    baseline_bytes: int
    closings: set[asyncio.Task[ChildEnd]]
    scripts: ScriptCache[CompiledScript]

    def close_later(self, child: ChildProcess) -> asyncio.Task[ChildEnd]:
        """Kill and reap `child` in a task that the server waits for when it stops."""
        closing = asyncio.create_task(child.close(self.baseline_bytes))
        self.closings.add(closing)
        closing.add_done_callback(self.closings.discard)
        return closing


@dataclass
class Run:
    """One execution under way; `cancel` may be called from elsewhere."""

    request: ExecuteRequest
    around: Surroundings
    on_event: OnEvent | None = None
    printed: list[str] = field(default_factory=list)
    printed_characters: int = 0
    steps: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    is_cancelled: bool = False
    has_begun: bool = False

    def __post_init__(self) -> None:
        tape = self.request.tape
        self.clock: datetime = tape.clock if tape else utc_now()
        self.seed: int = (
            tape.seed if tape else int(hashlib.sha256(self.request.execution_id.encode()).hexdigest()[:8], 16)
        )
        self.started = time.perf_counter()
        self._task: asyncio.Task[Any] | None = None
        limits = self.around.policy.limits
        self.relay = Relay(self.around.broker, limits, tape, self.notify)

    def notify(self, kind: str, **facts: Any) -> None:
        """Tell whoever follows this execution."""
        if self.on_event is not None:
            at_ms = (time.perf_counter() - self.started) * 1000
            event = {"type": kind, "execution_id": self.request.execution_id, "at_ms": at_ms, **facts}
            self.on_event(ExecutionEvent.model_validate(event))

    def cancel(self) -> None:
        """Stop it: the child is killed, the outcome is `cancelled`."""
        self.is_cancelled = True
        if self._task is not None:
            self._task.cancel()

    async def execute(self, child: ChildProcess) -> ExecutionReport:
        """Run the script in `child`, which ends with it whatever happens."""
        self._task = asyncio.create_task(self._follow(child))
        if self.is_cancelled:  # while it waited for its turn
            self._task.cancel()
        try:
            await asyncio.wait([self._task])
        finally:
            self._task.cancel()
            closing = self.around.close_later(child)
        verdict = report.cancelled() if self.is_cancelled else self._task.result()
        if verdict is None or verdict.used is None:
            end = await asyncio.shield(closing)
            verdict = verdict or report.ended_silently(end, self.request, self.steps)
            resources = Resources(cpu_seconds=end.cpu_seconds, peak_memory_bytes=end.peak_memory_bytes)
        else:
            # The child counted itself: its exit, which costs a millisecond, is not waited for.
            resources = verdict.used
        made = self._report(verdict, resources)
        self.notify("finished", report=made)
        return made

    async def _follow(self, child: ChildProcess) -> Verdict | None:
        """The verdict, or None when the child hung up without a last frame."""
        size_max = self.around.policy.limits.result_bytes_max + FRAME_OVERHEAD
        try:
            async with asyncio.timeout(self.request.timeout_seconds):
                await self._send_job(child)
                while True:
                    frame = await read_frame(child.reader, size_max)
                    if frame is None:
                        return None
                    verdict = await self._handle(frame, child)
                    if verdict is not None:
                        return verdict
        except TimeoutError:
            return report.timed_out(self.request, self.steps)
        except FrameTooLarge:
            return report.flooded("result")
        except TooManyCalls as error:
            return report.too_many_calls(str(error))
        except Divergence as error:
            return report.diverged(error)
        except BrokenFrame as error:
            return report.crashed(f"the script broke its channel: {error}")
        except ConnectionError:
            return None

    async def _send_job(self, child: ChildProcess) -> None:
        known = self.around.scripts.find(self.request.script)
        job = {
            "type": "execute",
            "script": self.request.script,
            "compiled": known.model_dump() if known else None,
            "parameters": self.request.parameters,
            "memory_bytes": self.request.max_memory_mb * MEBIBYTE,
            "cpu_seconds": math.ceil(self.request.timeout_seconds) + 1,
            "tools": self.around.broker.tool_names(),
            "clock": self.clock.isoformat(),
            "seed": self.seed,
        }
        child.writer.write(encode_frame(job))
        await child.writer.drain()

    async def _handle(self, frame: Any, child: ChildProcess) -> Verdict | None:
        """Act on one frame; a verdict ends the run."""
        match frame:
            case frames.Ready() if not self.has_begun:
                return None
            case frames.Compiled() if not self.has_begun:
                compiled = CompiledScript(code=frame.code, parameters=frame.parameters)
                self.around.scripts.keep(self.request.script, compiled)
            case frames.Begun() if not self.has_begun:
                self.has_begun = True
                self.parameters = frame.parameters
                self.notify("started")
            case frames.Calls():
                answers = await self.relay.answer([call.model_dump() for call in frame.calls])
                child.writer.write(b"".join(map(encode_frame, answers)))
                await child.writer.drain()
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
        verdict = report.read_last_frame(frame, self.request)
        used = Resources(**frame.used.model_dump()) if isinstance(frame, frames.Last) else None
        return verdict.model_copy(update={"used": used})

    def _report(self, verdict: Verdict, resources: Resources) -> ExecutionReport:
        calls = [ToolCall(**call.model_dump(exclude={"response", "size"})) for call in self.relay.calls]
        sources = dict.fromkeys(str(call.metadata["source"]) for call in calls if "source" in call.metadata)
        metadata = ExecutionMetadata(
            data_sources=list(sources),
            mcp_calls_made=list(dict.fromkeys(call.tool for call in calls)),
            cache_hit=any(call.cache_hit for call in calls),
            tool_calls=calls,
            printed="".join(self.printed),
            steps=self.steps,
            warnings=verdict.warnings,
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
            tape=self._tape(),
        )

    def _tape(self) -> Tape:
        return Tape(
            execution_id=self.request.execution_id,
            script=self.request.script,
            script_sha256=hashlib.sha256(self.request.script.encode()).hexdigest(),
            parameters=self.parameters,
            policy_version=self.around.policy.version,
            catalogue_digest=self.around.broker.digest(),
            packages=self.around.packages,
            clock=self.clock,
            seed=self.seed,
            calls=self.relay.calls,
        )


async def check_script(script: str, child: ChildProcess, around: Surroundings) -> ValidationReport | None:
    """The analyser's report, made in `child`; None when the text was too much for it."""
    job = {
        "type": "validate",
        "script": script,
        "memory_bytes": VALIDATE_MEMORY_BYTES,
        "cpu_seconds": math.ceil(VALIDATE_SECONDS),
    }
    try:
        async with asyncio.timeout(VALIDATE_SECONDS):
            child.writer.write(encode_frame(job))
            await child.writer.drain()
            while True:
                frame = await read_frame(child.reader, around.policy.limits.result_bytes_max)
                if isinstance(frame, frames.Report):
                    return frame.report
                if not isinstance(frame, frames.Ready):
                    return None
    except (TimeoutError, BrokenFrame, FrameTooLarge, ConnectionError):
        return None
    finally:
        around.close_later(child)
