"""A script held against the types of the tools, by pyrefly in a process of its own under limits.

What it finds is material for a repair, never a wall. What it says of anything but tools, their arguments
and their results is left out, since a script that is dynamic in between may well be right.
"""

import asyncio
import contextlib
import difflib
import json
import os
import shutil
import signal
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from api_server.script_places import Argument, ScriptPlaces, read_places
from api_server.signatures import render_module, render_stub
from schemas.names import MODULE_NAMES, parameter_names
from schemas.tools import Tool, ToolCatalogue
from schemas.validation import Finding

log = structlog.get_logger()

SECONDS_MAX = 5.0
CPU_SECONDS_MAX = 5
MEMORY_BYTES_MAX = 2 * 1024**3
SCRIPT_CHARACTERS_MAX = 50_000
"""What a parser can make of more than that is too much for this process."""
OUTPUT_NAME = "output.json"
OUTPUT_BYTES_MAX = 1024**2
FINDINGS_MAX = 20
LIMITED = (
    f"ulimit -t {CPU_SECONDS_MAX} && ulimit -d {MEMORY_BYTES_MAX // 1024} "
    f'&& ulimit -f {OUTPUT_BYTES_MAX // 512} && exec "$0" "$@"'
)
"""The checker reads text that a model wrote, so it starts under limits. POSIX counts files in 512 bytes."""
METHODS = frozenset(name for kind in (str, list, dict, float) for name in dir(kind))
"""What may rightly follow a value that a type checker thinks could also be None."""
CONFIGURATION = """
search-path = ["."]
site-package-path = []
skip-interpreter-query = true
python-version = "3.11"
replace-imports-with-any = ["pandas.*", "numpy.*", "scipy.*"]
use-ignore-files = false
"""


@dataclass(frozen=True)
class TypeReport:
    """What was found. When the script was not `checked`, `reason` says why, and nothing was found."""

    findings: tuple[Finding, ...]
    checked: bool
    reason: str = ""


@dataclass(frozen=True)
class Said:
    """One message of the type checker; lines and columns count from 1, the end is exclusive."""

    kind: str
    message: str
    line: int
    column: int
    stop_line: int
    stop_column: int


class TypeChecker:
    """Checks scripts against one catalogue after another; its module is written once for each."""

    def __init__(self, program: Path | None = None, seconds_max: float = SECONDS_MAX) -> None:
        self._program = program or Path(sysconfig.get_path("scripts")) / "pyrefly"
        self._seconds_max = seconds_max
        self._module = ("", "")

    async def check(self, script: str, catalogue: ToolCatalogue) -> TypeReport:
        """What the types of the tools say against `script`. A script that cannot be parsed is not checked."""
        if len(script) > SCRIPT_CHARACTERS_MAX:
            return TypeReport((), checked=False, reason="the script is too long")
        places = await asyncio.to_thread(read_places, script)
        if places is None:
            return TypeReport((), checked=False, reason="the script cannot be parsed")
        if not self._program.exists():
            return TypeReport((), checked=False, reason="the type checker is not installed")
        try:
            said = await self._run(script, self._module_of(catalogue))
        except (OSError, ValueError, KeyError, TypeError, TimeoutError) as error:
            reason = f"the type checker gave no answer ({type(error).__name__})"
            log.warning("types_not_checked", reason=reason, detail=str(error)[:300])
            return TypeReport((), checked=False, reason=reason)
        return TypeReport(tuple(_select(said, places, catalogue)[:FINDINGS_MAX]), checked=True)

    def _module_of(self, catalogue: ToolCatalogue) -> str:
        if self._module[0] != catalogue.digest or not self._module[1]:
            self._module = (catalogue.digest, render_module(catalogue.tools))
        return self._module[1]

    async def _run(self, script: str, module: str) -> list[Said]:
        folder = await asyncio.to_thread(_write_folder, script, module)
        try:
            await self._ask(folder)
            return await asyncio.to_thread(_read_output, folder)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)

    async def _ask(self, folder: Path) -> None:
        # Into a file: Python 3.11 waits for ever on a process whose pipe is full and not read to its end.
        with (folder / OUTPUT_NAME).open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", LIMITED, str(self._program)),
                *("check", "--config", "pyrefly.toml", "--output-format", "json", "--summary", "none"),
                *("--progress-bar", "no", "--threads", "1", "script.py"),
                cwd=folder,
                env={"PATH": "", "HOME": str(folder)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(self._seconds_max):
                await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def check_types(script: str, catalogue: ToolCatalogue) -> TypeReport:
    """One check by itself; whoever checks often keeps a `TypeChecker`."""
    return await TypeChecker().check(script, catalogue)


def _read_output(folder: Path) -> list[Said]:
    """What the checker wrote. Raises `ValueError` when it is too long or no JSON."""
    path = folder / OUTPUT_NAME
    if path.stat().st_size >= OUTPUT_BYTES_MAX:
        raise ValueError(f"{OUTPUT_BYTES_MAX} bytes of output or more")
    return [_read_said(each) for each in json.loads(path.read_bytes())["errors"]]


def _write_folder(script: str, module: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="qna_types_"))
    (folder / "pyrefly.toml").write_text(CONFIGURATION, "utf-8")
    (folder / "mcp_client.pyi").write_text(module, "utf-8")
    (folder / "script.py").write_text(script, "utf-8")
    return folder


