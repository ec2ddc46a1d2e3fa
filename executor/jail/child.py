"""One child: it takes one job from its channel, runs one script, reports, and ends.

Frames it sends: `report` (of the check), `refused`, `step`, `calls`, `printed`, `flood`, `raised`,
`out_of_memory`, `finished`. The server believes none of them further than it can check.
"""

import gc
import linecache
import os
import sys
import traceback
from datetime import datetime
from typing import Any

import jsonschema_rs
import orjson

from executor.jail import client as client_module
from executor.jail.channel import Channel
from executor.jail.clock import fix_clock, fix_randomness
from executor.jail.guards import Guards, script_builtins
from executor.jail.layers import resource_limits
from executor.jail.values import Converter, NotJson, TooManyValues
from sandbox_policies.analyser import SCRIPT_FILE, compile_script
from sandbox_policies.policy import Policy
from schemas.signature import default_values, to_python

MESSAGE_CHARACTERS_MAX = 2000
MEBIBYTE = 1024 * 1024


class Printer:
    """`print` for a script: kept up to a bound, counted beyond it."""

    def __init__(self, channel: Channel, policy: Policy) -> None:
        self._channel = channel
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
            self._channel.send({"type": "flood", "what": "printed"})
            os._exit(0)
        room = self._limits.printed_characters_max - self._kept
        if room > 0:
            kept = text[:room]
            self._kept += len(kept)
            self._channel.send({"type": "printed", "text": kept.encode("utf-8", "replace").decode("utf-8")})


class Child:
    """What one forked process does; built in the zygote, used once in the child."""

    def __init__(self, policy: Policy, watched: frozenset[str], baseline_bytes: int) -> None:
        self.policy = policy
        self.guards = Guards(policy, watched)
        self.baseline_bytes = baseline_bytes

    def serve(self, channel: Channel) -> None:
        """Take the one job and do it."""
        job = channel.receive()
        resource_limits.apply_for_run(self.baseline_bytes, job["memory_bytes"], job["cpu_seconds"])
        try:
            if job["type"] == "validate":
                report = compile_script(job["script"], self.policy, self.guards.watched).report
                channel.send({"type": "report", "report": report.model_dump(mode="json")})
            else:
                self.run(channel, job)
        except MemoryError:
            gc.collect()
            channel.send({"type": "out_of_memory"})

    def run(self, channel: Channel, job: dict[str, Any]) -> None:
        """Check, bind the parameters, execute, convert, report."""
        analysed = compile_script(job["script"], self.policy, self.guards.watched)
        if analysed.code is None:
            channel.send({"type": "refused", "report": analysed.report.model_dump(mode="json")})
            return
        schema = analysed.report.parameters
        values = {**default_values(schema), **job["parameters"]}
        problems = [
            {"field": ".".join(map(str, problem.instance_path)) or "parameters", "message": problem.message}
            for problem in jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(values)
        ]
        if problems:
            channel.send({"type": "bad_parameters", "problems": problems})
            return
        channel.send({"type": "begun", "parameters": values})
        fix_clock(datetime.fromisoformat(job["clock"]))
        fix_randomness(job["seed"])
        self.execute(
            channel,
            job,
            analysed.code,
            {name: to_python(schema["properties"][name], value) for name, value in values.items()},
        )

    def execute(self, channel: Channel, job: dict[str, Any], code: Any, values: dict[str, Any]) -> None:
        """Run the code; whatever it does becomes exactly one last frame."""
        limits = self.policy.limits
        converter = Converter(limits.result_depth_max, limits.result_values_max)
        client = client_module.ToolClient(
            channel, lambda value: Converter(limits.result_depth_max, limits.result_values_max).convert(value)
        )
        module = client_module.build_client_module(client, job["tools"])
        sys.modules["mcp_client"] = module
        linecache.cache[SCRIPT_FILE] = (
            len(job["script"]),
            None,
            job["script"].splitlines(keepends=True),
            SCRIPT_FILE,
        )
        namespace: dict[str, Any] = {
            "__builtins__": script_builtins(self.guards, Printer(channel, self.policy)),
            "__name__": "__main__",
            "_getattr_": self.guards.read_attribute,
            "mcp_client": module,
        }
        main = type(sys)("__main__")
        main.__dict__.update(namespace)
        sys.modules["__main__"] = main
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
            channel.send({"type": "flood", "what": "result"})
        except NotJson as error:
            channel.send(
                {"type": "raised", "exception": "NotJson", "message": str(error), "line": None, "source": ""}
            )
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are the script's fate too
            channel.send(describe_exception(error))
        else:
            self.finish(channel, body, converter.warnings)

    def finish(self, channel: Channel, body: bytes, warnings: list[str]) -> None:
        """Send the result, unless it is too large to be one."""
        if len(body) > self.policy.limits.result_bytes_max:
            channel.send({"type": "flood", "what": "result"})
            return
        channel.send_bytes(
            b'{"type":"finished","warnings":' + orjson.dumps(warnings) + b',"result":' + body + b"}"
        )


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
    if isinstance(error, client_module.ToolError):
        frame["tool_error"] = {"tool": error.tool, "code": error.code, "details": error.details}
    return frame
