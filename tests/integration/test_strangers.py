"""Without access control: other pages in the browser of this machine cannot use the server."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from api_server.access.tokens import write_token
from api_server.app import create_app
from api_server.routes.dependencies import TheCaller
from api_server.settings import ApiSettings
from qna.failures import Misuse
from qna.services import describe_api, describe_executor
from qna.settings import QnaSettings
from tests.doubles.api_app import make_api_settings, opened_app

ALLOWED = "https://page.example"
SECRET = "an-hs256-secret-of-forty-characters-0001"  # noqa: S105  of tests only


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    settings = make_api_settings(
        tmp_path_factory.mktemp("strangers"), cors_origins=f"{ALLOWED}, http://x.example/"
    )
    async with opened_app(settings) as client:
        yield client


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("headers", "is_answered"),
    [
        ({}, True),
        ({"Host": "localhost:8010"}, True),
        ({"Host": "[::1]:8010"}, True),
        ({"Host": "127.0.0.1:8010", "Origin": "http://127.0.0.1:8010"}, True),
        ({"Host": "127.0.0.1:8010", "Origin": ALLOWED}, True),
        ({"Host": "127.0.0.1:8010", "Origin": "http://x.example"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Host": "evil.example"}, False),
        ({"Host": "evil.example:8010"}, False),
        ({"Host": "127.0.0.1.evil.example"}, False),
        ({"Host": "localhost@evil.example"}, False),
        ({"Host": "[::1"}, False),
        ({"Host": ""}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Host": "127.0.0.1:8010", "Origin": "http://127.0.0.1:9999"}, False),
        ({"Host": "127.0.0.1:8010", "Origin": "http://127.0.0.1.evil.example:8010"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ],
)
async def test_only_our_own_pages_are_answered(
    api: httpx2.AsyncClient, headers: dict[str, str], is_answered: bool
) -> None:
    reply = await api.get("/executions", headers=headers)
    assert reply.status_code == (200 if is_answered else 403)
    if not is_answered:
        assert reply.json()["error"]["code"] == "FOREIGN_PAGE"
        assert reply.json()["request_id"] == reply.headers["x-request-id"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_stranger_cannot_write_either(api: httpx2.AsyncClient) -> None:
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    reply = await api.post("/conversation/sessions", content="{}", headers=headers)
    assert reply.status_code == 403
    assert (await api.get("/conversation/sessions")).json()["data"]["sessions"] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_named_page_elsewhere_may_call_and_others_may_not(api: httpx2.AsyncClient) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-API-Key"}
    allowed = await api.options("/executions", headers={"Origin": ALLOWED, **asks})
    assert allowed.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await api.options("/executions", headers={"Origin": "https://evil.example", **asks})
    assert "access-control-allow-origin" not in refused.headers


def test_a_socket_of_a_strangers_page_is_refused(tmp_path: Path) -> None:
    with probing(make_api_settings(tmp_path)) as open_socket:
        assert open_socket({}, []) == "local"
        assert open_socket({"Origin": "https://evil.example"}, []) is None
        assert open_socket({"Host": "evil.example"}, []) is None


def test_a_socket_says_who_it_is_as_a_request_does(tmp_path: Path) -> None:
    settings = make_api_settings(tmp_path, jwt_secret=SECRET)
    token = write_token(settings, "ann")
    with probing(settings) as open_socket:
        assert open_socket({}, []) is None
        assert open_socket({"Authorization": f"Bearer {token}"}, []) == "ann"
        assert open_socket({}, [f"qna.bearer.{token}"]) == "ann"
        assert open_socket({}, ["qna.bearer.x.y.z"]) is None


def test_another_address_than_loopback_needs_access_control(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = "0.0.0.0"  # noqa: S104  it must refuse
    settings = QnaSettings(_env_file=None, api_server_host=everywhere, execution_server_host=everywhere)
    with pytest.raises(Misuse):
        describe_api(settings)
    monkeypatch.setenv("JWT_SECRET", SECRET)
    assert describe_api(settings).host == everywhere
    with pytest.raises(Misuse):
        describe_executor(settings)


@contextmanager
def probing(settings: ApiSettings) -> Iterator[Callable[[dict[str, str], list[str]], str | None]]:
    """Opens sockets of an app that tells each one its user; None for one that is not let in."""
    app = create_app(settings)

    @app.websocket("/probe")
    async def probe(socket: WebSocket, caller: TheCaller) -> None:
        await socket.accept(subprotocol=next(iter(socket.scope["subprotocols"]), None))
        await socket.send_text(caller.user_id)
        await socket.close()

    with TestClient(app) as client:

        def open_socket(headers: dict[str, str], offered: list[str]) -> str | None:
            sent = {"Host": "127.0.0.1:8010", **headers}
            try:
                with client.websocket_connect("/probe", headers=sent, subprotocols=offered or None) as socket:
                    return socket.receive_text()
            except WebSocketDisconnect as closed:
                return None if closed.code == WS_1008_POLICY_VIOLATION else f"closed with {closed.code}"

        yield open_socket
