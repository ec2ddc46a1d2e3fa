"""Kill -9 of one server in the middle of an analysis: the record stays true, and the next question works."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.doubles.outer_servers import OuterServers, running_outer_servers
from tests.doubles.postgresql import PostgreSQL
from tests.doubles.running_house import DEADLINE_SECONDS, Running, running_house, wait_until
from tests.doubles.stacks import STACKS

ENDLESS = "result = 0\nwhile True:\n    result += 1"


@dataclass(frozen=True)
class House:
    """A `qna up`, and the address of its execution server."""

    running: Running
    executor_url: str

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.running.url}{path}", trust_env=False, timeout=DEADLINE_SECONDS)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        return httpx2.post(f"{self.running.url}{path}", json=body, trust_env=False, timeout=DEADLINE_SECONDS)

    def record(self, execution_id: str) -> dict[str, Any]:
        reply = self.get(f"/executions/{execution_id}")
        assert reply.status_code == 200, reply.text
        data: dict[str, Any] = reply.json()["data"]
        return data

    def says(self, execution_id: str, status: str) -> bool:
        """Whether the record has it in this state; False while nobody can say."""
        try:
            reply = self.get(f"/executions/{execution_id}")
        except httpx2.TransportError:
            return False
        return reply.is_success and bool(reply.json()["data"]["status"] == status)

    def is_up(self) -> bool:
        try:
            return self.running.health().status == "up"
        except (httpx2.TransportError, ValueError):
            return False


@pytest.fixture(scope="module")
def outer(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[OuterServers]:
    with running_outer_servers(tmp_path_factory.mktemp("outer"), postgresql) as servers:
        yield servers


@pytest.fixture(scope="module")
def served_house(tmp_path_factory: pytest.TempPathFactory, outer: OuterServers) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("killed"), **outer.variables) as house:
        yield house


@pytest.fixture(scope="module", params=STACKS)
def either_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With nothing configured, and over PostgreSQL, Redis and Chroma."""
    if request.param == "servers":
        yield request.getfixturevalue("served_house")
        return
    with opened_house(tmp_path_factory.mktemp("killed")) as house:
        yield house


@contextmanager
def opened_house(folder: Path, **variables: str) -> Iterator[House]:
    with running_house(folder, **variables) as running:
        found = re.search(r"^executor +up at (\S+)", running.said.read_text(), re.MULTILINE)
        assert found
        yield House(running, found[1])


@pytest.fixture
def house(served_house: House, outer: OuterServers) -> Iterator[House]:
    """The house over servers, with everything running before and after each test."""
    wait_until(served_house.is_up)
    yield served_house
    outer.postgresql.start()
    outer.redis.start()
    wait_until(served_house.is_up)


@dataclass(frozen=True)
class UnderWay:
    """A script that runs until somebody stops it, and the reply that its author waits for."""

    execution_id: str
    request_id: str
    session_id: str
    reply: "Future[httpx2.Response]"


@contextmanager
def a_script_under_way(house: House) -> Iterator[UnderWay]:
    request_id, session_id = uuid4(), f"sess_{uuid4().hex}"
    body = {"script": ENDLESS, "session_id": session_id, "request_id": str(request_id)}
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(house.post, "/execute", **body)
        under_way = UnderWay(f"exec_{request_id.hex}", str(request_id), session_id, reply)
        wait_until(lambda: reply.done() or house.says(under_way.execution_id, "running"))
        assert not reply.done(), reply.result().text
        yield under_way


def stop_the_script(house: House, execution_id: str) -> None:
    """At the execution server itself, which needs neither database nor Redis."""
    reply = httpx2.post(f"{house.executor_url}/executions/{execution_id}/cancel", trust_env=False)
    assert reply.is_success, reply.text


def kill(house: House, module: str) -> int:
    killed = house.running.server_pid(module)
    os.kill(killed, signal.SIGKILL)
    return killed


