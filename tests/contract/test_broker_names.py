"""Which name means which tool, how odd arguments are named, and what the broker remembers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from executor.broker.address import ServerAddress
from executor.broker.answer_cache import AnswerCache
from executor.broker.broker import Broker
from executor.broker.failure import ToolFailure
from service.cache.memory_cache import MemoryCache
from tests.doubles.tool_server import Handler, OddServer, ToolServer, answer


def server_of(*names: str) -> OddServer:
    """A server of tools that tell their own name and what they were given."""
    odd = OddServer()

    def tell(name: str) -> Handler:
        return lambda arguments: answer({"tool": name, "given": arguments})

    for name in names:
        odd.add(name, tell(name))
    return odd


@asynccontextmanager
async def connected(**servers: OddServer) -> AsyncIterator[Broker]:
    """A broker to these servers, in this order."""
    async with AsyncExitStack() as stack:
        running = {name: stack.enter_context(ToolServer(odd.create)) for name, odd in servers.items()}
        addresses = [ServerAddress(name, server.url) for name, server in running.items()]
        broker = Broker(addresses, 5, AnswerCache(MemoryCache()))
        await broker.start()
        stack.push_async_callback(broker.stop)
        yield broker


async def asked(broker: Broker, name: str, *positional: Any, **named: Any) -> Any:
    """What the tool answers."""
    return await broker.call(name, broker.bind_arguments(name, list(positional), named))


async def test_a_tool_goes_by_its_own_name_as_python_spells_it_and_by_its_exact_one() -> None:
    async with connected(a=server_of("get-sum", "files.read", "call")) as broker:
        assert broker.tool_names() == ["call_", "files_read", "get_sum"]
        for name in ("get_sum", "get-sum", "a_get_sum"):
            assert (await asked(broker, name))["tool"] == "get-sum"
            assert broker.name_of(name) == "get_sum"
        (tool,) = [tool for tool in broker.catalogue().tools if tool.name == "get_sum"]
        assert tool.published_name == "get-sum"


async def test_the_first_server_keeps_a_name_and_the_others_put_theirs_before_it() -> None:
    servers = {"one": server_of("add", "x"), "my-two": server_of("add", "y"), "three": server_of("add")}
    async with connected(**servers) as broker:
        assert broker.tool_names() == ["add", "my_two_add", "three_add", "x", "y"]
        assert broker.bind_arguments("my_two_add", [], {}) == {}
        found = {tool.name: tool.server for tool in broker.catalogue().tools}
        assert found == {
            "add": "one",
            "my_two_add": "my-two",
            "three_add": "three",
            "x": "one",
            "y": "my-two",
        }


async def test_a_prefix_that_meets_a_name_gets_a_number() -> None:
    async with connected(one=server_of("add", "two_add"), two=server_of("add")) as broker:
        assert broker.tool_names() == ["add", "two_add", "two_add_2"]


async def test_a_server_with_two_names_has_its_tools_once() -> None:
    with ToolServer(server_of("add").create) as server:
        broker = Broker([ServerAddress("one", server.url), ServerAddress("two", server.url)], 5)
        await broker.start()
        catalogue = broker.catalogue()
        await broker.stop()
    assert [tool.name for tool in catalogue.tools] == ["add"]
    assert [each.name for each in catalogue.servers] == ["one", "two"]


async def test_an_unknown_name_stays_as_it_is_and_is_refused() -> None:
    async with connected(a=server_of("get-sum")) as broker:
        assert broker.name_of("get-sun") == "get-sun"
        with pytest.raises(ToolFailure, match="there is no tool 'get_sun'; did you mean 'get_sum'"):
            broker.bind_arguments("get_sun", [], {})


async def test_arguments_that_python_cannot_write_have_a_second_name() -> None:
    odd = OddServer()
    odd.add(
        "link",
        lambda arguments: answer({"given": arguments}),
        properties={"note": {}, "from": {"type": "string"}, "to-node": {}, "class": {}},
        required=["from", "to-node"],
        additionalProperties=False,
    )
    async with connected(a=odd) as broker:
        exact = {"from": "x", "to-node": "y", "class": 1}
        assert broker.bind_arguments("link", [], {"from_": "x", "to_node": "y", "class_": 1}) == exact
        assert broker.bind_arguments("link", [], exact) == exact
        assert broker.bind_arguments("link", ["x", "y"], {"class_": 1}) == exact
        for wrong, said in (
            ({"from_": "x", "from": "y", "to_node": 1}, "got two values for"),
            ({"form_": "x"}, "has no argument 'form_'; did you mean 'from_'"),
            ({"from_": 3, "to_node": 1}, "from: 3 is not of type"),
        ):
            with pytest.raises(ToolFailure, match=said):
                broker.bind_arguments("link", [], wrong)


def counting(**facts: Any) -> OddServer:
    """A server of one tool that answers with how often it was asked."""
    odd = OddServer()
    odd.add("count", lambda _: answer({"n": len(odd.calls)}), additionalProperties=True, **facts)
    return odd


async def test_an_answer_that_stays_true_is_given_again_for_the_same_arguments() -> None:
    async with connected(a=counting(is_read_only=True, volatility=60)) as broker:
        first = await broker.answer("count", {"a": 1, "b": 2})
        again = await broker.answer("count", {"b": 2, "a": 1})
        other = await broker.answer("count", {"a": 1, "b": 3})
    assert (first.value, first.cache_hit) == ({"n": 1}, False)
    assert (again.value, again.cache_hit) == ({"n": 1}, True)
    assert (other.value, other.cache_hit) == ({"n": 2}, False)


@pytest.mark.parametrize(
    "facts", [{"is_read_only": True}, {"volatility": 60}, {"is_read_only": True, "volatility": 0}]
)
async def test_nothing_else_is_kept(facts: dict[str, Any]) -> None:
    async with connected(a=counting(**facts)) as broker:
        answers = [await broker.answer("count", {}) for _ in range(2)]
    assert [(each.value["n"], each.cache_hit) for each in answers] == [(1, False), (2, False)]


async def test_a_failure_is_never_kept() -> None:
    odd = OddServer()
    odd.add("fail", lambda _: answer(text="no", is_error=True), is_read_only=True, volatility=60)
    async with connected(a=odd) as broker:
        for _ in range(2):
            with pytest.raises(ToolFailure):
                await broker.answer("fail", {})
    assert len(odd.calls) == 2


@pytest.mark.parametrize(("is_read_only", "calls"), [(True, 1), (False, 3)])
async def test_calls_that_only_read_and_are_the_same_share_one_flight(is_read_only: bool, calls: int) -> None:
    odd = OddServer()

    async def slow(_: dict[str, Any]) -> Any:
        await asyncio.sleep(0.2)
        return answer({"n": 1})

    odd.add("slow", slow, is_read_only=is_read_only)
    async with connected(a=odd) as broker:
        answers = await asyncio.gather(*(broker.answer("slow", {}) for _ in range(3)))
    assert [each.value for each in answers] == [{"n": 1}] * 3
    assert len(odd.calls) == calls
