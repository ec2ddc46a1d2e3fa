"""Progress over HTTP: streams and sockets of a real API server, its limits, what administrators may."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api_server.access.caller import LOCAL_USER_ID
from api_server.app import create_app
from api_server.live import Live
from api_server.settings import ApiSettings
from api_server.storage.opened import Storage
from schemas.progress import ProgressType
from tests.doubles.databases import a_question, accepted
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.stacks import STACKS, stack_settings

ORIGIN = "http://127.0.0.1"


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def api(
    request: pytest.FixtureRequest,
    stack: str,
    executor: ExecutionServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("api")
    settings = ApiSettings(
        _env_file=None,
        **stack_settings(stack, folder, request),
        qna_data_dir=folder,
        execution_server_url=executor.url,
        rate_limit_local_user=True,
        rate_limit_requests_per_hour=3,
    )
    with TestClient(create_app(settings), base_url=ORIGIN) as client:
        yield client


def tell_a_story(api: TestClient, session_id: str, count: int = 3) -> str:
    """A finished execution with `count` events, written on the server's own loop."""
    storage: Storage = api.app.state.parts.storage  # type: ignore[attr-defined]
    live: Live = api.app.state.parts.live  # type: ignore[attr-defined]

    async def tell() -> str:
        new = a_question(LOCAL_USER_ID, session_id)
        await accepted(storage, new)
        log = await live.events.log.open(new.user_id, new.id, session_id)
        for n in range(1, count):
            await log.tell(ProgressType.STEP, {"text": f"step {n}"})
        await log.tell(ProgressType.FINISHED, {"outcome": "completed"})
        return new.id

    assert api.portal is not None
    return api.portal.call(tell)


def read_stream(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Id, type and data of each event."""
    found = []
    for block in filter(None, text.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def test_a_stream_tells_every_event_under_its_number_and_ends(api: TestClient) -> None:
    execution_id = tell_a_story(api, "sess_stream")
    reply = api.get(f"/executions/{execution_id}/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = read_stream(reply.text)
    assert [(number, kind) for number, kind, _ in events] == [(1, "step"), (2, "step"), (3, "finished")]
    assert events[0][2]["execution_id"] == execution_id
    assert events[0][2]["data"] == {"text": "step 1"}


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?after=2", {}), ("", {"Last-Event-ID": "2"}), ("?after=1", {"Last-Event-ID": "2"})],
)
def test_a_stream_goes_on_after_the_number_that_was_seen_last(
    api: TestClient, query: str, headers: dict[str, str]
) -> None:
    execution_id = tell_a_story(api, "sess_again")
    reply = api.get(f"/executions/{execution_id}/events{query}", headers=headers)
    assert [number for number, _, _ in read_stream(reply.text)] == [3]


def test_a_stream_of_what_is_not_there_is_not_found(api: TestClient) -> None:
    reply = api.get("/executions/exec_0/events")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "EXECUTION_NOT_FOUND")


def test_a_socket_tells_the_events_of_all_executions_of_its_session(api: TestClient) -> None:
    first = tell_a_story(api, "sess_socket", 2)
    with api.websocket_connect("ws://127.0.0.1/ws/sess_socket?after=1") as socket:
        heard = [socket.receive_json()]
        second = tell_a_story(api, "sess_socket", 2)
        heard += [socket.receive_json() for _ in range(2)]
    assert [event["seq"] for event in heard] == [2, 3, 4]
    assert [event["execution_id"] for event in heard] == [first, second, second]
    assert [event["sequence"] for event in heard] == [2, 1, 2]
    assert {event["session_id"] for event in heard} == {"sess_socket"}


def test_a_page_of_another_origin_cannot_open_a_socket(api: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        api.websocket_connect("ws://127.0.0.1/ws/sess_socket", headers={"Origin": "http://evil.example"}),
    ):
        pass
    assert caught.value.code == 1008


def test_a_page_of_ours_can(api: TestClient) -> None:
    tell_a_story(api, "sess_ours", 1)
    with api.websocket_connect("ws://127.0.0.1/ws/sess_ours", headers={"Origin": ORIGIN}) as socket:
        assert socket.receive_json()["seq"] == 1


def test_a_socket_answers_with_a_subprotocol_that_holds_no_token(api: TestClient) -> None:
    with api.websocket_connect(
        "ws://127.0.0.1/ws/sess_ours", subprotocols=["qna.bearer.secret", "qna.v1"]
    ) as socket:
        assert socket.accepted_subprotocol == "qna.v1"


def test_cancelling_needs_an_execution_of_ones_own(api: TestClient) -> None:
    assert api.post("/executions/exec_0/cancel").status_code == 404
    execution_id = tell_a_story(api, "sess_over")
    assert api.post(f"/executions/{execution_id}/cancel").status_code == 202


def test_an_administrator_can_have_everything_forgotten(api: TestClient) -> None:
    reply = api.delete("/cache")
    assert reply.status_code == 200
    assert reply.json()["forgotten"].keys() == {"results", "tool_schemas", "tool_answers"}


def test_health_names_cache_events_and_limits(api: TestClient, stack: str) -> None:
    parts = {part["name"]: part for part in api.get("/health").json()["parts"]}
    backend = "memory" if stack == "embedded" else "redis"
    for name in ("cache", "events", "rate_limits"):
        assert parts[name]["status"] == "up"
        assert parts[name]["facts"]["backend"] == backend
    assert parts["tool_answers"]["facts"]["backend"] == "memory"  # the execution server has no Redis here


def test_metrics_are_counted(api: TestClient) -> None:
    tell_a_story(api, "sess_counted")
    text = api.get("/metrics").text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["qna_events_total"]) > 0
    assert "qna_cache_total" in text


def test_who_asks_too_much_waits_as_long_as_the_reply_says(api: TestClient) -> None:
    replies = [api.post("/analyze", json={"question": " "}) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [422, 422, 422, 429]
    error = replies[-1].json()
    assert (error["error"]["code"], error["success"]) == ("RATE_LIMITED", False)
    assert 3500 < int(replies[-1].headers["retry-after"]) <= 3600
    assert 'qna_rate_limited_total{endpoint="analyze"} 1.0' in api.get("/metrics").text
