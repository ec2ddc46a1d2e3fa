"""What is found in a script before it runs: rules, tool calls, types. Decides nothing about repair."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from api_server.execution_client import ExecutionClient
from api_server.type_check import TypeReport
from schemas.execution import SCRIPT_LENGTH_MAX
from schemas.tools import ToolCatalogue
from schemas.validation import Finding, ValidationReport

CheckTypes = Callable[[str, ToolCatalogue], Awaitable[TypeReport]]


@dataclass(frozen=True)
class Checked:
    """`report.errors` keep a script from running; `type_findings` do not."""

    report: ValidationReport
    type_findings: tuple[Finding, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        """All of them in the order of the source; of two on one line the one that matters."""
        refused_lines = {finding.line for finding in self.report.errors}
        others = [finding for finding in self.type_findings if finding.line not in refused_lines]
        return sorted([*self.report.errors, *others], key=lambda finding: (finding.line, finding.column))

    def facts(self) -> dict[str, Any]:
        """For whoever follows the question."""
        return {
            "valid": self.report.valid,
            "findings": [finding.model_dump() for finding in self.report.errors],
            "type_findings": [finding.model_dump() for finding in self.type_findings],
            "mcp_calls": self.report.mcp_calls,
        }


@dataclass(frozen=True)
class ScriptChecks:
    """Rules and tool calls are checked by the execution server, types beside it."""

    executor: ExecutionClient
    check_types: CheckTypes | None = None

    async def check(self, script: str, catalogue: ToolCatalogue) -> Checked:
        """Everything about a script that a model wrote. Raises `ExecutorUnavailable`."""
        unfit = find_unfit(script)
        if unfit is not None:
            report = ValidationReport(valid=False, errors=[unfit], security_score=0, estimated_runtime_ms=0)
            return Checked(report)
        if self.check_types is None:
            return Checked(await self.executor.validate(script))
        types = asyncio.ensure_future(self.check_types(script, catalogue))
        try:
            return Checked(await self.executor.validate(script), (await types).findings)
        finally:
            types.cancel()

    async def check_rules(self, script: str) -> Checked:
        """The same without types: for a script that its author does not write again."""
        return Checked(await self.executor.validate(script))


def find_unfit(script: str) -> Finding | None:
    """Why a text is not even sent to the execution server."""
    if len(script) > SCRIPT_LENGTH_MAX:
        message = f"the script has {len(script):,} characters, at most {SCRIPT_LENGTH_MAX:,}"
        return Finding(code="TOO_LARGE", message=message, line=1, column=1, hint="Write a shorter script.")
    return None
