"""T3: few bytes, few requests, soon usable."""

import pytest
from playwright.sync_api import Browser

from tests.browser.reader import Reader, new_reader
from tests.doubles.page_house import PageHouse

ATTEMPTS_MAX = 8
"""Other work on the machine must not fail a test of the page."""
SLOW_LINE = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}


def load(reader: Reader) -> tuple[float, int, int]:
    """Milliseconds until the ask box works, bytes on the wire, requests for files."""
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    received: list[int] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    reader.page.goto(reader.url)
    usable = reader.probe("usableAfter")
    reader.page.wait_for_load_state("networkidle")
    return usable, round(sum(received)), len(received)


def test_the_first_load_is_at_most_60_kb_and_usable_within_half_a_second(
    browser: Browser, house: PageHouse
) -> None:
    times = []
    for _ in range(ATTEMPTS_MAX):
        with new_reader(browser, house) as reader:
            usable, size, requests = load(reader)
            assert size <= 60_000
            assert requests < 45
            longest = max(reader.page.evaluate("window.probe.longTasks"), default=0)
        times.append((usable, longest))
        if usable <= 500 and longest < 200:
            return
    pytest.fail(f"usable after, and longest task: {times} ms")


def test_it_is_usable_within_two_seconds_on_a_slow_line_and_a_slow_machine(
    browser: Browser, house: PageHouse
) -> None:
    times = []
    for _ in range(2):
        with new_reader(browser, house) as reader:
            session = reader.context.new_cdp_session(reader.page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_LINE})
            session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            times.append(load(reader)[0])
            session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        if min(times) <= 2000:
            return
    pytest.fail(f"usable only after {times} ms")
