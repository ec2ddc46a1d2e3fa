"""Executions that leave and enter this installation as files."""

import hashlib
from dataclasses import dataclass

from api_server.presentation import present
from api_server.storage.audit import Origin
from api_server.storage.executions import NewExecution
from api_server.storage.opened import Storage
from api_server.storage.recorder import Conclusion, Understanding, WrittenScript
from api_server.trust.child_runs import say
from api_server.trust.export_file import read_export, write_export
from api_server.trust.installation_key import InstallationKey
from schemas.export import ExportedExecution, ImportedExecution, SignedExecution
from schemas.ids import new_session_id
from service.version import package_version


@dataclass(frozen=True)
class Exchange:
    """Writes and reads `.qna.json` files for a user."""

    storage: Storage
    key: InstallationKey

    async def export(self, user_id: str, execution_id: str) -> bytes:
        """The file. Raises `ExecutionNotFound`, `NotReplayable`."""
        execution = await self.storage.executions.find(user_id, execution_id)
        run = await self.storage.tapes.load(user_id, execution_id)
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
        digest = hashlib.sha256(content).hexdigest()
        owned = hashlib.sha256(f"{user_id} {digest}".encode()).hexdigest()
        new = NewExecution(
            id=f"exec_{owned[:32]}",
            user_id=user_id,
            session_id=new_session_id(),
            question=signed.question,
            request_digest=digest,
        )
        await self._keep(new, signed, origin)
        is_ours = signed.signature.public_key == self.key.public
        return ImportedExecution(
            execution_id=new.id,
            original_id=signed.execution_id,
            origin="this_installation" if is_ours else "another_installation",
            public_key=signed.signature.public_key,
        )

    async def _keep(self, new: NewExecution, signed: SignedExecution, origin: Origin) -> None:
        _execution, recording = await self.storage.recorder.accept(new, origin)
        if recording is None:
            return
        tape, report = signed.tape, signed.report.model_copy(update={"execution_id": new.id})
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
        await self.storage.tapes.save(new.id, report.model_copy(update={"tape": tape}))
        await recording.finished(Conclusion(present(report), said=say(report)))
