"""`qna replay` and `qna rerun`: an exported file in the jail alone, anything else through the API server."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
from pydantic import BaseModel, ValidationError

from qna.ask import open_api_client, reach_api
from qna.failures import Failure, Misuse, PlatformFailed
from qna.settings import QnaSettings
from qna.terminal import Progress
from schemas.errors import ErrorResponse
from schemas.replay import Replay, ReplayResponse, RerunResponse, TapedRun

Answer = TypeVar("Answer", bound=BaseModel)


async def replay_file(content: bytes, settings: QnaSettings, progress: Progress) -> tuple[Replay, str]:
    """Replay an export without any server, and the key that signed it.

    Raises `Misuse` for a file that is not exactly as it was written, `PlatformFailed`.
    """
    from api_server.errors import BadExport
    from api_server.trust.export_file import read_export
    from api_server.trust.replay import judge_replay, replay_request
    from qna.exec import run_exec

    try:
        signed = read_export(content)
    except BadExport as error:
        raise Misuse(error.message, " ".join(error.suggestions)) from error
    run = TapedRun(tape=signed.tape, report=signed.report)
    progress.show(f"replaying: {signed.question or signed.execution_id}")
    request = replay_request(run, f"replay_{uuid4().hex}")
    report = await run_exec(request, settings, progress, uses_tools=False)
    return judge_replay(run, report), signed.signature.public_key


async def replay_execution(execution_id: str, settings: QnaSettings, progress: Progress) -> Replay:
    """Replay an execution that the API server keeps. Raises `Misuse` or `PlatformFailed`."""
    path = f"/executions/{execution_id}/replay"
    return (await _post(path, {}, ReplayResponse, settings, progress)).data


async def rerun_execution(
    execution_id: str,
    changes: Sequence[tuple[str, Any]],
    settings: QnaSettings,
    progress: Progress,
    *,
    is_recorded: bool,
) -> RerunResponse:
    """Run it again with other parameters. Raises `Misuse` or `PlatformFailed`."""
    body = {"parameters": dict(changes), "data": "recorded" if is_recorded else "live"}
    return await _post(f"/executions/{execution_id}/rerun", body, RerunResponse, settings, progress)


async def _post(
    path: str, body: dict[str, Any], kind: type[Answer], settings: QnaSettings, progress: Progress
) -> Answer:
    async with reach_api(settings, progress) as url, open_api_client(settings) as client:
        progress.show(f"asking {url}{path}")
        try:
            reply = await client.post(f"{url}{path}", json=body)
        except httpx2.HTTPError as error:
            raise PlatformFailed(
                f"the API server at {url} did not answer: {error or type(error).__name__}",
                "`qna doctor` shows what works here.",
            ) from error
    if reply.is_success:
        return kind.model_validate_json(reply.content)
    raise _read_failure(reply)


def _read_failure(reply: httpx2.Response) -> Failure:
    try:
        refusal = ErrorResponse.model_validate_json(reply.content)
    except ValidationError:
        return PlatformFailed(f"HTTP {reply.status_code} is not what this version's API says")
    failure = Misuse if reply.is_client_error else PlatformFailed
    return failure(refusal.error.message, " ".join(refusal.recovery_suggestions))
