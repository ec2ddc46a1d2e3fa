"""One child: it takes a job from its channel, runs one script, reports, and waits for its end.

Frames it sends: `report` (of the check), `compiled`, `begun`, `step`, `calls`, `printed`, and as the last
one of `refused`, `bad_parameters`, `flood`, `raised`, `out_of_memory`, `finished`. The server believes
none of them further than it can check.
"""

import gc
import linecache
import marshal
import os
import resource
import sys
import traceback
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from types import CodeType, ModuleType
from typing import Any

import orjson

from executor.jail.channel import Channel, Silence
from executor.jail.client import ClientModule, ToolClient, ToolError
from executor.jail.clock import FixedClock, FixedRandomness
from executor.jail.guards import Guards, script_builtins
from executor.jail.layers import resource_limits
from executor.jail.values import Converter, NotJson, TooManyValues
from executor.jail.warm_up import warm_up_job
from sandbox_policies.analyser import analyse
from sandbox_policies.compiler import SCRIPT_FILE, Compiled, compile_script
from sandbox_policies.policy import Policy
from schemas.execution import DEFAULT_SEED
from schemas.parameter_check import find_problems
from schemas.signature import EMPTY, JsonSchema, default_values, to_python

MESSAGE_CHARACTERS_MAX = 2000


class Printer:
    """`print` for a script: kept up to a bound, counted beyond it."""

    def __init__(self, channel: Silence, policy: Policy, flood: Callable[[], None]) -> None:
        self._channel = channel
        self._flood = flood
        self._limits = policy.limits
        self._kept = 0
        self._total = 0

    def __call__(
        self,
        *values: Any,
        sep: str | None = " ",
        end: str | None = "\n",
        file: Any = None,  # noqa: ARG002  accepted as by the real print: there is only one place to print to
        flush: bool = False,  # noqa: ARG002
    ) -> None:
        text = (" " if sep is None else sep).join(map(str, values)) + ("\n" if end is None else end)
        self._total += len(text)
        if self._total > self._limits.printed_total_max:
            self._flood()
        kept = text[: self._limits.printed_characters_max - self._kept]
        if kept:
            self._kept += len(kept)
            self._channel.send({"type": "printed", "text": kept.encode("utf-8", "replace").decode("utf-8")})


