"""What network vendors make of a host that misbehaves: problems, retries, the circuit, and no key shown."""

import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

import pytest

from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.connection import CallLimits
from mcp_servers.financial.vendors.failures import (
    KeyRefused,
    NotInPlan,
    RateLimited,
    VendorFailed,
    VendorUnavailable,
)
from mcp_servers.financial.vendors.requests import BarsRequest
from mcp_servers.financial.vendors.vendor import Vendor, answer
from schemas.market.prices import BarsBySymbol
from tests.doubles.vendors.alpaca import KEY, SECRET
from tests.doubles.vendors.eodhd import TOKEN
from tests.doubles.vendors.opened import QUICK, StandIns
from tests.doubles.vendors.stand_in import (
    CUT_OFF,
    HTML_PAGE,
    SERVER_ERROR,
    TRUNCATED_JSON,
    WRONG_SHAPE,
    Fault,
    StandIn,
    rate_limited,
    stall,
)

ONE_BAR = BarsRequest(["MSFT"], "1Day", 1)
SECRETS = (KEY, SECRET, TOKEN)


@dataclass(frozen=True)
class Case:
    """One vendor with its stand-in."""

    stand_in: StandIn
    open: Callable[[CallLimits], Vendor]

    def attempts(self) -> int:
        """How many requests have come in."""
        return len(self.stand_in.seen)


@pytest.fixture(params=["alpaca", "eodhd"])
def case(request: pytest.FixtureRequest, stand_ins: StandIns) -> Case:
    if request.param == "alpaca":
        return Case(stand_ins.alpaca, stand_ins.open_alpaca)
    return Case(stand_ins.eodhd, stand_ins.open_eodhd)


@pytest.fixture
async def vendor(case: Case) -> AsyncIterator[Vendor]:
    opened = case.open(QUICK)
    yield opened
    await opened.close()


async def one_bar(vendor: Vendor) -> BarsBySymbol:
    """The shortest question there is."""
    fetcher = kinds.STOCK_BARS.of(vendor)
    assert fetcher is not None
    return (await answer(fetcher, ONE_BAR)).data


@pytest.mark.parametrize(
    "fault",
    [
        SERVER_ERROR,
        HTML_PAGE,
        TRUNCATED_JSON,
        CUT_OFF,
        stall(1.5),
        Fault(302, b"", {"location": "/elsewhere"}),
    ],
    ids=["500", "html", "truncated", "cut off", "stall", "redirect"],
)
async def test_what_may_pass_is_tried_again(case: Case, vendor: Vendor, fault: Fault) -> None:
    case.stand_in.faults.append(fault)
    assert len((await one_bar(vendor)).bars["MSFT"].close) == 1
    assert case.attempts() == 2


@pytest.mark.parametrize(
    "fault",
    [SERVER_ERROR, HTML_PAGE, TRUNCATED_JSON, CUT_OFF, stall(1.5)],
    ids=["500", "html", "truncated", "cut off", "stall"],
)
async def test_what_does_not_pass_is_told_after_the_last_attempt(
    case: Case, vendor: Vendor, fault: Fault
) -> None:
    case.stand_in.faults.extend([fault] * 5)
    with pytest.raises(VendorUnavailable, match="try again later") as caught:
        await one_bar(vendor)
    assert case.attempts() == QUICK.attempts_max
    assert caught.value.wire.details["vendor"] == vendor.name


async def test_a_form_that_nobody_promised_is_the_vendors_failure(case: Case, vendor: Vendor) -> None:
    case.stand_in.faults.append(WRONG_SHAPE)
    with pytest.raises(VendorUnavailable, match="unknown form"):
        await one_bar(vendor)


async def test_the_deadline_holds_over_all_attempts(case: Case) -> None:
    vendor = case.open(replace(QUICK, total_seconds=2.0, attempts_max=50))
    case.stand_in.faults.extend([stall(1.5)] * 5)
    began = time.monotonic()
    with pytest.raises(VendorUnavailable):
        await one_bar(vendor)
    assert time.monotonic() - began < 10, "fifty attempts would take a minute"
    await vendor.close()


@pytest.mark.parametrize(
    "headers",
    [
        lambda: {"Retry_After": "1"},
        lambda: {"Retry_After": formatdate(time.time() + 1.9, usegmt=True)},
        lambda: {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(int(time.time()) + 2)},
    ],
    ids=["seconds", "date", "reset"],
)
async def test_a_wait_that_the_vendor_asks_for_is_kept(
    case: Case, headers: Callable[[], dict[str, str]]
) -> None:
    vendor = case.open(replace(QUICK, total_seconds=20.0))
    case.stand_in.faults.append(rate_limited(**headers()))
    began = time.monotonic()
    assert await one_bar(vendor)
    assert time.monotonic() - began > 0.4
    assert case.attempts() == 2
    await vendor.close()


async def test_a_wait_that_is_too_long_is_told_and_not_waited_for(case: Case, vendor: Vendor) -> None:
    reset = str(int(time.time()) + 50)
    case.stand_in.faults.append(rate_limited(X_RateLimit_Remaining="0", X_RateLimit_Reset=reset))
    for _ in range(2):
        with pytest.raises(RateLimited, match="try again in") as caught:
            await one_bar(vendor)
        assert 40 < caught.value.wire.details["retry_after_seconds"] <= 50
    assert case.attempts() == 1, "the second question must not be sent before the reset"


