"""Questions through the real servers, one after the other: what the second one has of the first."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.doubles.outer_servers import running_outer_servers
from tests.doubles.postgresql import PostgreSQL
from tests.doubles.running_house import DEADLINE_SECONDS, Running, running_house

VOLATILITY = "How volatile was KO from 2019-01-01 to 2019-12-31?"


@pytest.fixture(scope="module", params=["embedded", "servers"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """With nothing configured, and over PostgreSQL, Redis and Chroma."""
    folder = tmp_path_factory.mktemp("house")
    with ExitStack() as stack:
        variables: dict[str, str] = {}
        if request.param == "servers":
            postgresql: PostgreSQL = request.getfixturevalue("postgresql")
            variables = stack.enter_context(running_outer_servers(folder, postgresql)).variables
        yield stack.enter_context(running_house(folder, **variables))


def post(house: Running, path: str = "/analyze", **body: Any) -> httpx2.Response:
    return httpx2.post(f"{house.url}{path}", json=body, trust_env=False, timeout=DEADLINE_SECONDS)


def get(house: Running, path: str) -> dict[str, Any]:
    reply = httpx2.get(f"{house.url}{path}", trust_env=False, timeout=DEADLINE_SECONDS)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def ask(house: Running, question: str, **more: Any) -> dict[str, Any]:
    reply = post(house, question=question, **more)
    assert reply.status_code == 200, reply.text
    data: dict[str, Any] = reply.json()["data"]
    return data


def values_of(data: dict[str, Any]) -> list[Any]:
    return [row["value"] for row in data["execution"]["result"]["body"]]


def test_a_session_is_kept_when_it_is_given(house: Running) -> None:
    reply = post(house, question="What is the latest price of KO?", session_id="sess_mine").json()
    assert reply["data"]["session_id"] == "sess_mine"


def test_a_question_can_be_asked_without_running_the_script(house: Running) -> None:
    reply = post(house, question="How volatile was KO in 2010?", execute=False).json()
    assert reply["data"]["execution"] is None
    assert reply["data"]["parameters"]["values"]["start"] == "2010-01-01"


def test_what_a_recipe_answers_as_it_was_asked_is_shown_and_kept_without_defaults(house: Running) -> None:
    data = ask(house, "Which stocks are the most volatile?")
    assert data["expanded_question"] == "Which stocks are the most volatile?"
    assert not any("last year" in note for note in data["understanding"]["assumptions"])
    record = get(house, f"/executions/{data['execution_id']}")["data"]
    assert record["expanded_question"] == data["expanded_question"]


def test_a_question_asked_again_is_shown_with_its_age_and_can_be_refreshed(house: Running) -> None:
    first = ask(house, VOLATILITY)
    again = ask(house, "What was the volatility of KO from 2019-01-01 to 2019-12-31?")
    assert again["reused_from"] == first["execution_id"]
    assert again["age_seconds"] >= 0
    assert again["execution"]["metadata"]["cache_hit"]
    assert values_of(again) == values_of(first)
    fresh = ask(house, VOLATILITY, refresh=True)
    assert fresh["age_seconds"] is None


@pytest.mark.parametrize(
    "other",
    [
        "How volatile was PEP from 2019-01-01 to 2019-12-31?",
        "How volatile was KO from 2018-01-01 to 2019-12-31?",
        "What was the maximum drawdown of KO from 2019-01-01 to 2019-12-31?",
    ],
)
def test_another_question_is_never_answered_with_the_first_one(house: Running, other: str) -> None:
    first = ask(house, VOLATILITY)
    second = ask(house, other)
    assert second["age_seconds"] is None
    assert values_of(second) != values_of(first)


def test_a_follow_up_takes_the_rest_from_the_question_before(house: Running) -> None:
    first = ask(house, "How volatile was KO over the last 60 trading days?")
    second = ask(house, "and JPM?", session_id=first["session_id"])
    assert second["parameters"]["values"]["symbols"] == ["JPM"]
    assert second["parameters"]["values"]["days"] == 60
    assert "JPM" in second["expanded_question"]
    assert second["understanding"]["follow_up_of"] == first["execution_id"]
    third = ask(house, "make it 120 days", session_id=first["session_id"])
    assert (third["parameters"]["values"]["symbols"], third["parameters"]["values"]["days"]) == (["JPM"], 120)


def test_of_an_equal_question_that_is_not_to_run_the_earlier_script_is_shown(house: Running) -> None:
    first = ask(house, "How volatile was WMT in 2014?")
    again = ask(house, "What was the volatility of WMT in 2014?", execute=False)
    assert (again["reused_from"], again["execution"]) == (first["execution_id"], None)
    assert (again["python_code"], again["parameters"]) == (first["python_code"], first["parameters"])
    assert (again["attempts"], again["age_seconds"]) == ([], None)
    record = get(house, f"/executions/{again['execution_id']}")["data"]
    assert (record["status"], record["python_code"]) == ("success", first["python_code"])


@pytest.mark.parametrize(
    ("year", "about", "told"),
    [
        (2013, "which period was that?", "start 2013-01-01; end 2013-12-31"),
        (2014, "show me the script", "is shown with this answer"),
        (2015, "why is that?", "standard deviation"),
        (2016, "where is the data from?", "Its data is simulated, as of 2016-12-30."),
    ],
)
def test_what_is_asked_about_an_answer_is_told_from_its_record(
    house: Running, year: int, about: str, told: str
) -> None:
    first = ask(house, f"How volatile was MCD in {year}?")
    reply = ask(house, about, session_id=first["session_id"])
    assert reply["reused_from"] == first["execution_id"]
    assert reply["execution"]["result"] == first["execution"]["result"]
    assert reply["python_code"] == first["python_code"]
    assert told in reply["explanation"]
    messages = get(house, f"/conversation/{first['session_id']}/context")["context"]["messages"]
    assert messages[-1]["content"] == reply["explanation"]
    after = ask(house, "and JPM?", session_id=first["session_id"])["parameters"]["values"]
    assert (after["symbols"], after["start"]) == (["JPM"], f"{year}-01-01")


def test_what_is_vague_is_confirmed_first_when_the_person_wants_that(house: Running) -> None:
    held = post(house, question="apple", auto_expand=False).json()
    assert held["status"] == "confirmation_needed"
    assert held["data"]["execution"] is None
    proposed = held["data"]["expanded_question"]
    assert "AAPL" in proposed
    assert held["data"]["understanding"]["assumptions"]
    waiting = get(house, f"/executions/{held['data']['execution_id']}")["data"]
    assert (waiting["status"], waiting["expanded_question"]) == ("pending", proposed)
    confirmed = post(
        house,
        "/conversation/confirm",
        execution_id=held["data"]["execution_id"],
        choice="edited",
        text="What is the price of AAPL?",
    ).json()
    assert confirmed["status"] == "success"
    assert confirmed["data"]["execution_id"] == held["data"]["execution_id"]
    record = get(house, f"/executions/{held['data']['execution_id']}")["data"]
    assert record["status"] == "success"


def test_the_same_request_twice_is_one_execution(house: Running) -> None:
    request_id = str(uuid4())
    one = ask(house, "How volatile was XOM in 2015?", request_id=request_id)
    two = ask(house, "How volatile was XOM in 2015?", request_id=request_id)
    assert one["execution_id"] == two["execution_id"]
    assert one["execution"]["result"] == two["execution"]["result"]
    assert one["parameters"] == two["parameters"]
    conflict = post(house, question="How volatile was JPM in 2015?", request_id=request_id)
    assert conflict.status_code == 409


def test_everything_is_in_the_record_as_it_was_answered(house: Running) -> None:
    answer = ask(house, "How volatile was BAC in 2012?")
    record = get(house, f"/executions/{answer['execution_id']}")["data"]
    assert record["python_code"] == answer["python_code"]
    assert record["execution"]["result"] == answer["execution"]["result"]
    assert record["parameters"] == answer["parameters"]
    listed = get(house, f"/executions?session_id={answer['session_id']}")["data"]["executions"]
    assert [item["execution_id"] for item in listed] == [answer["execution_id"]]
    context = get(house, f"/conversation/{answer['session_id']}/context")["context"]
    assert [message["role"] for message in context["messages"]] == ["user", "assistant"]
    replayed = post(house, f"/executions/{answer['execution_id']}/replay").json()
    assert replayed["data"]["is_identical"], replayed


def test_a_refusal_is_in_the_record_too(house: Running) -> None:
    request_id = uuid4()
    refused = post(house, question="What will the weather be in Paris?", request_id=str(request_id))
    assert refused.status_code == 422
    record = get(house, f"/executions/exec_{request_id.hex}")["data"]
    assert (record["status"], record["error_code"]) == ("failed", "CANNOT_ANSWER")
    again = post(house, question="What will the weather be in Paris?", request_id=str(request_id))
    assert again.json()["error"] == refused.json()["error"]


def test_the_events_of_an_answer_are_told_in_order(house: Running) -> None:
    answer = ask(house, "How volatile was GE in 2003?")
    stream = httpx2.get(
        f"{house.url}/executions/{answer['execution_id']}/events", trust_env=False, timeout=DEADLINE_SECONDS
    ).text
    kinds = [line.removeprefix("event: ") for line in stream.splitlines() if line.startswith("event: ")]
    assert kinds[:3] == ["accepted", "understood", "reused"]
    assert kinds[-1] == "finished"
    assert "tool_call_finished" in kinds


def test_health_says_whether_the_market_is_simulated(house: Running) -> None:
    parts = {part["name"]: part["facts"] for part in get(house, "/health")["parts"]}
    assert parts["financial"]["simulated"] is True
    assert "simulated" not in parts["analytics"]


@pytest.mark.parametrize(
    ("vague", "answered"),
    [
        ("walmart", "What are the latest price, today's change and the 1-month return of WMT?"),
        ("compare coca cola and pepsi", "Compare the return, volatility and maximum drawdown of KO and PEP"),
        ("how's my portfolio?", "What are the value of my portfolio, today's profit and loss"),
    ],
)
def test_what_is_vague_is_answered_as_it_was_taken(house: Running, vague: str, answered: str) -> None:
    reply = ask(house, vague)
    assert reply["expanded_question"].startswith(answered)
    assert reply["execution"]["success"]
    assert reply["understanding"]["assumptions"]
