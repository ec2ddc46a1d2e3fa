"""The page and its static files, from the package `web_ui`."""

import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {"index.html": "text/html", "app.js": "text/javascript", "style.css": "text/css"}

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@router.get("/")
def show_page() -> Response:
    """The page, never from a cache without asking: it names the version of all the rest."""
    page = read_files()["index.html"].replace(b"{version}", digest_files().encode())
    return _reply("index.html", page, "no-cache")


@router.get("/static/{version}/{name}")
def send_static(version: str, name: str) -> Response:
    """A file of this version, which never changes; another version's is not here."""
    content = read_files().get(name)
    if content is None or name == "index.html" or version != digest_files():
        raise HTTPException(404, "no such file in this version")
    return _reply(name, content, "public, max-age=31536000, immutable")


@cache
def read_files() -> dict[str, bytes]:
    """Every file of the page by its name."""
    folder = resources.files("web_ui")
    return {name: folder.joinpath(name).read_bytes() for name in MEDIA_TYPES}


@cache
def digest_files() -> str:
    """The version in the addresses: another content is another address."""
    return hashlib.sha256(b"\0".join(read_files().values())).hexdigest()[:16]


def _reply(name: str, content: bytes, caching: str) -> Response:
    return Response(content, media_type=MEDIA_TYPES[name], headers={**PAGE_HEADERS, "Cache-Control": caching})