def answer_the_next_question(house: House, session_id: str) -> None:
    """One that nobody asked before, in the same session as what was interrupted."""
    reply = house.post("/analyze", question="How volatile was KO in 2016?", session_id=session_id)
    assert reply.json()["status"] == "success", reply.text
    listed = house.get(f"/executions?session_id={session_id}").json()["data"]["executions"]
    assert [item["status"] for item in listed] == ["success", "failed"]


def last_event(house: House, execution_id: str) -> str:
    """The kind of the last event that followers are told; a log without a last event would never end."""
    told = house.get(f"/executions/{execution_id}/events").text.splitlines()
    return [line.removeprefix("event: ") for line in told if line.startswith("event: ")][-1]


def test_a_killed_api_server_leaves_a_crash_and_says_so_when_asked_again(either_house: House) -> None:
    house = either_house
    wait_until(house.is_up)
    with a_script_under_way(house) as script:
        killed = kill(house, "api_server")
        with pytest.raises(httpx2.TransportError):
            script.reply.result()
    wait_until(lambda: house.running.server_pid("api_server") not in {-1, killed})
    wait_until(lambda: house.says(script.execution_id, "failed"))
    record = house.record(script.execution_id)
    assert (record["outcome"], record["error_code"]) == ("crashed", "INTERRUPTED")
    assert record["python_code"] == ENDLESS
    assert last_event(house, script.execution_id) == "failed"
    again = house.post("/execute", script=ENDLESS, session_id=script.session_id, request_id=script.request_id)
    assert again.json()["error"]["code"] == "INTERRUPTED", again.text
    wait_until(house.is_up)
    answer_the_next_question(house, script.session_id)


def test_a_killed_execution_server_fails_the_run_and_comes_back(either_house: House) -> None:
    house = either_house
    wait_until(house.is_up)
    with a_script_under_way(house) as script:
        killed = kill(house, "executor")
        reply = script.reply.result()
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "EXECUTION_SERVER_UNAVAILABLE")
    record = house.record(script.execution_id)
    assert (record["status"], record["error_code"]) == ("failed", "EXECUTION_SERVER_UNAVAILABLE")
    assert last_event(house, script.execution_id) == "failed"
    wait_until(lambda: house.running.server_pid("executor") not in {-1, killed})
    wait_until(house.is_up)
    answer_the_next_question(house, script.session_id)


def test_without_redis_all_goes_on_and_health_says_what_is_missing(house: House, outer: OuterServers) -> None:
    with a_script_under_way(house) as script:
        outer.redis.kill()
        stopped = house.post(f"/executions/{script.execution_id}/cancel")
        assert stopped.status_code == 202, stopped.text
        reply = script.reply.result()
    assert reply.json()["status"] == "cancelled", reply.text
    record = house.record(script.execution_id)
    assert (record["status"], record["outcome"]) == ("failed", "cancelled")
    assert last_event(house, script.execution_id) == "finished"
    health = house.running.health()
    assert health.status == "degraded"
    assert {part.name for part in health.parts if "Redis is away" in (part.detail or "")} >= {
        "cache",
        "events",
    }
    answer_the_next_question(house, script.session_id)
    outer.redis.start()
    wait_until(house.is_up)


def test_a_killed_postgresql_fails_the_run_in_the_record_too_once_it_is_back(
    house: House, outer: OuterServers
) -> None:
    with a_script_under_way(house) as script:
        outer.postgresql.kill()
        stop_the_script(house, script.execution_id)
        reply = script.reply.result()
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "DATABASE_UNAVAILABLE")
    assert house.running.part_status("database") == "down"
    outer.postgresql.start()
    wait_until(lambda: house.says(script.execution_id, "failed"))
    record = house.record(script.execution_id)
    assert (record["outcome"], record["error_code"]) == ("crashed", "INTERRUPTED")
    assert record["python_code"] == ENDLESS
    assert last_event(house, script.execution_id) == "failed"
    answer_the_next_question(house, script.session_id)
