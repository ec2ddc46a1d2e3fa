"""The same script with other parameters: no model is asked, and the new execution knows its parent."""

from dataclasses import dataclass
from typing import Any

from api_server.errors import InvalidParameters, NotReplayable
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.recorder import WrittenScript
from api_server.storage.records import Execution
from api_server.trust.canonical import sha256_of
from api_server.trust.child_runs import ChildRuns, report_of
from schemas.ids import execution_id_of
from schemas.parameter_check import find_problems
from schemas.replay import RerunRequest, RerunResponse
from schemas.signature import default_values


@dataclass(frozen=True)
class Reruns:
    """Runs executions again."""

    runs: ChildRuns

    async def rerun(
        self, user_id: str, parent_id: str, request: RerunRequest, origin: Origin
    ) -> RerunResponse:
        """The run with these parameters.

        On recorded data a call that is not on the parent's tape ends the run, with its name; nothing goes
        live. Raises `ExecutionNotFound`, `InvalidParameters` with `fields`, `NotReplayable`.
        """
        parent = await self.runs.storage.executions.find(user_id, parent_id)
        script = write_again(parent, request.parameters)
        tape = None
        if request.data == "recorded":
            tape = (await self.runs.storage.tapes.load(user_id, parent_id)).tape
        new = NewExecution(
            id=execution_id_of(request.request_id),
            user_id=user_id,
            session_id=parent.session_id,
            question=parent.question,
            request_digest=sha256_of([parent_id, script.parameters, request.data]),
            kind="rerun",
            parent_id=parent_id,
        )
        execution = await self.runs.run(new, script, tape, origin)
        report = report_of(execution)
        return RerunResponse(
            execution_id=execution.id,
            parent_id=parent_id,
            root_id=execution.root_id,
            parameters=script.parameters,
            execution=report,
            status="success" if report.success else report.outcome,
        )


def write_again(parent: Execution, changes: dict[str, Any]) -> WrittenScript:
    """The parent's script with `changes` to its parameters. Raises `InvalidParameters` by name."""
    if parent.generated_script is None:
        raise NotReplayable(
            "this execution has no script that could run again", suggestions=("Ask the question again.",)
        )
    schema = parent.parameter_schema
    values = {**default_values(schema), **parent.parameters, **changes}
    problems = find_problems(schema, values) if schema else []
    if problems:
        raise InvalidParameters(
            "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems),
            suggestions=("Correct the named parameters.",),
            fields=problems,
        )
    return WrittenScript(
        python_code=parent.generated_script,
        explanation=parent.explanation,
        model=parent.model,
        parameters=values,
        parameter_schema=schema,
        mcp_calls=parent.mcp_calls,
        reused_from=parent.id,
    )
