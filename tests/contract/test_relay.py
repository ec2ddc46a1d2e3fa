"""The tool calls of one execution against a real server: bounded, recorded, answered again from a tape."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from executor.broker.address import ServerAddress
from executor.broker.broker import Broker
from executor.frames import CallRequest
from executor.relay import Divergence, Relay, TooManyCalls
from executor.taped_calls import TapedCalls
from sandbox_policies.policy import Limits, load_policy
from schemas.execution import OffTape, RecordedCall, Tape
from tests.doubles.tool_server import OddServer, ToolServer, answer

LIMITS = load_policy().limits.model_copy(
    update={
        "calls_max": 6,
        "call_bytes_max": 100,
        "response_bytes_max": 1_000,
        "response_total_bytes_max": 2_000,
    }
)


@pytest.fixture(scope="module")
def server() -> Iterator[ToolServer]:
    odd = OddServer()
    odd.add(
        "echo",
        lambda arguments: answer({"said": arguments, "nth": len(odd.calls)}),
        additionalProperties=True,
    )
    odd.add("large", lambda arguments: answer({"text": "x" * arguments["size"]}), additionalProperties=True)
    odd.add("beyond_json", lambda _: answer({"n": 10**30}))
    odd.add("not_text", lambda _: answer(text='{"a": "\\ud800"}'))
    odd.add(
        "rows", lambda _: answer({"data": {"close": [1, 2, 3], "unit": "USD"}, "metadata": {"source": "odd"}})
    )
    odd.add(
        "double",
        lambda arguments: answer({"doubled": 2 * arguments["number"]}),
        is_read_only=True,
        volatility=365 * 86_400,
        additionalProperties=True,
    )
    with ToolServer(odd.create) as running:
        yield running


@pytest.fixture
async def broker(server: ToolServer) -> AsyncIterator[Broker]:
    opened = Broker([ServerAddress("odd", server.url)], 5)
    await opened.start()
    yield opened
    await opened.stop()


def ask(tool: str, *positional: Any, **named: Any) -> CallRequest:
    """One call as a child asks for it."""
    return CallRequest(id=7, tool=tool, positional=list(positional), named=named)


async def answers_of(relay: Relay, *requests: CallRequest) -> list[dict[str, Any]]:
    """What the child reads: frames one after another."""
    data, answers = await relay.answer(list(requests)), []
    while data:
        size = int.from_bytes(data[:4], "big")
        answers.append(orjson.loads(data[4 : 4 + size]))
        data = data[4 + size :]
    return answers


def make_relay(broker: Broker, calls: list[RecordedCall] | None = None, limits: Limits = LIMITS) -> Relay:
    """A relay that asks live, or answers from a tape of `calls`."""
    taped = None if calls is None else TapedCalls(make_tape(calls))
    return Relay(broker, limits, taped, lambda *_, **__: None)


def make_tape(calls: list[RecordedCall]) -> Tape:
    """A tape of these calls."""
    return Tape(
        execution_id="x",
        script="",
        script_sha256="",
        parameters={},
        policy_version="",
        catalogue_digest="",
        packages={},
        clock=datetime(2020, 1, 1, tzinfo=UTC),
        seed=1,
        calls=calls,
    )


async def test_answers_carry_the_id_of_their_question(broker: Broker) -> None:
    relay = make_relay(broker)
    first, second = await answers_of(relay, ask("echo", a=1), ask("echo", a=2).model_copy(update={"id": 8}))
    assert (first["id"], first["value"]["said"]) == (7, {"a": 1})
    assert (second["id"], second["value"]["said"]) == (8, {"a": 2})


async def test_equal_calls_are_counted_whatever_the_order_of_their_arguments(broker: Broker) -> None:
    relay = make_relay(broker)
    await relay.answer([ask("echo", a=1, b=2), ask("echo", b=2, a=1), ask("echo", a=2, b=1)])
    assert [call.occurrence for call in relay.recording()] == [0, 1, 0]


async def test_label_and_rows_of_an_answer_are_noted(broker: Broker) -> None:
    relay = make_relay(broker)
    await relay.answer([ask("rows"), ask("echo")])
    assert [(call.metadata, call.row_count) for call in relay.recording()] == [
        ({"source": "odd"}, 3),
        ({}, None),
    ]


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (ask("beyond_json"), "bad_response", "not plain JSON"),
        (ask("not_text"), "bad_response", "not plain JSON"),
        (ask("large", size=1_001), "response_too_large", "ask for less"),
        (ask("echo", text="x" * 101), "bad_argument", "bytes of arguments, at most 100"),
        (ask("nothing"), "unknown_tool", "there is no tool 'nothing'"),
    ],
)
async def test_a_call_that_cannot_be_answered_is_an_error_and_no_end(
    broker: Broker, request_: CallRequest, code: str, said: str
) -> None:
    relay = make_relay(broker)
    refused, answered = await answers_of(relay, request_, ask("echo", a=1))
    assert refused["error"]["code"] == code
    assert said in refused["error"]["message"]
    assert answered["value"]["said"] == {"a": 1}
    assert [call.success for call in relay.recording()] == [False, True]
    assert relay.recording()[0].response is None


async def test_more_calls_than_allowed_end_the_run(broker: Broker) -> None:
    relay = make_relay(broker)
    await relay.answer([ask("echo")] * 6)
    with pytest.raises(TooManyCalls, match="more than 6 tool calls"):
        await relay.answer([ask("echo")])


async def test_more_calls_at_once_than_allowed_are_not_even_begun(broker: Broker) -> None:
    relay = make_relay(broker)
    with pytest.raises(TooManyCalls):
        await relay.answer([ask("echo")] * 7)
    assert relay.recording() == []


async def test_more_bytes_than_allowed_end_the_run(broker: Broker) -> None:
    relay = make_relay(broker)
    await relay.answer([ask("large", size=900), ask("large", size=900)])
    with pytest.raises(TooManyCalls, match="larger than one execution may receive"):
        await relay.answer([ask("large", size=900)])


async def test_a_tape_answers_without_asking(broker: Broker) -> None:
    live = make_relay(broker)
    recorded = await live.answer([ask("echo", a=1), ask("echo", a=1), ask("beyond_json")])
    replay = make_relay(broker, live.recording())
    assert await replay.answer([ask("echo", a=1), ask("echo", a=1), ask("beyond_json")]) == recorded
    assert replay.recording() == live.recording()


@pytest.mark.parametrize("request_", [ask("echo", a=2), ask("rows"), ask("nothing")])
async def test_a_call_that_is_not_on_the_tape_is_a_divergence(broker: Broker, request_: CallRequest) -> None:
    live = make_relay(broker)
    await live.answer([ask("echo", a=1)])
    with pytest.raises(Divergence) as caught:
        await make_relay(broker, live.recording()).answer([request_])
    assert caught.value.details == {"tool": request_.tool, "arguments": request_.named, "occurrence": 0}


async def test_one_call_too_many_of_the_same_is_a_divergence(broker: Broker) -> None:
    live = make_relay(broker)
    await live.answer([ask("echo", a=1)])
    replay = make_relay(broker, live.recording())
    await replay.answer([ask("echo", a=1)])
    with pytest.raises(Divergence) as caught:
        await replay.answer([ask("echo", a=1)])
    assert caught.value.details["occurrence"] == 1


async def record(broker: Broker, *requests: CallRequest) -> Tape:
    """The tape of these calls, live."""
    live = make_relay(broker)
    await live.answer(list(requests))
    return make_tape(live.recording()).model_copy(update={"tools": live.tools})


async def test_a_tape_answers_without_any_tool_server(broker: Broker) -> None:
    requests = [ask("large", size=9), ask("odd_rows"), ask("nothing"), ask("nothing"), ask("large", 1, 2)]
    tape = await record(broker, *requests)
    alone = Broker([], 5)
    replay = Relay(alone, LIMITS, TapedCalls(tape), None)
    await replay.answer(requests)
    assert replay.recording() == tape.calls


async def test_a_call_beyond_the_tape_may_take_the_answer_in_its_place(broker: Broker) -> None:
    tape = await record(broker, ask("echo", a=1), ask("echo", a=2))
    replay = Relay(Broker([], 5), LIMITS, TapedCalls(tape), None, OffTape.APPROXIMATE)
    answers = await answers_of(replay, ask("echo", a=7), ask("echo", a=8), ask("echo", a=9))
    assert [answer["value"]["said"] for answer in answers] == [{"a": 1}, {"a": 2}, {"a": 2}]
    with pytest.raises(Divergence):
        await replay.answer([ask("rows")])


async def test_a_calculation_beyond_the_tape_is_made_anew(broker: Broker) -> None:
    tape = await record(broker, ask("double", number=2))
    replay = Relay(broker, LIMITS, TapedCalls(tape), None, OffTape.APPROXIMATE)
    (answered,) = await answers_of(replay, ask("double", number=21))
    assert answered["value"] == {"doubled": 42}
