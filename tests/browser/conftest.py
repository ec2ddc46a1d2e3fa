"""One browser, one page in it and one house of real servers for all tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.reader import DESK, Reader, next_reader, open_page, running_browser
from tests.doubles.page_house import PageHouse, running_page_house


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def page_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageHouse]:
    with running_page_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(page_house: PageHouse) -> PageHouse:
    """The house as new; nothing of the test before is under way any more."""
    page_house.forget()
    return page_house


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[Page]:
    """A page that is used again and again: a new one costs more than most tests do."""
    context = browser.new_context(**DESK)
    yield open_page(context)
    context.close()


@pytest.fixture
def newcomer(window: Page, house: PageHouse) -> Iterator[Reader]:
    """Somebody at a desk who was never here before."""
    with next_reader(window, house.url) as reader:
        yield reader


@pytest.fixture
def reader(newcomer: Reader) -> Reader:
    """Somebody at a desk who has seen the notice of the first visit."""
    newcomer.prefer("isNoticeSeen", "true")
    return newcomer
