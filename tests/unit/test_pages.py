"""The page and its files as a browser receives them."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from api_server.app import create_app
from api_server.llm.providers.scripted import ScriptedProvider
from api_server.routes import pages
from api_server.settings import ApiSettings

WEB_UI = Path(__file__).parents[2] / "web_ui"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = create_app(ApiSettings(_env_file=None), ScriptedProvider([]))
    app.add_api_route("/crash", crash)
    return app


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8010") as client:
        yield client


async def crash() -> None:
    raise RuntimeError("the reply to this is looked at")


async def linked_files(browser: httpx2.AsyncClient) -> list[str]:
    page = await browser.get("/")
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)


async def test_the_page_names_its_files_and_is_asked_for_anew_each_time(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    names = {path.split("/", 3)[3] for path in await linked_files(browser)}
    assert {"app.js", "theme.js", "style/base.css", "questions.js"} <= names


async def test_every_address_of_a_question_is_the_page(browser: httpx2.AsyncClient) -> None:
    whole = (await browser.get("/")).content
    assert (await browser.get("/q/exec_1")).content == whole
    assert (await browser.get("/q/exec_1/runs/exec_2")).content == whole


async def test_every_file_the_page_links_is_there_for_good(browser: httpx2.AsyncClient) -> None:
    for path in await linked_files(browser):
        reply = await browser.get(path)
        assert reply.content == (WEB_UI / path.split("/", 3)[3]).read_bytes()
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_every_module_that_another_one_imports_is_served(browser: httpx2.AsyncClient) -> None:
    version = (await linked_files(browser))[0].split("/")[2]
    for path, content in pages.read_files().items():
        for imported in re.findall(r'(?:from|import)[ (]"(\.[^"]+)"', content.decode()):
            address = pages.resolve(path.rpartition("/")[0], imported)
            assert (await browser.get(f"/static/{version}/{address}")).status_code == 200, (path, imported)


async def test_scripts_and_styles_have_types_that_a_browser_accepts_unsniffed(
    browser: httpx2.AsyncClient,
) -> None:
    types = {(await browser.get(path)).headers["content-type"] for path in await linked_files(browser)}
    assert types == {"text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"}


@pytest.mark.parametrize("path", ["/", "/q/exec_1", "/nowhere", "/crash", "/executions/none", "/analyze"])
async def test_every_reply_carries_the_security_headers(browser: httpx2.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers.get_list("content-security-policy") == [POLICY]
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]


async def test_static_files_carry_them_too(browser: httpx2.AsyncClient) -> None:
    for path in await linked_files(browser):
        assert (await browser.get(path)).headers["content-security-policy"] == POLICY


async def test_files_travel_compressed_to_those_who_can_read_them(browser: httpx2.AsyncClient) -> None:
    path = (await linked_files(browser))[-1]
    packed = await browser.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await browser.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


@pytest.mark.parametrize(
    "name", ["index.html", "README.md", "..%2Fpyproject.toml", "__init__.py", "style/../README.md"]
)
async def test_nothing_else_is_served(browser: httpx2.AsyncClient, name: str) -> None:
    version = (await linked_files(browser))[0].split("/")[2]
    assert (await browser.get(f"/static/{version}/{name}")).status_code == 404


async def test_an_address_of_another_version_is_not_answered_with_this_one(
    browser: httpx2.AsyncClient,
) -> None:
    assert (await browser.get("/static/0000000000000000/app.js")).status_code == 404


@pytest.mark.parametrize(
    "path",
    sorted(set(WEB_UI.rglob("*.[hjcs]*")) - set(WEB_UI.rglob("*.pyc"))),
    ids=lambda path: str(path.relative_to(WEB_UI)),
)
def test_no_source_can_turn_text_into_markup_or_code(path: Path) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\sstyle=|\son[a-z]+=\"|https?://[a-z]"
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(forbidden, text)


def test_the_first_load_is_small() -> None:
    """Bytes on the wire, each reply with about 700 bytes of headers."""
    files = pages.read_files()
    first = [pages.ENTRY, "theme.js", "icon.svg", *pages.imported_files(pages.ENTRY)]
    first += re.findall(r"/(style/[a-z]+\.css)", files["index.html"].decode())
    sizes = [len(gzip.compress(files[path])) + 700 for path in first]
    assert sum(sizes) + len(gzip.compress(pages.write_page())) < 60_000
