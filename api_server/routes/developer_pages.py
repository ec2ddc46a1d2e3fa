"""What the pages for developers and operators have in common: who may see them, HTML or JSON, their frame."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection

from api_server.access.caller import Caller
from api_server.access.gate import Gate
from api_server.developer_pages.masking import Masking
from api_server.developer_pages.prompt_versions import PromptVersions
from api_server.developer_pages.rendering import render
from api_server.errors import SignInNeeded, Unauthenticated
from api_server.prompt_templates import Templates
from api_server.routes.dependencies import get_administrator
from api_server.routes.pages import digest_files, list_sheets
from api_server.settings import ApiSettings

DEVELOPMENT = "development"
STYLE = "style/developer.css"
PAGES = (
    ("/monitoring", "Monitoring"),
    ("/debug/mcp-tools", "MCP tools"),
    ("/debug/system-prompt", "System prompt"),
)
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept"}
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "As accepted"}}


async def get_operator(request: Request) -> Caller:
    """An administrator. Raises `SignInNeeded`, `Forbidden` and as `Gate.admit`.

    A browser that opens a page cannot send our headers, but can ask for a password: the key or the token.
    Only these addresses take it, for they change nothing, and browsers send it along by themselves.
    """
    gate: Gate = request.app.state.parts.gate
    try:
        return await get_administrator(await gate.admit(_read_password(request)))
    except Unauthenticated as error:
        raise SignInNeeded(error.message, suggestions=error.suggestions) from error


TheOperator = Annotated[Caller, Depends(get_operator)]


@dataclass(frozen=True)
class DeveloperDesk:
    """What these pages need of their app; made by `create_app`."""

    settings: ApiSettings
    masking: Masking
    prompt_versions: PromptVersions

    @property
    def is_development(self) -> bool:
        """Whether the addresses under /debug are there."""
        return self.settings.qna_environment == DEVELOPMENT

    def show(self, template: str, title: str, **values: Any) -> HTMLResponse:
        """A page in its frame."""
        frame = {
            "static": f"/static/{digest_files()}",
            "sheets": [*list_sheets(), STYLE],
            "pages": PAGES if self.is_development else PAGES[:1],
        }
        return HTMLResponse(render(template, title=title, frame=frame, **values), headers=HEADERS)


def make_desk(settings: ApiSettings) -> DeveloperDesk:
    """The desk of an app with these settings."""
    versions = PromptVersions(settings.qna_data_dir / "prompt_versions", Templates())
    return DeveloperDesk(settings, Masking(settings), versions)


@dataclass(frozen=True)
class Visit:
    """An operator who looks at a page, or has a program look at it."""

    operator: Caller
    wants_html: bool
    desk: DeveloperDesk


async def get_visit(request: Request, operator: TheOperator, accept: Annotated[str, Header()] = "") -> Visit:
    """Browsers name HTML; programs that name nothing get JSON."""
    return Visit(operator, "text/html" in accept, request.app.state.developer_desk)


TheVisit = Annotated[Visit, Depends(get_visit)]


def _read_password(request: Request) -> HTTPConnection:
    """The request with the password of HTTP Basic as the header that it is for us."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request
    try:
        password = base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return request
    scope = {**request.scope, "headers": list(request.scope["headers"])}
    headers = MutableHeaders(scope=scope)
    del headers["authorization"]
    is_token = password.count(".") == 2
    headers["authorization" if is_token else "x-api-key"] = f"Bearer {password}" if is_token else password
    return HTTPConnection(scope)
