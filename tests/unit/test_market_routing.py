"""Who is asked for what, and who is asked instead."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from mcp_servers.financial.market import BadRoute, Market
from mcp_servers.financial.settings import FallbackReason, FinancialSettings
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.failures import (
    KeyRefused,
    NotConfigured,
    NotInPlan,
    NotOffered,
    RateLimited,
    VendorUnavailable,
)
from mcp_servers.financial.vendors.registry import open_vendors
from mcp_servers.financial.vendors.requests import BarsRequest, ClockRequest, NewsRequest
from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.problems import BadArgument, NoData, Problem, UnknownSymbol
from schemas.market.envelope import Envelope, PassedOver
from schemas.market.news import News
from tests.doubles.vendors.scripted import ScriptedVendor

ASK = NewsRequest(["AAPL"], 1)
FAILURES = [VendorUnavailable("x"), RateLimited("x"), NotInPlan("x"), KeyRefused("x")]
LACKS = [UnknownSymbol("x"), NoData("x"), NotOffered("x")]


async def news(market: Market) -> Envelope[News]:
    """The one question that scripted vendors know."""
    return await market.answer(kinds.NEWS, ASK)


async def test_the_first_vendor_that_has_the_kind_answers() -> None:
    first, second = ScriptedVendor("first"), ScriptedVendor("second")
    envelope = await news(Market([load_sample(), first, second]))
    assert envelope.metadata.source == "first"
    assert envelope.metadata.fallback_from == []
    assert second.news.asked == 0


async def test_an_order_for_a_kind_wins_over_the_default_order() -> None:
    vendors = [ScriptedVendor("first"), ScriptedVendor("second"), ScriptedVendor("third")]
    market = Market(vendors, {"default": ["third"], "news": ["second", "first"]})
    assert (await news(market)).metadata.source == "second"
    only_default = Market(vendors, {"default": ["third"], "movers": ["first"]})
    assert (await news(only_default)).metadata.source == "third"


@pytest.mark.parametrize("problem", [*FAILURES, *LACKS, BadArgument("x")])
async def test_without_a_configured_fallback_nobody_else_is_asked(problem: Problem) -> None:
    second = ScriptedVendor("second")
    with pytest.raises(type(problem)):
        await news(Market([ScriptedVendor("first", problem), second]))
    assert second.news.asked == 0


@pytest.mark.parametrize(
    ("reasons", "passed_on"),
    [
        (["failure"], FAILURES),
        (["unknown_symbol"], [UnknownSymbol("x")]),
        (["no_data", "not_offered"], [NoData("x"), NotOffered("x")]),
    ],
)
async def test_a_configured_fallback_is_labelled(
    reasons: Sequence[FallbackReason], passed_on: Sequence[Problem]
) -> None:
    for problem in passed_on:
        market = Market([ScriptedVendor("first", problem), ScriptedVendor("second")], fallback=reasons)
        metadata = (await news(market)).metadata
        assert metadata.source == "second"
        assert metadata.fallback_from == [PassedOver(vendor="first", code=problem.code)]


@pytest.mark.parametrize("reason", ["failure", "unknown_symbol", "no_data", "not_offered"])
async def test_a_wrong_argument_is_wrong_everywhere(reason: FallbackReason) -> None:
    market = Market(
        [ScriptedVendor("first", BadArgument("limit")), ScriptedVendor("second")], fallback=[reason]
    )
    with pytest.raises(BadArgument, match="limit"):
        await news(market)


async def test_a_failure_is_not_hidden_by_what_the_next_vendor_lacks() -> None:
    vendors = [
        ScriptedVendor("first", RateLimited("wait")),
        ScriptedVendor("second", UnknownSymbol("no TSLA")),
    ]
    with pytest.raises(RateLimited, match="wait"):
        await news(Market(vendors, fallback=["failure"]))


async def test_the_last_vendor_says_what_is_unknown() -> None:
    vendors = [ScriptedVendor("a", UnknownSymbol("few")), ScriptedVendor("b", UnknownSymbol("many"))]
    with pytest.raises(UnknownSymbol, match="many"):
        await news(Market(vendors, fallback=["unknown_symbol"]))


async def test_each_question_starts_with_the_first_vendor_again() -> None:
    market = Market(
        [ScriptedVendor("first", VendorUnavailable("x"), None), ScriptedVendor("second")],
        fallback=["failure"],
    )
    assert (await news(market)).metadata.source == "second"
    assert (await news(market)).metadata.source == "first"


async def test_the_sample_hands_on_what_it_has_not() -> None:
    class WithBars(ScriptedVendor):
        """Asked for bars, it says that it was."""

        def __init__(self) -> None:
            super().__init__("larger", NoData("asked"))
            self.fetchers = {kinds.STOCK_BARS.name: self.news}

    market = Market([load_sample(), WithBars()])
    for request in (
        BarsRequest(["TSLA"], "1Day", 5),
        BarsRequest(["AAPL"], "1Min", 5),
        BarsRequest(["AAPL"], "1Day", 5, adjustment="raw"),
    ):
        with pytest.raises(NoData, match="asked"):
            await market.answer(kinds.STOCK_BARS, request)
    known = await market.answer(kinds.STOCK_BARS, BarsRequest(["AAPL"], "1Day", 5))
    assert known.metadata.source == "sample"


async def test_a_kind_that_nobody_has_says_what_to_do() -> None:
    with pytest.raises(NotConfigured, match="set the key"):
        await Market([ScriptedVendor("first")]).answer(kinds.CLOCK, ClockRequest())


@pytest.mark.parametrize(
    ("orders", "complaint"),
    [
        ({"weather": ["first"]}, "no kind of market data is called 'weather'"),
        ({"news": ["reuters"]}, "vendor 'reuters' is not configured"),
    ],
)
def test_an_order_that_names_nothing_is_refused(orders: dict[str, list[str]], complaint: str) -> None:
    with pytest.raises(BadRoute, match=complaint):
        Market([ScriptedVendor("first")], orders)


async def test_health_shows_each_vendor_and_the_end_closes_each() -> None:
    first, second = ScriptedVendor("first"), ScriptedVendor("second")
    market = Market([first, second])
    async with market.open():
        assert [(part.name, part.status) for part in market.check_health()] == [
            ("first", "up"),
            ("second", "up"),
        ]
    assert first.is_closed
    assert second.is_closed


def settings(**values: object) -> FinancialSettings:
    """Settings that come from nowhere but `values`."""
    return FinancialSettings(_env_file=None, **values)  # type: ignore[arg-type]


def test_without_keys_only_offline_vendors_are_there() -> None:
    assert [vendor.name for vendor in open_vendors(settings())] == ["sample", "simulated"]


async def test_what_the_sample_lacks_is_simulated_and_labelled() -> None:
    market = Market(open_vendors(settings()))
    real = await market.answer(kinds.STOCK_BARS, BarsRequest(["AAPL"], "1Day", 5))
    assert (real.metadata.source, real.metadata.simulated) == ("sample", False)
    for request in (BarsRequest(["NVDA"], "1Day", 5), BarsRequest(["AAPL"], "1Hour", 5)):
        made = (await market.answer(kinds.STOCK_BARS, request)).metadata
        assert (made.source, made.simulated) == ("simulated", True)
        assert [passed.vendor for passed in made.fallback_from] == ["sample"]
    assert all(market.route(kind) for kind in kinds.ALL_KINDS)


async def test_own_files_come_first_and_hand_on_what_they_lack() -> None:
    folder = Path(__file__).parents[1] / "doubles" / "bar_files"
    async with Market(open_vendors(settings(market_data_files_dir=folder))).open() as market:
        for symbol, source in (("AAPL", "files"), ("KO", "sample"), ("NVDA", "simulated")):
            request = BarsRequest([symbol], "1Day", 5)
            assert (await market.answer(kinds.STOCK_BARS, request)).metadata.source == source


@pytest.mark.parametrize(("orders", "is_there"), [({}, False), ({"news": ["simulated"]}, True)])
def test_with_a_key_nothing_is_simulated_unless_asked_for(
    orders: dict[str, list[str]], is_there: bool
) -> None:
    vendors = open_vendors(settings(eodhd_api_key=SecretStr("x"), market_data_vendors=orders))
    assert ("simulated" in [vendor.name for vendor in vendors]) == is_there


async def test_a_vendor_with_a_key_comes_before_the_offline_ones() -> None:
    secret = SecretStr("x")
    vendors = open_vendors(settings(alpaca_api_key=secret, alpaca_secret_key=secret, eodhd_api_key=secret))
    async with Market(vendors).open() as market:
        assert [vendor.name for vendor in market.route(kinds.STOCK_BARS)] == ["alpaca", "eodhd", "sample"]
        assert [vendor.name for vendor in market.route(kinds.FUNDAMENTALS)] == ["eodhd"]
        assert [vendor.name for vendor in market.route(kinds.ACCOUNT)] == ["alpaca"]


def test_half_a_pair_of_keys_is_refused() -> None:
    with pytest.raises(ValidationError, match="set both ALPACA_API_KEY and ALPACA_SECRET_KEY"):
        settings(alpaca_api_key=SecretStr("x"))


def test_an_unknown_reason_to_fall_back_is_refused() -> None:
    with pytest.raises(ValidationError, match="market_data_fallback"):
        settings(market_data_fallback=["bad_mood"])


def test_a_market_is_simulated_when_any_kind_of_data_may_be() -> None:
    real, simulated = ScriptedVendor("first"), ScriptedVendor("simulated")
    assert Market([real, simulated]).is_simulated
    assert not Market([real, simulated], {"default": ["first"]}).is_simulated
    assert Market([real, simulated], {"default": ["first"], "news": ["simulated"]}).is_simulated
