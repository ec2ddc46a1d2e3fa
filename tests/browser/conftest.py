"""One browser and one scripted server for all tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.reader import Reader, new_reader, running_browser
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


@pytest.fixture
def reader(browser: Browser, house: PageServer) -> Iterator[Reader]:
    """Somebody who has seen the notice of the first visit, at a desk."""
    with new_reader(browser, house) as reader:
        reader.page.add_init_script("localStorage.setItem('qna.isNoticeSeen', 'true')")
        yield reader
