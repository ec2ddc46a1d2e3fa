"""Steps of the real pipeline with a gate before them, for tests that look at the page meanwhile."""

from dataclasses import dataclass, field, replace
from typing import Any

from api_server.parts import Parts
from api_server.reuse.opened import Reusing
from api_server.storage.records import Execution
from api_server.writing.checks import Checked, ScriptChecks
from schemas.tools import ToolCatalogue
from schemas.understanding import Understanding
from tests.doubles.gate import Gate


@dataclass(frozen=True)
class HeldReusing(Reusing):
    """Understands when the gate was passed."""

    gate: Gate = field(default_factory=Gate)

    async def understand(self, asked: Execution, question: str, auto_expand: bool = True) -> Understanding:
        await self.gate.passed()
        return await super().understand(asked, question, auto_expand)


@dataclass(frozen=True)
class HeldChecks(ScriptChecks):
    """Checks what a model wrote when the gate was passed."""

    gate: Gate = field(default_factory=Gate)

    async def check(self, script: str, catalogue: ToolCatalogue) -> Checked:
        await self.gate.passed()
        return await super().check(script, catalogue)

    async def check_rules(self, script: str) -> Checked:
        await self.gate.passed()
        return await super().check_rules(script)


def with_gates(parts: Parts, before_understanding: Gate, before_checking: Gate) -> Parts:
    """The same parts, whose pipeline waits at these gates."""
    pipeline = parts.pipeline
    checks = HeldChecks(**_fields(pipeline.desk.checks), gate=before_checking)
    reusing = HeldReusing(**_fields(pipeline.reusing), gate=before_understanding)
    desk = replace(pipeline.desk, checks=checks)
    return replace(parts, pipeline=replace(pipeline, reusing=reusing, desk=desk))


def _fields(part: Any) -> dict[str, Any]:
    return dict(vars(part))