def _read_said(each: Mapping[str, Any]) -> Said:
    return Said(
        kind=each["name"],
        message=" ".join(str(each["description"]).split()),
        line=each["line"],
        column=each["column"],
        stop_line=each["stop_line"],
        stop_column=each["stop_column"],
    )


Selector = Callable[[Said, ScriptPlaces, ToolCatalogue], Finding | None]


def _select(said: Sequence[Said], places: ScriptPlaces, catalogue: ToolCatalogue) -> list[Finding]:
    """The findings that are about tools and certain enough, in the order of the text."""
    found = []
    for each in said:
        select = SELECTORS.get(each.kind)
        finding = select(each, places, catalogue) if select else None
        if finding is not None:
            found.append(finding)
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _about_argument(said: Said, places: ScriptPlaces, catalogue: ToolCatalogue) -> Finding | None:
    call = places.call_at(said.line, said.column)
    if call is None or places.is_spread_at(said.line, said.column):
        return None
    tool = next((tool for tool in catalogue.tools if tool.name == call.tool), None)
    if tool is None:
        return None
    named = call.argument_at(said.line, said.column)
    is_open = said.kind == "bad-argument-type" and named is not None and not named.has_literal
    if is_open and named is not None and _is_choice(_schema_of(tool, named)):
        return None  # a text that only the run will know may well be one of the choices
    signature = next(line for line in render_stub(tool).splitlines() if line.startswith("def "))
    return _finding("TOOL_ARGUMENT", said, f"Its signature: {signature}")


def _about_result(said: Said, places: ScriptPlaces, _catalogue: ToolCatalogue) -> Finding | None:
    if not places.is_text_at(said.line, said.column):
        return None  # only the run will know the key
    return _finding("RESULT_FIELD", said, "Use a field that the type of the tool's result has.")


def _about_attribute(said: Said, places: ScriptPlaces, catalogue: ToolCatalogue) -> Finding | None:
    """Of all attributes only those of the module, and fields that were written like attributes."""
    attribute = places.attribute_at(said.line, said.column)
    if attribute is None:
        return None
    if attribute.is_of_module:
        return _unknown_tool(said, attribute.name, catalogue)
    if attribute.name in _field_names(catalogue) - METHODS:
        return _finding("RESULT_FIELD", said, f'Results are dictionaries: write ["{attribute.name}"].')
    return None


def _about_import(said: Said, places: ScriptPlaces, catalogue: ToolCatalogue) -> Finding | None:
    name = places.imported_at(said.line, said.column)
    return _unknown_tool(said, name, catalogue) if name else None


def _about_name(said: Said, places: ScriptPlaces, _catalogue: ToolCatalogue) -> Finding | None:
    if places.name_at(said.line, said.column) == "mcp_client":
        return None  # the jail has it as a global too
    return _finding("UNKNOWN_NAME", said, "Define it, import it, or correct its spelling.")


SELECTORS: Mapping[str, Selector] = {
    "bad-argument-type": _about_argument,
    "bad-argument-count": _about_argument,
    "missing-argument": _about_argument,
    "unexpected-keyword": _about_argument,
    "unexpected-positional-argument": _about_argument,
    "bad-keyword-argument": _about_argument,
    "bad-typed-dict-key": _about_result,
    "missing-attribute": _about_attribute,
    "missing-module-attribute": _about_import,
    "unknown-name": _about_name,
}


def _finding(code: str, said: Said, hint: str) -> Finding:
    return Finding(code=code, message=said.message, line=said.line, column=said.column, hint=hint)


def _unknown_tool(said: Said, name: str, catalogue: ToolCatalogue) -> Finding:
    known = [*(tool.name for tool in catalogue.tools), *MODULE_NAMES]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Write {near[0]}." if near else "Use only tools that are listed."
    finding = _finding("UNKNOWN_TOOL", said, hint)
    return finding.model_copy(update={"message": f"there is no tool {name!r}"})


def _schema_of(tool: Tool, argument: Argument) -> Any:
    own_names = parameter_names(tool.input_schema)
    if isinstance(argument.name, int):
        name = [*own_names, *[""] * (argument.name + 1)][argument.name]
    else:
        name = next((own for own, python in own_names.items() if python == argument.name), argument.name)
    return tool.input_schema.get("properties", {}).get(name)


def _is_choice(schema: Any) -> bool:
    """Whether a schema is a closed set of texts, or that or nothing."""
    if not isinstance(schema, dict):
        return False
    return "enum" in schema or any(_is_choice(part) for part in schema.get("anyOf") or ())


def _field_names(catalogue: ToolCatalogue) -> set[str]:
    """Every field of every result."""
    found: set[str] = set()
    waiting: list[Any] = [tool.output_schema for tool in catalogue.tools]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            properties = part.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return found
