"""One execution as it was recorded: what replay, comparison, provenance and export work on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.execution import ExecutionReport, Tape


@dataclass(frozen=True)
class Recording:
    """`report` is as the jail gave it, without its tape: `result` is the script's own."""

    tape: Tape
    report: ExecutionReport
    question: str = ""
    explanation: str = ""
    model: str = ""
    created_at: datetime | None = None
    parameter_schema: dict[str, Any] = field(default_factory=dict)
