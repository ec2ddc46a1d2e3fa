"""One browser and one scripted server for all tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.reader import DESK, Reader, next_reader, running_browser
from tests.doubles.page_server import PageServer


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def page_server() -> Iterator[PageServer]:
    server = PageServer()
    yield server
    server.stop()


@pytest.fixture
def house(page_server: PageServer) -> PageServer:
    """The scripted server as new."""
    page_server.forget()
    return page_server


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(**DESK)
    yield context
    context.close()


@pytest.fixture
def reader(window: BrowserContext, house: PageServer) -> Iterator[Reader]:
    """Somebody at a desk who has seen the notice of the first visit."""
    with next_reader(window, house) as reader:
        reader.page.add_init_script("localStorage.setItem('qna.isNoticeSeen', 'true')")
        yield reader
