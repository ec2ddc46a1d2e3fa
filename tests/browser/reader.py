"""A reader in front of the page: asks, waits for a state, and sees what must never happen."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from api_server.routes.pages import digest_files
from tests.doubles.page_house import PageHouse

QUESTION = "What was the maximum drawdown of AAPL and MSFT over the last 120 trading days?"
"""The offline analyst answers it: 8 figures, a chart of two lines, 3 data calls."""
PREPARED = "What was prepared?"
"""No recipe answers it: a test says what the model writes, as the course for the word "prepared"."""
WAIT_MS = 15_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--lang=en-US"]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
QUIET_PLACE = f"/static/{digest_files()}/icon.svg"
"""An address of the page's origin where no script runs, and no icon is named: the browser looks for one."""
PROBES = Path(__file__).with_name("probes.js")

expect.set_options(timeout=WAIT_MS)


class Reader:
    """One page with whatever went wrong on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.url = url
        self.page = page
        self.context = page.context
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self.tolerated = [r"404 .*/favicon\.ico$"]
        self._heard = {"console": self._hear, "pageerror": self._note, "request": self._see}
        for event, listener in self._heard.items():
            page.on(event, listener)  # type: ignore[call-overload]  # the overloads name each event

    def leave(self) -> None:
        """Look away: what the page does from now on is not this reader's."""
        for event, listener in self._heard.items():
            self.page.remove_listener(event, listener)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} {message.location['url']}")

    def _note(self, error: Any) -> None:
        self.problems.append(f"page error: {error}")

    def _see(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.problems.append(f"foreign request: {request.url}")

    def tolerate(self, pattern: str) -> None:
        """A console message that this test brings about, such as the browser's note on a 404."""
        self.tolerated.append(pattern)

    def sent(self, method: str, ending: str) -> list[Any]:
        """The bodies of requests whose path ends so."""
        found = [each for each in self.requests if each.method == method]
        return [each.post_data_json for each in found if urlsplit(each.url).path.endswith(ending)]

    def check(self) -> None:
        """Fail when anything happened that never may."""
        left = [text for text in self.problems if not any(re.search(each, text) for each in self.tolerated)]
        assert not left, left

    def open(self, path: str = "/") -> Reader:
        """Go to an address of the page."""
        self.page.goto(self.url + path)
        self.find("#ask textarea").wait_for()
        return self

    def prefer(self, name: str, value: str) -> None:
        """As if this reader had chosen so before; for pages that are opened from now on."""
        self.page.evaluate("([name, value]) => localStorage.setItem(`qna.${name}`, value)", [name, value])

    def ask(self, question: str = QUESTION, until: str | None = "result") -> Reader:
        """Type a question, press Enter, and wait for a state."""
        self.find("#question-text").fill(question)
        self.find("#question-text").press("Enter")
        if until:
            self.wait_for(until)
        return self

    def wait_for(self, state: str) -> None:
        """Wait until the page is in a state."""
        expect(self.find("main")).to_have_attribute("data-state", state)
        if state not in ("empty", "typing"):
            expect(self.find("#question")).to_be_visible()

    def find(self, selector: str) -> Locator:
        """What matches a selector."""
        return self.page.locator(selector)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def tab(self, name: str) -> None:
        """Open a tab of the bench."""
        self.page.get_by_role("tab", name=name).click()

    def probe(self, name: str, argument: Any = None) -> Any:
        """Ask one of the functions in `probes.js`."""
        return self.page.evaluate("([name, argument]) => window.probe[name](argument)", [name, argument])

    @property
    def focused(self) -> str:
        """The id of the focused element, or its tag and text."""
        return str(self.probe("focused"))

    @property
    def path(self) -> str:
        """The path of the address."""
        found: str = self.page.evaluate("location.pathname")
        return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; the test is skipped where there is none, and fails for it in CI."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing")
        pytest.skip("chromium is missing; install it to run the tests of the page")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_reader(browser: Browser, server: PageHouse | str, **context: Any) -> Iterator[Reader]:
    """A reader with a browser of their own; leaving the block checks what must never happen."""
    opened = browser.new_context(**{**DESK, **context})
    try:
        reader = Reader(open_page(opened), server if isinstance(server, str) else server.url)
        yield reader
        reader.check()
    finally:
        opened.close()


@contextmanager
def next_reader(page: Page, url: str) -> Iterator[Reader]:
    """A reader at a page that others had before: its files are there, and nothing else of theirs."""
    page.goto(f"{url}{QUIET_PLACE}")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.set_viewport_size(DESK["viewport"])
    page.emulate_media(color_scheme="light", media="screen")
    page.context.clear_permissions()
    reader = Reader(page, url)
    try:
        yield reader
        reader.check()
    finally:
        reader.leave()
        page.unroute_all()
        page.goto(f"{url}{QUIET_PLACE}")


def open_page(context: BrowserContext) -> Page:
    """A page that answers `Reader.probe`."""
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(path=PROBES)
    return page
