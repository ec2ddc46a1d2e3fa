"""What can be asked of executions that are over: replayed, compared, traced to their sources."""

from dataclasses import dataclass
from uuid import uuid4

from pydantic import ValidationError

from api_server.errors import NotReplayable
from api_server.execution_client import ExecutionClient
from api_server.storage.opened import Storage
from api_server.storage.records import Execution
from api_server.trust.comparison import compare
from api_server.trust.provenance import Budget, find_sources
from api_server.trust.replay import REPLAY_SECONDS, judge_replay, replay_request
from schemas.comparison import Comparison
from schemas.execution import ExecutionReport, RecordedCall, Tape
from schemas.provenance import Provenance
from schemas.replay import Replay, TapedRun
from schemas.wire import utc_now

SOURCES = "sources 1"
"""Under which a provenance is kept beside its tape; another number when it is found in another way."""


@dataclass(frozen=True)
class Archive:
    """Every method takes the user first and raises `ExecutionNotFound` for whatever is not theirs."""

    storage: Storage
    executor: ExecutionClient
    budget: Budget

    async def load(self, user_id: str, execution_id: str) -> TapedRun:
        """The recording. Raises `NotReplayable`."""
        run = await self.storage.tapes.load(user_id, execution_id)
        return run.model_copy(update={"report": run.report.model_copy(update={"execution_id": execution_id})})

    async def replay(self, user_id: str, execution_id: str) -> Replay:
        """Run it again on its tape. Raises `NotReplayable`, `ExecutorUnavailable`."""
        run = await self.load(user_id, execution_id)
        request = replay_request(run, f"{execution_id}.replay.{uuid4().hex[:8]}")
        return judge_replay(run, await self.executor.execute(request))

    async def compare(self, user_id: str, old_id: str, new_id: str) -> Comparison:
        """What differs. Raises `NotReplayable` for an execution that no script ran for."""
        old, new = [await self._load_to_compare(user_id, each) for each in (old_id, new_id)]
        return compare(old, new)

    async def find_sources(self, user_id: str, execution_id: str) -> Provenance:
        """The source of every value; found once, and again if time ran out then.

        Raises `NotReplayable`, `ExecutorUnavailable`.
        """
        kept = await self.storage.tapes.find_attached(user_id, execution_id, SOURCES)
        if kept is not None:
            try:
                return Provenance.model_validate_json(kept)
            except ValidationError:
                pass  # of another version: found anew
        run = await self.load(user_id, execution_id)
        if not run.report.success:
            raise NotReplayable(
                "there are no values whose sources could be found: the script did not complete",
                suggestions=("Ask for the sources of an execution that completed.",),
            )
        found = await find_sources(run, self._run_variants, self.budget)
        if found.duration_ms < self.budget.seconds * 1000:
            await self.storage.tapes.attach(execution_id, SOURCES, found.model_dump_json().encode())
        return found

    async def _run_variants(self, variants: bytes) -> list[ExecutionReport]:
        return await self.executor.execute_variants(variants, REPLAY_SECONDS)

    async def _load_to_compare(self, user_id: str, execution_id: str) -> TapedRun:
        """The recording, or what is left without one: calls without their answers."""
        try:
            return await self.load(user_id, execution_id)
        except NotReplayable:
            execution = await self.storage.executions.find(user_id, execution_id)
            if execution.report is None:
                raise
            return _without_tape(execution, execution.report)


def _without_tape(execution: Execution, report: ExecutionReport) -> TapedRun:
    tape = Tape(
        execution_id=execution.id,
        script=execution.generated_script or "",
        script_sha256=execution.script_sha256 or "",
        parameters=execution.parameters,
        policy_version="",
        catalogue_digest="",
        packages={},
        clock=execution.started_at or utc_now(),
        seed=0,
        calls=[RecordedCall(**call.model_dump()) for call in report.metadata.tool_calls],
    )
    return TapedRun(tape=tape, report=report)
