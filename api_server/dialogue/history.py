"""Earlier executions of a session as turns of the dialogue."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from api_server.dialogue.context import DialogueContext, Turn
from api_server.storage.records import AskedBefore

QUESTIONS = frozenset(["question", "rerun", "edited"])
SYMBOL = re.compile(r"\^?[A-Z]{1,5}(?:\.[A-Z])?(?:/USD)?")
ENTITIES_MAX = 50


def context_of(latest: Sequence[AskedBefore]) -> DialogueContext:
    """What follow-ups lean on, from executions that are listed latest first."""
    asked = [
        one for one in reversed(latest) if one.kind in QUESTIONS and (one.expanded_question or one.question)
    ]
    return DialogueContext(tuple(turn_of(execution) for execution in asked))


def turn_of(execution: AskedBefore) -> Turn:
    """One execution as a turn; one that failed is a turn too: "no, I meant GOOG" follows it."""
    return Turn(
        execution_id=execution.id,
        question=execution.expanded_question or execution.question,
        entities=entities_of(execution.result),
        schema=execution.parameter_schema,
        values=execution.parameters,
    )


def entities_of(result: Any) -> tuple[str, ...]:
    """The symbols that a result shows, each once, in the order of its rows."""
    rows = result.get("body", []) if isinstance(result, dict) else []
    found = dict.fromkeys(symbol for row in rows if isinstance(row, dict) for symbol in _symbols_of(row))
    return tuple(found)[:ENTITIES_MAX]


def _symbols_of(row: dict[str, Any]) -> Iterator[str]:
    """The first of the row's value, id and key that begins with a symbol says whom the row is about."""
    for name in ("value", "id", "key"):
        first = re.split(r"[\s:]", str(row.get(name, "")).strip(), maxsplit=1)[0]
        if SYMBOL.fullmatch(first):
            yield first
            return
