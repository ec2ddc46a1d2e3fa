"""Finds the script inside an answer that is still growing, so that a person can watch it being written."""

import json
import re

from api_server.llm.parsing import mend_text

CODE_KEY = re.compile(r'"python_code"\s*:\s*"')
CODE_BLOCK = re.compile(r"^[ \t]*```(?:python|py)[ \t]*\n", re.MULTILINE | re.IGNORECASE)
WHOLE_PART = re.compile(
    r"""(?:[^"\\]+
        | \\["\\/bfnrt]
        | \\u(?![dD][89abAB])[0-9a-fA-F]{4}
        | \\u[dD][89abAB][0-9a-fA-F]{2}(?: \\u[0-9a-fA-F]{4} | (?=[^\\]|\\[^u]) )
    )*""",
    re.VERBOSE,
)
"""As much of a JSON string as can be decoded: no half escape, no half of a surrogate pair."""
KEPT_CHARACTERS = 64
"""Longer than anything that shows where a script begins."""


class ScriptReader:
    """Fed the pieces of an answer, gives the text of the script that they add, in linear time."""

    def __init__(self) -> None:
        self._rest = ""
        self._read = self._seek

    def feed(self, piece: str) -> str:
        """What `piece` adds to the script; "" before it begins and after it ends."""
        self._rest += piece
        return self._read()

    def _seek(self) -> str:
        for pattern, read in ((CODE_KEY, self._read_string), (CODE_BLOCK, self._read_block)):
            start = pattern.search(self._rest)
            if start:
                self._rest, self._read = self._rest[start.end() :], read
                return read()
        self._rest = self._rest[-KEPT_CHARACTERS:]
        return ""

    def _read_string(self) -> str:
        """The decoded part of a JSON string; half an escape waits for its other half."""
        whole = WHOLE_PART.match(self._rest)
        assert whole is not None
        self._rest = self._rest[whole.end() :]
        if self._rest.startswith('"'):
            self._read = _nothing
        return mend_text(json.loads(f'"{whole[0]}"', strict=False))

    def _read_block(self) -> str:
        """Whole lines, up to the end of the code block."""
        lines, newline, self._rest = self._rest.rpartition("\n")
        text = lines + newline
        end = re.search(r"^[ \t]*```", text, re.MULTILINE)
        if end:
            self._read = _nothing
            return text[: end.start()]
        return text


def _nothing() -> str:
    return ""