async def test_being_limited_without_a_word_of_how_long_backs_off(case: Case, vendor: Vendor) -> None:
    case.stand_in.faults.extend([rate_limited()] * 2)
    assert await one_bar(vendor)
    assert case.attempts() == 3


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault(401, b"Unauthenticated"), KeyRefused),
        (Fault(403, b'{"message":"subscription does not permit querying recent SIP data"}'), NotInPlan),
        (Fault(403, b"<html>Forbidden</html>", {"content-type": "text/html"}), NotInPlan),
        (Fault(402, b"You exceeded your daily API requests limit"), RateLimited),
    ],
    ids=["key", "plan", "plan in html", "daily limit"],
)
async def test_a_refusal_is_told_at_once(
    case: Case, vendor: Vendor, fault: Fault, problem: type[VendorFailed]
) -> None:
    case.stand_in.faults.append(fault)
    with pytest.raises(problem):
        await one_bar(vendor)
    assert case.attempts() == 1
    assert vendor.check_health().facts["circuit"] == "closed"


async def test_a_vendor_that_is_down_is_left_alone_and_tried_once_later(case: Case) -> None:
    vendor = case.open(replace(QUICK, attempts_max=1, failures_max=2, recovery_seconds=0.5))
    case.stand_in.faults.extend([SERVER_ERROR] * 2)
    for _ in range(2):
        with pytest.raises(VendorUnavailable):
            await one_bar(vendor)
    assert vendor.check_health().facts["circuit"] == "open"
    assert vendor.check_health().status == "down"
    with pytest.raises(VendorUnavailable, match="lately"):
        await one_bar(vendor)
    assert case.attempts() == 2, "an open circuit sends nothing"
    deadline = time.monotonic() + 5
    while vendor.check_health().facts["circuit"] == "open":
        assert time.monotonic() < deadline
    assert await one_bar(vendor)
    assert vendor.check_health().facts["circuit"] == "closed"
    await vendor.close()


async def test_requests_are_paced(case: Case) -> None:
    vendor = case.open(replace(QUICK, requests_per_minute=2, total_seconds=1.0))
    for _ in range(2):
        assert await one_bar(vendor)
    with pytest.raises(RateLimited):
        await one_bar(vendor)
    assert case.attempts() == 2
    await vendor.close()


async def test_a_body_without_end_is_not_read_to_its_end(case: Case) -> None:
    vendor = case.open(replace(QUICK, body_bytes_max=100, attempts_max=1))
    case.stand_in.faults.append(Fault(body=b"[" + b"1," * 1000 + b"1]"))
    with pytest.raises(VendorUnavailable, match="more than 100 bytes"):
        await one_bar(vendor)
    await vendor.close()


@pytest.mark.parametrize(
    "fault",
    [
        SERVER_ERROR,
        CUT_OFF,
        stall(1.5),
        Fault(400, f'{{"message":"bad token {TOKEN}"}}'.encode()),
        Fault(403, f'{{"message":"bad key {KEY} or {SECRET}"}}'.encode()),
        Fault(302, b"", {"location": f"/?api_token={TOKEN}"}),
        WRONG_SHAPE,
    ],
    ids=["500", "cut off", "stall", "token told back", "keys told back", "redirect", "wrong shape"],
)
async def test_no_key_is_in_a_problem_a_health_or_a_log(
    case: Case, fault: Fault, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = case.open(replace(QUICK, attempts_max=1))
    case.stand_in.faults.append(fault)
    # The levels of `service.logs`, and everything of our own.
    for name, level in (("", logging.DEBUG), ("httpx2", logging.WARNING), ("httpcore2", logging.WARNING)):
        caplog.set_level(level, name)
    with pytest.raises(Exception, match=vendor.name) as caught:
        await one_bar(vendor)
    await vendor.close()
    shown = [str(caught.getrepr(showlocals=False, style="short")), str(vendor.check_health()), caplog.text]
    shown += [
        *capsys.readouterr(),
        repr(vars(caught.value)),
        repr(caught.value.__cause__),
        repr(caught.value.__context__),
    ]
    ours = (KEY, SECRET) if vendor.name == "alpaca" else (TOKEN,)
    assert not any(secret in text for secret in ours for text in shown)


async def test_keys_travel_where_the_vendor_wants_them(case: Case, vendor: Vendor) -> None:
    await one_bar(vendor)
    (seen,) = case.stand_in.seen
    if vendor.name == "alpaca":
        assert (seen.headers["apca-api-key-id"], seen.headers["apca-api-secret-key"]) == (KEY, SECRET)
        assert not any(secret in value for value in seen.query.values() for secret in SECRETS)
    else:
        assert seen.query["api_token"] == TOKEN
        assert seen.query["fmt"] == "json"


async def test_what_is_left_of_the_allowance_is_on_the_label(stand_ins: StandIns) -> None:
    vendor = stand_ins.open_alpaca()
    stand_ins.alpaca_app.requests_remaining = 42
    fetcher = kinds.STOCK_BARS.of(vendor)
    assert fetcher is not None
    limit = (await answer(fetcher, ONE_BAR)).metadata.rate_limit
    assert limit is not None
    assert limit.remaining == 42
    assert limit.reset_at is not None
    assert vendor.check_health().facts["rate_limit"]["remaining"] == 42
    await vendor.close()
