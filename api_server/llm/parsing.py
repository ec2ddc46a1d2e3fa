"""What a model is asked to send, and how it is read when it sends something else.

The text is never parsed as Python here: that is done in the jail only.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "python_code": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "explanation": {"type": "string"},
        "mcp_calls": {"type": "array", "items": {"type": "string"}},
        "missing": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "nearest_question": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["python_code", "explanation", "mcp_calls", "missing", "nearest_question"],
    "additionalProperties": False,
}
"""One object for both kinds of answer, because OpenAI's strict schemas allow no choice at the root."""

ANSWER_KEYS = frozenset({"python_code", "missing"})
NOTHING = frozenset({"", "null", "none", "n/a"})
JSON_OBJECT = re.compile(r'\{\s*"')
OBJECTS_TRIED_MAX = 50
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
SCRIPT = re.compile(
    r"^(?:async[ \t]+)?def[ \t]+analyze[ \t]*\(|^result[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE
)
SCRIPT_START = re.compile(r"\s*(?:#|\"\"\"|import\b|from\b|def\b|@|[A-Za-z_]\w*[ \t]*(?::[^=\n]+)?=)")


class Unreadable(Exception):
    """The answer holds neither a script nor what is missing for one; the message is told to the model."""


@dataclass(frozen=True)
class Script:
    """A script and what the model says of it."""

    python_code: str
    explanation: str


@dataclass(frozen=True)
class Missing:
    """What the model says is needed for a script."""

    missing: str
    nearest_question: str | None


def read_answer(text: str) -> Script | Missing:
    """The script in `text`, whether as the JSON asked for, JSON among prose, a code block or bare.

    Raises `Unreadable`.
    """
    if not text.strip():
        raise Unreadable("the answer is empty")
    found = next(_json_objects(text), None)
    return _read_code(text) if found is None else _read_object(found)


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Objects in `text` that have a key of an answer, outermost and first ones first."""
    decoder = json.JSONDecoder(strict=False)
    for _, start in zip(range(OBJECTS_TRIED_MAX), JSON_OBJECT.finditer(text), strict=False):
        try:
            found, _ = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found.keys() & ANSWER_KEYS:
            yield found


def _read_object(found: dict[str, Any]) -> Script | Missing:
    code, missing = _text_of(found.get("python_code")), _text_of(found.get("missing"))
    if code and (not missing or SCRIPT.search(code)):
        return Script(_without_fence(code), _text_of(found.get("explanation")))
    if missing:
        return Missing(missing, _text_of(found.get("nearest_question")) or None)
    raise Unreadable("python_code and missing are both empty; one of them must be filled")


def _read_code(text: str) -> Script:
    blocks, prose = _split_blocks(text)
    scripts = [block for block in blocks if SCRIPT.search(block)]
    if scripts:
        return Script(max(scripts, key=len), prose)
    if SCRIPT_START.match(text) and SCRIPT.search(text):
        return Script(text.strip() + "\n", "")
    if JSON_OBJECT.match(text.strip()):
        raise Unreadable("the JSON is not valid; escape quotes and line breaks inside strings")
    raise Unreadable("there is no JSON object with python_code or missing in the answer")


def _split_blocks(text: str) -> tuple[list[str], str]:
    """The code blocks of Markdown in `text`, and what stands around them; the last may lack its end."""
    blocks: list[list[str]] = []
    prose: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence and line.strip() == fence:
            fence = ""
        elif fence:
            blocks[-1].append(line)
        elif mark:
            fence = mark[1]
            blocks.append([])
        else:
            prose.append(line)
    return [dedent("\n".join(block)) + "\n" for block in blocks], "\n".join(prose).strip()


def _text_of(value: Any) -> str:
    if not isinstance(value, str) or value.strip().casefold() in NOTHING:
        return ""
    return mend_text(value)


def mend_text(text: str) -> str:
    """`text` with a question mark in a box for each half of a character that JSON escapes can leave."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_fence(code: str) -> str:
    """`code` without the code block that some models put inside the JSON string too."""
    if not FENCE.match(code.lstrip("\n")):
        return code
    blocks, _ = _split_blocks(code.strip())
    return blocks[0]
