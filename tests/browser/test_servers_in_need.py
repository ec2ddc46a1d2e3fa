"""T12: servers that are full, slow, away, or want to know who asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.reader import PREPARED, QUESTION, Reader, new_reader, next_reader
from tests.doubles.page_house import LINE_MAX, Hold, PageHouse
from tests.doubles.page_scripts import PLAIN, SLOW
from tests.doubles.page_writer import writes


@contextmanager
def reader_at(window: Page, house: PageHouse) -> Iterator[Reader]:
    """A reader of another house, who has seen the notice."""
    with next_reader(window, house.url) as reader:
        reader.prefer("isNoticeSeen", "true")
        yield reader


def test_trying_again_waits_for_as_long_as_the_server_asks(window: Page, house: PageHouse) -> None:
    with (
        house.beside(rate_limit_local_user=True, rate_limit_requests_per_second=1) as limited,
        reader_at(window, limited) as reader,
    ):
        reader.tolerate("status of 429")

        def ask_too_much(route: Route) -> None:
            """A request that is answered at once, within the same second."""
            limited.http.post("/analyze", json={"question": " "})
            route.continue_()

        reader.page.route("**/analyze", ask_too_much, times=1)
        reader.open().ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("Too many questions in a short time")
        again = reader.find("[data-action=again]")
        expect(again).to_have_text("Try again in 1 s")
        expect(again).to_be_disabled()
        expect(reader.find("#question-text")).to_have_value(QUESTION)
        expect(again).to_be_enabled()
        again.click()
        reader.wait_for("result")


def test_an_execution_server_that_is_full_is_busy_and_says_when_to_come_back(
    reader: Reader, house: PageHouse
) -> None:
    reader.tolerate("status of 503")
    house.hold(Hold.MARKET)
    with held_line(house):
        reader.open().ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("The execution server is busy")
        again = reader.find("[data-action=again]")
        expect(again).to_have_text("Try again in 2 s")
        house.let_go()
    again.click()
    reader.wait_for("result")


@contextmanager
def held_line(house: PageHouse) -> Iterator[None]:
    """As many scripts under way and waiting as the execution server takes, until the market answers."""

    def run(number: int) -> None:
        body = {"script": PLAIN, "execution_id": f"line-{number}", "parameters": {"days": 50 + number}}
        httpx2.post(f"{house.executor.url}/execute", json=body, timeout=60, trust_env=False)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(LINE_MAX)]
    for thread in threads:
        thread.start()
    try:
        house.wait_for_line()
        yield
    finally:
        house.let_go()
        for thread in threads:
            thread.join(timeout=60)
            assert not thread.is_alive()


def test_an_execution_server_that_is_away_is_named(window: Page, house: PageHouse) -> None:
    with house.beside(execution_server_url="http://127.0.0.1:9") as alone, reader_at(window, alone) as reader:
        reader.tolerate("status of 503")
        reader.open().ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("The execution server does not answer")
        expect(reader.find("[data-action]")).to_have_text(["Try again"])


def test_a_script_that_takes_too_long_can_have_a_shorter_period(window: Page, house: PageHouse) -> None:
    with house.beside(execution_timeout_seconds=1) as hasty, reader_at(window, hasty) as reader:
        hasty.courses["prepared"] = writes(SLOW, is_final=True)
        reader.open().ask(PREPARED, until="error")
        expect(reader.find("#problem-title")).to_have_text("Stopped after 1 s")
        expect(reader.find("[data-action]")).to_have_text(["Shorter period: 60 days", "Try again"])
        expect(reader.button("Re-run")).to_be_visible()
        reader.button("Shorter period: 60 days").click()
        reader.wait_for("result")
        assert reader.sent("POST", "/rerun")[0]["parameters"]["days"] == 60


def test_a_server_that_is_away_is_named_and_the_question_kept(reader: Reader, house: PageHouse) -> None:
    reader.tolerate("Failed to load resource|net::ERR")
    reader.open()
    reader.find("#question-text").fill("W")
    reader.page.wait_for_selector("#bench [role=tablist]", state="attached")
    house.stop()
    try:
        reader.ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("The server did not answer")
        expect(reader.find("#question-text")).to_have_value(QUESTION)
    finally:
        house.start()
    reader.button("Try again").click()
    reader.wait_for("result")


def test_a_server_that_went_away_before_the_first_question_is_named_too(
    browser: Browser, house: PageHouse
) -> None:
    with new_reader(browser, house) as reader:
        reader.tolerate("Failed to load resource|net::ERR")
        reader.open()
        expect(reader.find(".example")).to_have_count(6)
        house.stop()
        try:
            reader.ask(until=None)
            expect(reader.find("#connection")).to_contain_text("The server did not answer")
        finally:
            house.start()
        reader.button("Load again").click()
        expect(reader.find("#question-text")).to_have_value(QUESTION)


def test_silence_is_noticed_and_stop_reaches_the_server(browser: Browser, house: PageHouse) -> None:
    house.hold(Hold.MARKET)
    with new_reader(browser, house) as reader:
        reader.page.clock.install()
        reader.open().ask(until="running")
        reader.page.clock.run_for(11_000)
        expect(reader.find(".silence")).to_contain_text("Still working, last step 1")
        with reader.page.expect_response("**/cancel"):
            reader.button("Stop").click()
        reader.wait_for("stopped")
    house.wait_until_over()
    assert house.latest()["outcome"] == "cancelled"


@pytest.mark.parametrize("is_right", [True, False])
def test_a_key_is_asked_for_where_one_is_needed(window: Page, house: PageHouse, *, is_right: bool) -> None:
    with house.beside(enable_api_keys=True) as guarded, reader_at(window, guarded) as reader:
        reader.tolerate("status of 401|status of 404")
        key = guarded.create_key("ann") if is_right else "qna_wrong"
        reader.open().ask(until="error")
        expect(reader.find("#problem-title")).to_have_text("This installation asks for a key")
        reader.button("Enter a key").click()
        reader.page.get_by_label("Key or token").fill(key)
        with reader.page.expect_request(lambda request: "/executions" in request.url) as asked:
            reader.button("Use this key").click()
        assert asked.value.headers["x-api-key"] == key
        reader.wait_for("result" if is_right else "error")
        expect(reader.find("h1:visible")).to_have_text(QUESTION)
