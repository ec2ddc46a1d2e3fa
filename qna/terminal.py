"""What the commands print with: answers on stdout, progress on stderr, colours only on a terminal."""

import json
import unicodedata
from typing import Any, Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

OBEYED_BY_TERMINALS = {"Cc", "Cf", "Cs"}
"""Unicode categories: control, formatting (direction overrides too), lone surrogates."""


def plain(text: str) -> str:
    """`text` without what a terminal would obey instead of show; newlines and tabs stay."""
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in OBEYED_BY_TERMINALS
    )


def open_console(*, on_stderr: bool = False) -> Console:
    """A console that shows text as it is: `[brackets]` and `:names:` mean nothing to it."""
    return Console(stderr=on_stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)


def print_json(console: Console, value: Any) -> None:
    """JSON in ASCII, so that no terminal obeys what a model or a vendor wrote."""
    console.print(json.dumps(value, indent=2), soft_wrap=True)


class Progress:
    """Says on stderr what is being done: a spinner on a terminal, a line per step elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._status: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, step: str) -> None:
        """Replace the step that is shown."""
        line = Text(plain(step), style="dim")
        if not self.console.is_terminal:
            self.console.print(line)
        elif self._status is None:
            self._status = self.console.status(line)
            self._status.start()
        else:
            self._status.update(line)

    def close(self) -> None:
        """Take the spinner away; what was printed elsewhere stays."""
        if self._status is not None:
            self._status.stop()
            self._status = None
