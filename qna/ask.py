"""`qna ask`: questions to the API server, which is started for the time being when it does not run."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import httpx2
from pydantic import ValidationError

from qna.failures import ExitCode
from qna.health import ask_health, open_client
from qna.services import describe_api, list_services
from qna.settings import QnaSettings, move_to_free_ports
from qna.supervisor import supervise
from qna.terminal import Progress
from qna.up import STARTING_SECONDS_MAX, surround
from schemas.analysis import AnalyzeResponse
from schemas.errors import ErrorDetail, ErrorResponse

ANSWER_SECONDS_MAX = 600.0
"""A script may be written three times in 60 s each, and run three times in 120 s each."""

REFUSAL_CODES = {"CANNOT_ANSWER": ExitCode.CANNOT_ANSWER, "SCRIPT_REJECTED": ExitCode.SCRIPT_FAILED}


@dataclass(frozen=True)
class AskOptions:
    """What is sent beside the question. Without `model` the server chooses."""

    model: str | None = None
    executes: bool = True
    refreshes: bool = False
    """Whether an answer that is still fresh is found anew."""
    session_id: str | None = None
    """The conversation to go on with; without it the questions are one of their own."""


@dataclass(frozen=True)
class Reply:
    """What came back for one question: as sent, and as read. `code` is its exit code."""

    raw: Any
    body: AnalyzeResponse | ErrorResponse
    code: ExitCode


async def run_ask(
    questions: Sequence[str],
    settings: QnaSettings,
    options: AskOptions,
    progress: Progress,
    show: Callable[[str, Reply], None],
) -> list[Reply]:
    """Ask one after the other, in one conversation, and show each reply as it comes."""
    replies = []
    async with reach_api(settings, progress) as url, open_api_client(settings) as client:
        for question in questions:
            progress.show(f"asking: {question}")
            reply = await post_question(client, url, question, options)
            if isinstance(reply.body, AnalyzeResponse):
                options = replace(options, session_id=reply.body.data.session_id)
            replies.append(reply)
            progress.close()
            show(question, reply)
    return replies


def open_api_client(settings: QnaSettings) -> httpx2.AsyncClient:
    """A client to an API server, which is told who asks when the settings say so."""
    headers = {}
    if settings.qna_api_key is not None:
        headers["X-API-Key"] = settings.qna_api_key.get_secret_value()
    if settings.qna_token is not None:
        headers["Authorization"] = f"Bearer {settings.qna_token.get_secret_value()}"
    return open_client(ANSWER_SECONDS_MAX, headers)


@asynccontextmanager
async def reach_api(settings: QnaSettings, progress: Progress) -> AsyncIterator[str]:
    """Base address of the API server that runs, or else of one that runs on free ports for this block."""
    configured = describe_api(settings).url
    async with open_client(timeout_seconds=2) as client:
        running = await ask_health(client, configured)
    if running is not None:
        yield configured
        return
    async with start_own(settings, progress) as url:
        yield url


@asynccontextmanager
async def start_own(
    settings: QnaSettings, progress: Progress, variables: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[str]:
    """Base address of an API server on a free port for this block; `variables` join its environment."""
    own = move_to_free_ports(settings)
    progress.show("starting the servers")
    place = surround(own, lambda service, line: progress.show(f"{service} {line}"))
    place = replace(place, variables={**place.variables, **variables})
    async with supervise(list_services(own), place) as supervision:
        await supervision.wait_until_started(STARTING_SECONDS_MAX)
        yield describe_api(own).url
        progress.show("stopping the servers")


async def post_question(client: httpx2.AsyncClient, url: str, question: str, options: AskOptions) -> Reply:
    """One question to the API; a platform that does not work comes back in the one error shape too."""
    request = {
        "question": question,
        "execute": options.executes,
        "model": options.model,
        "refresh": options.refreshes,
        "session_id": options.session_id,
    }
    try:
        reply = await client.post(f"{url}/analyze", json=request)
    except httpx2.HTTPError as error:
        return _platform_failure(f"the API server at {url} did not answer: {error or type(error).__name__}")
    try:
        if reply.status_code == httpx2.codes.OK:
            answer = AnalyzeResponse.model_validate_json(reply.content)
            return Reply(reply.json(), answer, judge_answer(answer))
        refusal = ErrorResponse.model_validate_json(reply.content)
        return Reply(reply.json(), refusal, judge_refusal(refusal, reply.status_code))
    except ValidationError:
        return _platform_failure(f"HTTP {reply.status_code} of {url} is not what this version's API says")


def judge_answer(answer: AnalyzeResponse) -> ExitCode:
    """A script that was not meant to run is an answer too."""
    execution = answer.data.execution
    return ExitCode.DONE if execution is None or execution.success else ExitCode.SCRIPT_FAILED


def judge_refusal(refusal: ErrorResponse, status_code: int) -> ExitCode:
    """By who must act: the asker asks something else, types something else, or the operator mends it."""
    if refusal.error.code in REFUSAL_CODES:
        return REFUSAL_CODES[refusal.error.code]
    return ExitCode.MISUSE if status_code < httpx2.codes.INTERNAL_SERVER_ERROR else ExitCode.PLATFORM_FAILED


def _platform_failure(message: str) -> Reply:
    failure = ErrorResponse(
        error=ErrorDetail(code="SERVICE_UNAVAILABLE", message=message),
        recovery_suggestions=["Try again; `qna doctor` shows what works here."],
        request_id="req_unknown",
    )
    return Reply(failure.model_dump(mode="json"), failure, ExitCode.PLATFORM_FAILED)
