"""Executions that leave and enter this installation as files."""

import hashlib
from dataclasses import dataclass

from api_server.errors import RequestIdTaken, SessionNotFound
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.recorder import Recording, Understanding, WrittenScript
from api_server.storage.servers import INTERRUPTED
from api_server.trust.child_runs import ChildRuns
from api_server.trust.export_file import read_export, write_export
from api_server.trust.installation_key import InstallationKey
from schemas.export import ExportedExecution, ImportedExecution, SignedExecution
from schemas.progress import ProgressType, Tell
from service.errors import PlatformError
from service.version import package_version


@dataclass(frozen=True)
class Exchange:
    """Writes and reads `.qna.json` files for a user."""

    runs: ChildRuns
    key: InstallationKey

    async def export(self, user_id: str, execution_id: str) -> bytes:
        """The file. Raises `ExecutionNotFound`, `NotReplayable`."""
        storage = self.runs.storage
        execution = await storage.executions.find(user_id, execution_id)
        run = await storage.tapes.load(user_id, execution_id)
        exported = ExportedExecution(
            product_version=package_version(),
            execution_id=execution_id,
            created_at=execution.created_at,
            question=execution.question,
            explanation=execution.explanation,
            model=execution.model,
            parameter_schema=execution.parameter_schema,
            tape=run.tape,
            report=run.report,
        )
        return write_export(exported, self.key)

    async def import_file(self, user_id: str, content: bytes, origin: Origin) -> ImportedExecution:
        """Keep the execution in a file as one of the user's; the same file again is the same execution.

        What it says is a claim until it is replayed here. Raises `BadExport`.
        """
        signed = read_export(content)
        execution_id = await self._keep(user_id, hashlib.sha256(content).hexdigest(), signed, origin)
        is_ours = signed.signature.public_key == self.key.public
        return ImportedExecution(
            execution_id=execution_id,
            original_id=signed.execution_id,
            origin="this_installation" if is_ours else "another_installation",
            public_key=signed.signature.public_key,
        )

    async def _keep(self, user_id: str, digest: str, signed: SignedExecution, origin: Origin) -> str:
        """The id under which it is kept: the same whoever else is at it, the next one after a crash."""

        async def work(recording: Recording, tell: Tell) -> None:
            await tell(ProgressType.ACCEPTED, {"question": signed.question})
            await self._record(recording, signed)
            await tell(ProgressType.FINISHED, {"outcome": signed.report.outcome})

        number = 0
        while True:
            owned = hashlib.sha256(f"{user_id} {digest} {number}".encode()).hexdigest()[:32]
            new = NewExecution(f"exec_{owned}", user_id, f"sess_{owned}", signed.question, digest)
            try:
                await self.runs.once.answer(new, origin, work)
            except (RequestIdTaken, SessionNotFound):
                number += 1  # it was deleted, which can still be undone
            except PlatformError as error:
                if error.code != INTERRUPTED:
                    raise
                number += 1
            else:
                return new.id

    async def _record(self, recording: Recording, signed: SignedExecution) -> None:
        tape, report = signed.tape, signed.report
        await recording.understood(Understanding(signed.question))
        await recording.written(
            WrittenScript(
                python_code=tape.script,
                explanation=signed.explanation,
                model=signed.model,
                parameters=tape.parameters,
                parameter_schema=signed.parameter_schema,
                mcp_calls=report.metadata.mcp_calls_made,
            )
        )
        await recording.started()
        known = {"execution_id": recording.execution.id, "tape": tape}
        await self.runs.keep(recording, report.model_copy(update=known))
