"""The page and its static files, from the package `web_ui`, and texts in the form the page shows."""

import gzip
import hashlib
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api_server.page_text import describe_text
from schemas.page_text import PageText, PageTextRequest

router = APIRouter()
text_router = APIRouter()
"""Texts of one's own questions: for callers that the gate admits."""

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""The kinds of files that are served; the page itself has addresses of its own."""
PAGE = "index.html"
ENTRY = "app.js"
IMPORT = re.compile(r'^(?:import|export)\b[^;"]*"(\.{1,2}/[^"]+)"', re.MULTILINE)

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""On every reply of the API server, errors included: see `create_app`."""

AcceptEncoding = Annotated[str, Header()]


@router.get("/", include_in_schema=False)
@router.get("/q/{execution_id}", include_in_schema=False)
@router.get("/q/{execution_id}/runs/{run_id}", include_in_schema=False)
def show_page(accept_encoding: AcceptEncoding = "") -> Response:
    """The page, never from a cache without asking: it names the version of all the rest."""
    return _reply(write_page(), "text/html", "no-cache", accept_encoding)


@router.get("/static/{version}/{path:path}", include_in_schema=False)
def send_static(version: str, path: str, accept_encoding: AcceptEncoding = "") -> Response:
    """A file of this version, which never changes; another version's is not here."""
    content = read_files().get(path)
    media_type = MEDIA_TYPES.get(path[path.rfind(".") :])
    if content is None or media_type is None or version != digest_files():
        raise HTTPException(404, "no such file in this version")
    return _reply(content, media_type, "public, max-age=31536000, immutable", accept_encoding)


@text_router.post("/page-text")
def page_text(body: PageTextRequest) -> PageText:
    """A script as coloured tokens and an explanation as a tree of allowed nodes."""
    return describe_text(body.script, body.explanation)


@cache
def read_files() -> dict[str, bytes]:
    """Every file of the page by its path."""
    return dict(sorted(_walk(resources.files("web_ui"), "")))


@cache
def digest_files() -> str:
    """The version in the addresses: another content is another address."""
    whole = b"\0".join(path.encode() + b"\0" + content for path, content in read_files().items())
    return hashlib.sha256(whole).hexdigest()[:16]


@cache
def write_page() -> bytes:
    """The page with the version in its addresses. What `app.js` imports is named, to come at once."""
    links = "\n".join(
        f'  <link rel="modulepreload" href="/static/{{version}}/{path}">' for path in imported_files(ENTRY)
    )
    page = read_files()[PAGE].decode().replace("  {modules}", links)
    return page.replace("{version}", digest_files()).encode()


@cache
def list_sheets() -> list[str]:
    """The style sheets of the page, in its order; those for paper left out."""
    links = re.findall(r'<link rel="stylesheet"[^>]*>', read_files()[PAGE].decode())
    return [link.partition("{version}/")[2].partition('"')[0] for link in links if "media=" not in link]


def imported_files(entry: str) -> list[str]:
    """What the module `entry` needs before it can run, nearest first."""
    found = [entry]
    for path in found:
        folder = path.rpartition("/")[0]
        for address in IMPORT.findall(read_files()[path].decode()):
            target = resolve(folder, address)
            if target not in found:
                found.append(target)
    return found[1:]


def resolve(folder: str, address: str) -> str:
    """The path that a module in `folder` means by `address`."""
    parts = folder.split("/") if folder else []
    for part in address.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".html", *MEDIA_TYPES)):
            found.append((f"{prefix}{entry.name}", entry.read_bytes()))
    return found


def _reply(content: bytes, media_type: str, caching: str, accept_encoding: str) -> Response:
    headers = {**PAGE_HEADERS, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if "gzip" in accept_encoding:
        return Response(
            _compress(content), media_type=media_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return Response(content, media_type=media_type, headers=headers)


@cache
def _compress(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)
