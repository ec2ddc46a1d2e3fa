"""The texts of the prompt's templates as they were, so that a developer sees what a change changed."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from api_server.prompt_templates import Templates

log = structlog.get_logger()

VERSIONS_KEPT = 20
CONTEXT_LINES = 3


@dataclass(frozen=True)
class ChangedLine:
    """One line of a difference; `place` says where in which file the following ones are."""

    kind: Literal["place", "same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """What became of the version before this one."""

    previous: str
    lines: list[ChangedLine]


class PromptVersions:
    """A folder with one file for each version of the templates that ran here."""

    def __init__(self, folder: Path, templates: Templates) -> None:
        self._folder = folder
        self._version = templates.version
        self._text = "".join(_write(templates, name) for name in templates.names)

    def keep(self) -> None:
        """Write this version down. A folder that cannot be written to costs the next difference only."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{self._version}.txt"
            if file.exists():
                file.touch()  # it is the latest again
            else:
                file.write_text(self._text, "utf-8")
            for old in self._latest_first()[VERSIONS_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("prompt_version_not_kept", reason=type(error).__name__)

    def change(self) -> Change | None:
        """How this version differs from the one that ran before it; None when none is known."""
        before = [file for file in self._latest_first() if file.stem != self._version]
        if not before:
            return None
        old = before[0].read_text("utf-8").splitlines()
        compared = difflib.unified_diff(old, self._text.splitlines(), lineterm="", n=CONTEXT_LINES)
        return Change(before[0].stem, [_read_line(line) for line in list(compared)[2:]])

    def _latest_first(self) -> list[Path]:
        return sorted(self._folder.glob("*.txt"), key=lambda file: file.stat().st_mtime_ns, reverse=True)


def _write(templates: Templates, name: str) -> str:
    """A file under its name on every line: a difference then says where it is."""
    return "".join(f"{name}: {line}\n" for line in templates.source(name).splitlines())


def _read_line(line: str) -> ChangedLine:
    match line[:1]:
        case "+":
            return ChangedLine("added", line[1:])
        case "-":
            return ChangedLine("removed", line[1:])
        case "@":
            return ChangedLine("place", line)
    return ChangedLine("same", line[1:])
