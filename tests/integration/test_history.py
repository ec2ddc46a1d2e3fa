"""What was asked before, over HTTP: executions, sessions, and what the next question can lean on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from api_server.storage.recorder import Conclusion, Understanding, WrittenScript
from api_server.storage.records import Attempt
from schemas.errors import ErrorResponse
from schemas.usage import Usage
from schemas.wire import utc_now
from tests.doubles.api_app import make_api_settings, opened_app, storage_of
from tests.doubles.databases import a_question, a_report, accepted
from tests.doubles.stacks import STACKS, stack_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

USER = "local"
SCRIPT = WrittenScript(
    python_code="def analyze(symbol: str = 'KO') -> dict: ...",
    explanation="Takes the daily closes.",
    model="offline-analyst",
    parameters={"symbol": "KO"},
    parameter_schema={"properties": {"symbol": {"type": "string"}}},
    warnings=["few prices"],
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=STACKS)
async def api(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx2.AsyncClient]:
    folder = tmp_path_factory.mktemp("history")
    stack = stack_settings(request.param, folder, request)
    async with opened_app(make_api_settings(folder, **stack)) as client:
        yield client


@pytest.fixture
def session() -> str:
    return f"sess_{uuid4().hex}"


async def answered(api: httpx2.AsyncClient, session: str, question: str = "How volatile was KO?") -> str:
    """The id of an execution that went all the way."""
    new = a_question(USER, session, question)
    recording = await accepted(storage_of(api), new)
    await recording.understood(Understanding(f"{question} Over 60 days.", 0.95, {"metric": "volatility"}))
    finding = {"code": "SYNTAX", "message": "not Python", "line": 1, "column": 1, "hint": "Close it."}
    await recording.attempted(Attempt(new.id, 1, "bad(", utc_now(), [finding], problem="line 1", model="m"))
    await recording.written(SCRIPT)
    await recording.started()
    stages = {"stages": [{"stage": "write", "duration_ms": 3.5}]}
    usage = Usage(input_tokens=10, cost_usd=0.25)
    await recording.finished(Conclusion(a_report(new.id), "KO moved by 17 %", usage, metadata=stages))
    return new.id


async def get(api: httpx2.AsyncClient, path: str, **query: str) -> Any:
    reply = await api.get(path, params=query)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert body["success"] is True
    return body.get("data", body)


async def test_an_execution_has_everything_that_a_page_shows_after_a_reload(
    api: httpx2.AsyncClient, session: str
) -> None:
    execution_id = await answered(api, session)
    seen = await get(api, f"/executions/{execution_id}")
    assert seen["question"] == "How volatile was KO?"
    assert seen["expanded_question"] == "How volatile was KO? Over 60 days."
    assert seen["python_code"] == SCRIPT.python_code
    assert seen["parameters"] == {"schema": SCRIPT.parameter_schema, "values": {"symbol": "KO"}}
    assert [attempt["findings"][0]["code"] for attempt in seen["attempts"]] == ["SYNTAX"]
    assert seen["execution"]["result"]["body"][0]["value"] == 0.17
    assert seen["usage"]["input_tokens"] == 10
    assert (seen["cost_usd"], seen["trust"], seen["status"]) == (0.25, "ran", "success")
    assert (seen["root_id"], seen["parent_id"], seen["kind"]) == (execution_id, None, "question")
    assert seen["metadata"]["stages"][0]["stage"] == "write"
    assert "user_id" not in seen
    assert "server_id" not in seen


async def test_an_execution_is_shown_while_it_is_under_way(api: httpx2.AsyncClient, session: str) -> None:
    new = a_question(USER, session)
    await accepted(storage_of(api), new)
    seen = await get(api, f"/executions/{new.id}")
    assert (seen["status"], seen["python_code"], seen["execution"], seen["attempts"]) == (
        "pending",
        "",
        None,
        [],
    )


async def test_lists_are_paged_filtered_and_searched(api: httpx2.AsyncClient, session: str) -> None:
    made = [a_question(USER, session, f"Question {number} of a list") for number in range(51)]
    for each in made:
        await accepted(storage_of(api), each)
    ids = [*(each.id for each in made), await answered(api, session, "Question 51 of a list")]
    first = await get(api, "/executions", session_id=session)
    second = await get(api, "/executions", session_id=session, cursor=first["next_cursor"])
    listed = [item["execution_id"] for item in first["executions"] + second["executions"]]
    assert (len(first["executions"]), second["next_cursor"]) == (50, None)
    assert listed == ids[::-1]
    found = await get(api, "/executions", q="51 list")
    assert [item["title"] for item in found["executions"]] == ["Question 51 of a list"]
    assert found["executions"][0]["parameters"] == {"symbol": "KO"}
    assert len((await get(api, "/executions", root_id=ids[0], kind="question"))["executions"]) == 1


@pytest.mark.parametrize(
    ("request_line", "body", "status", "code"),
    [
        ("GET /executions?cursor=x", None, 422, "BAD_CURSOR"),
        ("GET /conversation/sessions?cursor=x", None, 422, "BAD_CURSOR"),
        ("GET /executions?kind=wrong", None, 422, "INVALID_REQUEST"),
        ("GET /executions/exec_none", None, 404, "EXECUTION_NOT_FOUND"),
        ("GET /executions/x%00y", None, 422, "INVALID_REQUEST"),
        ("GET /conversation/sess_none", None, 404, "SESSION_NOT_FOUND"),
        ("GET /conversation/sess_none/context", None, 404, "SESSION_NOT_FOUND"),
        ("POST /executions/exec_none/feedback", {"correct": True}, 404, "EXECUTION_NOT_FOUND"),
        ("POST /executions/exec_none/feedback", {"correct": "perhaps"}, 422, "INVALID_REQUEST"),
        ("PATCH /executions/exec_none", {"title": ""}, 422, "INVALID_REQUEST"),
        ("PATCH /executions/exec_none", {"titel": "x"}, 422, "INVALID_REQUEST"),
        ("DELETE /conversation/sess_none", None, 404, "SESSION_NOT_FOUND"),
        ("POST /conversation/sessions", {"session_id": "a b"}, 422, "INVALID_REQUEST"),
    ],
)
async def test_what_is_not_there_or_not_right_has_the_one_error_shape(
    api: httpx2.AsyncClient, request_line: str, body: Any, status: int, code: str
) -> None:
    reply = await api.request(*request_line.split(), json=body)
    problem = ErrorResponse.model_validate(reply.json())
    assert (reply.status_code, problem.error.code) == (status, code)
    assert problem.recovery_suggestions


async def test_feedback_confirms_or_withdraws_and_is_audited(api: httpx2.AsyncClient, session: str) -> None:
    path = f"/executions/{await answered(api, session)}"
    right = await api.post(f"{path}/feedback", json={"correct": True})
    assert right.json()["data"]["trust"] == "confirmed"
    wrong = await api.post(f"{path}/feedback", json={"correct": False, "text": "wrong year"})
    assert (wrong.json()["data"]["trust"], wrong.json()["data"]["feedback"]) == ("withdrawn", "wrong year")
    last = (await storage_of(api).audit.list_page(USER)).items[0]
    assert (last.action, last.changes, last.ip_address) == ("feedback", {"trust": "withdrawn"}, "127.0.0.1")


async def test_a_question_is_renamed_pinned_deleted_and_restored(
    api: httpx2.AsyncClient, session: str
) -> None:
    path = f"/executions/{await answered(api, session)}"
    changed = (await api.patch(path, json={"title": "Coke", "is_pinned": True})).json()["data"]
    assert (changed["title"], changed["is_pinned"], changed["question"]) == (
        "Coke",
        True,
        "How volatile was KO?",
    )
    assert (await api.delete(path)).json()["data"]["undo_seconds"] == 10
    assert (await api.get(path)).status_code == 404
    assert (await get(api, f"/conversation/{session}"))["messages"] == []
    assert (await get(api, f"/conversation/{session}/context"))["context"]["messages"] == []
    assert (await api.post(f"{path}/restore")).json()["data"]["title"] == "Coke"
    assert len((await get(api, f"/conversation/{session}/context"))["context"]["messages"]) == 2


async def test_a_session_is_created_listed_renamed_deleted_and_restored(
    api: httpx2.AsyncClient, session: str
) -> None:
    made = await api.post("/conversation/sessions", json={"session_id": session, "title": "Coke"})
    assert made.status_code == 201
    again = await api.post("/conversation/sessions", json={"session_id": session, "title": "Other"})
    assert again.json()["data"]["title"] == "Coke"
    await api.patch(f"/conversation/{session}", json={"title": "Cola", "is_pinned": True})
    listed = (await get(api, "/conversation/sessions"))["sessions"]
    assert (listed[0]["session_id"], listed[0]["title"]) == (session, "Cola")
    assert (await api.delete(f"/conversation/{session}")).status_code == 200
    assert (await api.get(f"/conversation/{session}")).status_code == 404
    assert (await api.post(f"/conversation/{session}/restore")).json()["data"]["title"] == "Cola"


async def test_a_conversation_has_its_messages_and_executions_oldest_first(
    api: httpx2.AsyncClient, session: str
) -> None:
    ids = [await answered(api, session, question) for question in ("How volatile was KO?", "And PEP?")]
    seen = await get(api, f"/conversation/{session}")
    assert [message["role"] for message in seen["messages"]] == ["user", "assistant"] * 2
    assert seen["messages"][1]["metadata"]["outcome"] == "completed"
    assert seen["messages"][1]["metadata"]["mcp_calls"] == ["calculate_volatility"]
    assert [item["execution_id"] for item in seen["executions"]] == ids


async def test_the_context_has_exactly_the_designs_form(api: httpx2.AsyncClient, session: str) -> None:
    await answered(api, session)
    context = await get(api, f"/conversation/{session}/context")
    assert set(context) == {"success", "session_id", "context", "timestamp"}
    assert set(context["context"]) == {"messages", "expanded_queries", "similar_previous_questions"}
    assert [set(message) for message in context["context"]["messages"]] == [
        {"role", "content", "created_at"}
    ] * 2
    assert context["context"]["expanded_queries"] == [
        {
            "original": "How volatile was KO?",
            "expanded": "How volatile was KO? Over 60 days.",
            "confidence": 0.95,
        }
    ]


async def test_the_session_may_be_named_by_a_header_and_the_body_wins(
    api: httpx2.AsyncClient, session: str
) -> None:
    bad = await api.post("/analyze", json={"question": "x"}, headers={"X-Session-ID": "a b"})
    assert bad.json()["error"]["code"] == "INVALID_REQUEST"
