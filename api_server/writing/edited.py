"""A script that a person has changed: the same checks, and nobody to repair it."""

from api_server.course import Course
from api_server.llm.provider import Draft
from api_server.writing.checks import ScriptChecks
from api_server.writing.writer import Written, reject, warn_of_types
from schemas.analysis import EditedScript
from schemas.progress import ProgressType
from schemas.tools import ToolCatalogue

MODEL = "edited"
"""Stands for a person where a model's name is expected."""


async def accept_edited(
    request: EditedScript, checks: ScriptChecks, catalogue: ToolCatalogue, course: Course
) -> Written:
    """The script as one that may run. Raises `ScriptRejected` with every finding."""
    await course.tell(ProgressType.VALIDATING, attempt=0)
    with course.stage("validate"):
        checked = await checks.check(request.script, catalogue)
    await course.tell(ProgressType.VALIDATED, attempt=0, **checked.facts())
    if not checked.report.valid:
        raise reject(checked, request.script)
    draft = Draft(
        python_code=request.script,
        explanation="This script was changed by hand.",
        mcp_calls=tuple(checked.report.mcp_calls),
        model=MODEL,
        parameters=request.parameters,
        can_be_repaired=False,
    )
    return Written(draft, checked.report, tuple(warn_of_types(checked)))
