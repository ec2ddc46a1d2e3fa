"""One request on its way through the pipeline: where its steps are told and written down."""

from dataclasses import dataclass

from api_server.course import Course
from api_server.storage.recorder import Recording
from api_server.storage.records import Attempt as StoredAttempt
from schemas.analysis import Attempt
from schemas.progress import Tell
from schemas.wire import utc_now


@dataclass(frozen=True)
class Way:
    """Made anew for each request that is new."""

    recording: Recording
    course: Course

    @property
    def execution_id(self) -> str:
        """Of the execution that the request is."""
        return self.recording.execution.id

    @property
    def session_id(self) -> str:
        """Of the conversation it belongs to."""
        return self.recording.execution.session_id

    @property
    def user_id(self) -> str:
        """Of whoever asks."""
        return self.recording.execution.user_id


def set_out(recording: Recording, tell: Tell) -> Way:
    """The way of one request, whose attempts are written down as they come."""

    async def keep(attempt: Attempt) -> None:
        await recording.attempted(
            StoredAttempt(
                execution_id=recording.execution.id,
                number=attempt.number,
                python_code=attempt.python_code,
                created_at=utc_now(),
                findings=[each.model_dump() for each in (*attempt.findings, *attempt.type_findings)],
                outcome=attempt.outcome,
                problem=attempt.problem,
                model=attempt.model,
                usage=attempt.usage,
                duration_ms=attempt.duration_ms,
            )
        )

    return Way(recording, Course(tell, keep))
