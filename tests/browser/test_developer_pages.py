"""The developer pages in a browser that runs no JavaScript (T17)."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from api_server.app import create_app
from api_server.settings import ApiSettings
from schemas.wire import utc_now
from tests.browser.axe import look_everywhere
from tests.doubles.api_app import make_api_settings
from tests.doubles.databases import migrate, opened_stores
from tests.doubles.developer_house import SECRETS, create_execution_stand_in, seed_house
from tests.doubles.tool_server import ToolServer

PATHS = ("/monitoring?span=hour&refresh=false", "/debug/mcp-tools?q=sharpe", "/debug/system-prompt")
TEXT_SIZES = """[...document.querySelectorAll("svg")].map((svg) => svg.getBoundingClientRect().width
    / svg.viewBox.baseVal.width * parseFloat(getComputedStyle(svg.querySelector("text")).fontSize))"""
"""Of every chart, on the screen, in pixels."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an API server with a seeded database."""
    with ToolServer(create_execution_stand_in) as executor:
        settings = make_api_settings(tmp_path_factory.mktemp("pages"))
        settings = settings.model_copy(update={"execution_server_url": f"http://127.0.0.1:{executor.port}"})
        in_a_loop_of_its_own(settings)

        def create() -> FastAPI:
            return create_app(settings)

        with ToolServer(create) as server:
            yield f"http://127.0.0.1:{server.port}"


def in_a_loop_of_its_own(settings: ApiSettings) -> None:
    async def seed() -> None:
        async with opened_stores(settings) as storage:
            await seed_house(storage, utc_now())

    def run() -> None:
        migrate(settings)
        asyncio.run(seed())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()


def test_everything_is_shown_without_javascript(browser: Browser, house: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    for path in PATHS:
        page.goto(house + path)
        assert page.locator("h1").count() == 1
        assert not [secret for secret in SECRETS if secret in page.content()]
        assert page.locator("img, iframe").count() == 0
        assert page.locator("link[rel=stylesheet]").count() >= 3
    page.goto(house + PATHS[0])
    assert page.locator("#asked").inner_text() == "6"
    assert page.locator("#success-rate").inner_text().startswith("40.0%")
    assert page.locator("svg path.course").count() >= 5
    page.get_by_text("Figures of “Questions”").click()
    asked = page.locator("figure", has_text="Figures of “Questions”").locator("tbody td:nth-child(2)")
    assert sum(int(text) for text in asked.all_inner_texts()) == 6
    page.get_by_role("link", name="MCP tools").click()
    page.get_by_label("Find tools").fill("sharpe")
    page.get_by_role("button", name="Find").click()
    assert page.locator("#calculate_sharpe_ratio table tbody tr").count() >= 1
    assert not heard
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_everybody_can_read_them_on_any_screen(browser: Browser, house: str, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(house + path)
    assert look_everywhere(page) == []
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert all(size >= 11 for size in page.evaluate(TEXT_SIZES)), width
    context.close()
