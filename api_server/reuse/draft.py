"""A script that is used again, as a draft that nobody wrote now."""

from api_server.llm.provider import Draft
from api_server.reuse.decision import Related
from api_server.storage.records import Execution

LIBRARY = "library"
"""Stands for the scripts we have where a model's name is expected."""


def draft_of_related(known: Related) -> Draft:
    """A believed script with the parameters of this question."""
    return Draft(
        python_code=known.python_code,
        explanation=known.explanation,
        mcp_calls=known.mcp_calls,
        model=LIBRARY,
        parameters=known.parameters,
        can_be_repaired=False,
    )


def draft_of_execution(execution: Execution) -> Draft:
    """The very script of an earlier answer, with its parameters."""
    return Draft(
        python_code=execution.generated_script or "",
        explanation=execution.explanation,
        mcp_calls=tuple(execution.mcp_calls),
        model=execution.model,
        parameters=execution.parameters,
        can_be_repaired=False,
    )
