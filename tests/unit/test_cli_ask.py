"""`qna ask` against an API server that answers by what is asked: exit codes, JSON, colours."""

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from qna.failures import ExitCode
from schemas.analysis import Analysis, AnalyzeResponse, Parameters
from schemas.errors import ErrorDetail, ErrorResponse
from schemas.execution import ExecutionReport, Outcome
from schemas.health import Health

KEY = "qna_key-of-tests"


def answer(request: dict[str, Any], outcome: Outcome) -> AnalyzeResponse:
    is_completed = outcome is Outcome.COMPLETED
    execution = ExecutionReport(
        success=is_completed,
        execution_id="e",
        outcome=outcome,
        execution_time_ms=1,
        result={"description": "Forty-two.", "body": []} if is_completed else None,
        error=None if is_completed else ErrorDetail(code="RAISED", message="division by zero"),
    )
    data = Analysis(
        python_code="result = 42",
        explanation="It counts.",
        mcp_calls=[],
        execution_id="e",
        session_id="s",
        parameters=Parameters.model_validate({"schema": {}, "values": {}}),
        question=request["question"],
        expanded_question=request["question"],
        model=request["model"] or "offline",
        execution=execution if request["execute"] else None,
    )
    return AnalyzeResponse(data=data, status="success" if is_completed else outcome)


def refusal(code: str, **details: Any) -> ErrorResponse:
    return ErrorResponse(
        error=ErrorDetail(code=code, message=f"refused with {code}", details=details), request_id="r"
    )


def reply_to(request: dict[str, Any]) -> tuple[int, str]:
    """HTTP status and body; the question says which."""
    match request["question"]:
        case "good":
            return 200, answer(request, Outcome.COMPLETED).model_dump_json(by_alias=True)
        case "raises":
            return 200, answer(request, Outcome.RAISED).model_dump_json(by_alias=True)
        case "weather":
            return 422, refusal("CANNOT_ANSWER", missing="weather", nearest_question="good").model_dump_json()
        case "rejected":
            return 422, refusal("SCRIPT_REJECTED").model_dump_json()
        case "strange":
            return 200, "<html>"
        case "down":
            return 503, refusal("EXECUTION_SERVER_UNAVAILABLE").model_dump_json()
        case _:
            return 422, refusal("INVALID_REQUEST").model_dump_json()


class ScriptedApi(BaseHTTPRequestHandler):
    """The two addresses of the API server that `qna ask` uses."""

    def do_GET(self) -> None:
        self.send(200, Health(service="api_server", status="up", version="1").model_dump_json())

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send(*reply_to(request))

    def send(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class GuardedApi(ScriptedApi):
    """The same where every request must say who sends it; it keeps no executions."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        sent = (self.headers["X-API-Key"], self.headers["Authorization"])
        known = sent in {(KEY, None), (None, f"Bearer {KEY}")}
        status, code = (404, "EXECUTION_NOT_FOUND") if known else (401, "UNAUTHENTICATED")
        self.send(status, refusal(code).model_dump_json())


@contextmanager
def serving(api: type[ScriptedApi]) -> Iterator[int]:
    """The port at which `api` answers until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def api_port() -> Iterator[int]:
    with serving(ScriptedApi) as port:
        yield port


@pytest.fixture(scope="module")
def guarded_port() -> Iterator[int]:
    with serving(GuardedApi) as port:
        yield port


def qna(*arguments: str, port: int, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "API_SERVER_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "-c", "from qna.cli import main; main()", *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, env=environment, check=False, text=True, timeout=60, **options)


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("good", ExitCode.DONE, "Forty-two."),
        ("raises", ExitCode.SCRIPT_FAILED, "division by zero"),
        ("rejected", ExitCode.SCRIPT_FAILED, "SCRIPT_REJECTED"),
        ("", ExitCode.MISUSE, "INVALID_REQUEST"),
        ("weather", ExitCode.CANNOT_ANSWER, "The nearest question that can be answered: good"),
        ("down", ExitCode.PLATFORM_FAILED, "EXECUTION_SERVER_UNAVAILABLE"),
        ("strange", ExitCode.PLATFORM_FAILED, "HTTP 200"),
    ],
)
def test_the_exit_code_says_who_must_act(api_port: int, question: str, code: ExitCode, said: str) -> None:
    done = qna("ask", question, port=api_port)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr


def test_of_several_questions_the_worst_code_counts_and_all_are_answered(api_port: int) -> None:
    done = qna("ask", "good", "weather", "raises", "good", port=api_port)
    assert done.returncode == ExitCode.CANNOT_ANSWER
    assert done.stdout.count("Forty-two.") == 2


def test_json_is_the_reply_of_the_api_and_nothing_else(api_port: int) -> None:
    done = qna("ask", "good", "--json", "--model", "other", port=api_port)
    reply = AnalyzeResponse.model_validate_json(done.stdout)
    assert reply.data.model == "other"
    assert reply.data.execution is not None


def test_json_of_several_questions_is_a_list_with_errors_in_their_place(api_port: int) -> None:
    done = qna("ask", "good", "weather", "strange", "--json", port=api_port)
    assert [reply["success"] for reply in json.loads(done.stdout)] == [True, False, False]
    assert done.returncode == ExitCode.PLATFORM_FAILED


def test_without_execution_the_script_is_shown(api_port: int) -> None:
    done = qna("ask", "raises", "--no-execute", port=api_port)
    assert done.returncode == ExitCode.DONE
    assert "result = 42" in done.stdout


def test_progress_goes_to_stderr(api_port: int) -> None:
    done = qna("ask", "good", port=api_port)
    assert "asking: good" in done.stderr
    assert "asking" not in done.stdout


@pytest.mark.parametrize("command", [("ask", "good"), ("replay", "exec_1"), ("rerun", "exec_1")])
def test_a_command_says_who_asks_with_the_key_or_the_token_of_the_environment(
    guarded_port: int, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    for name, code in {"": "UNAUTHENTICATED", "QNA_API_KEY": "NOT_FOUND", "QNA_TOKEN": "NOT_FOUND"}.items():
        with monkeypatch.context() as patch:
            if name:
                patch.setenv(name, KEY)
            done = qna(*command, port=guarded_port)
        assert done.returncode == ExitCode.MISUSE
        assert code in done.stdout + done.stderr, name


def test_a_question_that_is_missing_is_bad_usage(api_port: int) -> None:
    assert qna("ask", port=api_port).returncode == ExitCode.MISUSE


def test_a_bad_setting_ends_with_its_name_and_no_traceback() -> None:
    done = qna("ask", "good", port=0)
    assert done.returncode == ExitCode.MISUSE
    assert "API_SERVER_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_that_of_the_package(api_port: int) -> None:
    assert qna("--version", port=api_port).stdout.startswith("qna 0.")


def on_a_terminal(port: int) -> str:
    """What `qna ask good` writes on a terminal."""
    ours, its = pty.openpty()
    try:
        qna("ask", "good", port=port, stdout=its, stderr=subprocess.DEVNULL)
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(its)


CYAN = "36m"


def test_there_are_colours_on_a_terminal_and_only_there(
    api_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert CYAN in on_a_terminal(api_port)
    assert "\x1b" not in qna("ask", "good", port=api_port).stdout


def test_no_color_is_honoured(api_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert CYAN not in on_a_terminal(api_port)
