"""The page and its files as a browser receives them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from api_server.routes import pages

WEB_UI = Path(__file__).parents[2] / "web_ui"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    app.include_router(pages.router)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://page") as client:
        yield client


async def linked_files(browser: httpx2.AsyncClient) -> list[str]:
    page = await browser.get("/")
    return re.findall(r'(?:src|href)="(/[^"]+)"', page.text)


async def test_the_page_names_its_files_and_is_asked_for_anew_each_time(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert {path.rpartition("/")[2] for path in await linked_files(browser)} == {"app.js", "style.css"}


async def test_every_file_the_page_links_is_there_for_good(browser: httpx2.AsyncClient) -> None:
    for path in await linked_files(browser):
        reply = await browser.get(path)
        assert reply.content == (WEB_UI / path.rpartition("/")[2]).read_bytes()
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_scripts_and_styles_have_types_that_a_browser_accepts_unsniffed(
    browser: httpx2.AsyncClient,
) -> None:
    types = {(await browser.get(path)).headers["content-type"] for path in await linked_files(browser)}
    assert types == {"text/javascript; charset=utf-8", "text/css; charset=utf-8"}


async def test_every_reply_carries_the_security_headers(browser: httpx2.AsyncClient) -> None:
    for path in ["/", *await linked_files(browser)]:
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["index.html", "README.md", "..%2Fpyproject.toml", "__init__.py"])
async def test_nothing_else_is_served(browser: httpx2.AsyncClient, name: str) -> None:
    version = (await linked_files(browser))[0].split("/")[2]
    assert (await browser.get(f"/static/{version}/{name}")).status_code == 404


async def test_an_address_of_another_version_is_not_answered_with_this_one(
    browser: httpx2.AsyncClient,
) -> None:
    assert (await browser.get("/static/0000000000000000/app.js")).status_code == 404


@pytest.mark.parametrize("path", sorted(WEB_UI.glob("*.[hjc]*")), ids=lambda path: path.name)
def test_no_source_can_turn_text_into_markup_or_code(path: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\sstyle=|\son[a-z]+=\"|https?://"
    assert not re.findall(forbidden, path.read_text())


def test_the_first_load_is_small() -> None:
    assert sum(len(content) for content in pages.read_files().values()) < 20_000
