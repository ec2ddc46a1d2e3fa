"""What the dialogue knows of a session: its last questions and the parameters of their scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Turn:
    """One earlier question, which stands alone. `entities` are the symbols in its result, in their order."""

    execution_id: str
    question: str
    entities: tuple[str, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of the script's parameters; empty when no script was written."""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DialogueContext:
    """The turns of one session, oldest first."""

    turns: tuple[Turn, ...] = ()