class Child:
    """What one forked process does; built in the zygote, used once in the child."""

    def __init__(self, policy: Policy, watched: frozenset[str], baseline_bytes: int) -> None:
        self.policy = policy
        self.guards = Guards(policy, watched)
        self.baseline_bytes = baseline_bytes
        self.clock = FixedClock()
        self.randomness = FixedRandomness()
        self.randomness.set(DEFAULT_SEED)
        self.started = resource.getrusage(resource.RUSAGE_SELF)

    def serve(self, channel: Channel) -> None:
        """Take the one job and do it, for which all is prepared; rehearse before it as often as asked.

        A job that is one of several is the same script on other data: the next one follows it here. After
        the last one the server ends this process.
        """
        while (job := channel.receive())["type"] == "rehearse":
            self.rehearse()
            self.prepare(channel)
            channel.send({"type": "ready"})
        resource_limits.apply_for_run(self.baseline_bytes, job["memory_bytes"], job["cpu_seconds"])
        self.work(channel, job)
        while job["is_followed"]:
            self.randomness.set(DEFAULT_SEED)
            self.prepare(channel)
            job = channel.receive()
            self.work(channel, job)
        # To exit takes a millisecond of the core on which the server may be waking up to read the answer.
        channel.receive()

    def work(self, channel: Silence, job: dict[str, Any]) -> None:
        """Do one job."""
        self.started = resource.getrusage(resource.RUSAGE_SELF)
        try:
            if job["type"] == "validate":
                report = analyse(job["script"], self.policy)
                channel.send({"type": "report", "report": report.model_dump(mode="json")})
            else:
                self.run(channel, job)
        except MemoryError:
            gc.collect()
            self.end(channel, {"type": "out_of_memory"})

    def rehearse(self) -> None:
        """Do an ordinary job for nobody, new and known: what it touches is then this child's own."""
        new = warm_up_job()
        compiled = self.compile(new["script"])
        code = b64encode(marshal.dumps(compiled.code)).decode()
        known = {"code": code, "parameters": compiled.parameters}
        for job in (new, {**new, "compiled": known}):
            self.prepare(Silence())
            self.work(Silence(), orjson.loads(orjson.dumps(job)))
        self.randomness.set(DEFAULT_SEED)

    def run(self, channel: Silence, job: dict[str, Any]) -> None:
        """Check, bind the parameters, execute, convert, report."""
        code, schema, introduction = self.obtain_code(job)
        if code is None:
            self.end(channel, introduction)
            return
        values = {**default_values(schema), **job["parameters"]}
        problems = find_problems(schema, values) if values else []
        if problems:
            self.end(channel, {"type": "bad_parameters", "problems": problems})
            return
        if introduction:
            channel.send(introduction, {"type": "begun", "parameters": values})
        self.clock.set(datetime.fromisoformat(job["clock"]))
        if job["seed"] != DEFAULT_SEED:
            self.randomness.set(job["seed"])
        typed = {name: to_python(schema["properties"][name], value) for name, value in values.items()}
        self.execute(channel, job, code, typed)

    def compile(self, source: str) -> Compiled:
        """Code that may run, or why none may: the first half of the inner wall."""
        return compile_script(source, self.policy, self.guards.watched)

    def builtins(self, show: Printer) -> dict[str, Any]:
        """What the script finds as builtins: the other half."""
        return script_builtins(self.guards, show)

    def make_converter(self) -> Converter:
        """For one result, or the arguments of one tool call."""
        limits = self.policy.limits
        return Converter(limits.result_depth_max, limits.result_values_max, limits.result_bytes_max)

    def obtain_code(self, job: dict[str, Any]) -> tuple[CodeType | None, JsonSchema, dict[str, Any]]:
        """The script's code and parameters, and what to tell the server of them.

        Nothing is told of code that an earlier child made; code that is missing was refused.
        """
        known = job["compiled"]
        if known is not None:
            return marshal.loads(b64decode(known["code"])), known["parameters"], {}  # noqa: S302  from the server
        compiled = self.compile(job["script"])
        if compiled.code is None:
            findings = [finding.model_dump() for finding in compiled.findings]
            return None, EMPTY, {"type": "refused", "findings": findings}
        dumped = marshal.dumps(compiled.code)
        code = b64encode(dumped).decode()
        introduction = {"type": "compiled", "code": code, "parameters": compiled.parameters}
        # Loaded as later children load it: on its way a constant set may change its order.
        return marshal.loads(dumped), compiled.parameters, introduction  # noqa: S302  from right here

    def prepare(self, channel: Silence) -> None:
        """Lay out all that a script finds, before there is one."""
        self.converter = self.make_converter()
        self.client = ToolClient(channel, lambda value: self.make_converter().convert(value))
        self.main = ModuleType("__main__")
        vars(self.main).update(
            __builtins__=self.builtins(Printer(channel, self.policy, lambda: self.flood(channel))),
            _getattr_=self.guards.read_attribute,
            mcp_client=ClientModule(self.client),
        )
        sys.modules.update(mcp_client=self.main.mcp_client, __main__=self.main)

    def execute(self, channel: Silence, job: dict[str, Any], code: Any, values: dict[str, Any]) -> None:
        """Run the code; whatever it does becomes exactly one last frame."""
        script, main, converter = job["script"], self.main, self.converter
        self.client.tools = job["tools"]
        linecache.cache[SCRIPT_FILE] = (len(script), None, script.splitlines(keepends=True), SCRIPT_FILE)
        try:
            exec(code, main.__dict__)  # noqa: S102  this is what the jail is for
            if callable(main.__dict__.get("analyze")):
                answer = main.__dict__["analyze"](**values)
            else:
                answer = main.__dict__.get("result")
            body = orjson.dumps(converter.convert(answer))
        except MemoryError:
            main.__dict__.clear()
            raise
        except TooManyValues:
            self.end(channel, {"type": "flood", "what": "result"})
        except NotJson as error:
            self.end(
                channel,
                {"type": "raised", "exception": "NotJson", "message": str(error), "line": None, "source": ""},
            )
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are the script's fate too
            self.end(channel, describe_exception(error))
        else:
            self.finish(channel, body, converter.warnings)

    def finish(self, channel: Silence, body: bytes, warnings: list[str]) -> None:
        """Send the result, unless it is too large to be one."""
        if len(body) > self.policy.limits.result_bytes_max:
            self.end(channel, {"type": "flood", "what": "result"})
            return
        head = orjson.dumps({"type": "finished", "warnings": warnings, "used": self.used()})
        channel.send_bytes(head[:-1] + b',"result":' + body + b"}")

    def flood(self, channel: Silence) -> None:
        """End at once, whatever the script would catch: it printed too much."""
        self.end(channel, {"type": "flood", "what": "printed"})
        os._exit(0)

    def end(self, channel: Silence, frame: dict[str, Any]) -> None:
        """Send a last frame, with what the job used."""
        channel.send({**frame, "used": self.used()})

    def used(self) -> dict[str, float]:
        """Processor time and growth of memory since the job came."""
        now, then = resource.getrusage(resource.RUSAGE_SELF), self.started
        cpu_seconds = now.ru_utime + now.ru_stime - then.ru_utime - then.ru_stime
        return {"cpu_seconds": cpu_seconds, "peak_memory_bytes": (now.ru_maxrss - then.ru_maxrss) * 1024}


def describe_exception(error: BaseException) -> dict[str, Any]:
    """The frame for a script that raised: the type, the message, and the script's own last line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == SCRIPT_FILE]
    last = frames[-1] if frames else None
    try:
        message = str(error)
    except BaseException:  # noqa: BLE001  a script's __str__ may do anything
        message = "(the exception has no text)"
    frame: dict[str, Any] = {
        "type": "raised",
        "exception": type(error).__name__,
        "message": message[:MESSAGE_CHARACTERS_MAX].encode("utf-8", "replace").decode("utf-8"),
        "line": last.lineno if last else None,
        "source": (last.line or "")[:200] if last else "",
    }
    if isinstance(error, ToolError):
        frame["tool_error"] = {"tool": error.tool, "code": error.code, "details": error.details}
    return frame
