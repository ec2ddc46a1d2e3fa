"""Who may ask: tokens, keys, roles, and what another user's things look like (they are not there)."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
import pytest_asyncio
from pydantic import ValidationError

from api_server.access.gate import FAILURES_RECORDED_PER_MINUTE
from api_server.access.tokens import TokenReader, write_token
from api_server.app import create_app
from api_server.settings import ApiSettings
from api_server.storage.records import Trust
from schemas.progress import ProgressEvent, ProgressType
from schemas.wire import utc_now
from tests.doubles.api_app import make_api_settings, opened_app, storage_of
from tests.doubles.databases import a_question, accepted

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "an-hs256-secret-of-forty-characters-0001"  # noqa: S105  of tests only
AUDIENCE, ISSUER = "qna-ai", "https://login.example"
GUARDED_SETTINGS: dict[str, Any] = {
    "jwt_secret": SECRET,
    "jwt_audience": AUDIENCE,
    "jwt_issuer": ISSUER,
    "enable_api_keys": True,
    "qna_environment": "development",
}
OPEN_ADDRESSES = {"/health", "/metrics"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ApiSettings:
    return make_api_settings(tmp_path_factory.mktemp("access"), **GUARDED_SETTINGS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(settings: ApiSettings) -> AsyncIterator[httpx2.AsyncClient]:
    async with opened_app(settings) as client:
        yield client


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token; a change to None leaves the claim out."""
    known = {"sub": "ann", "aud": AUDIENCE, "iss": ISSUER, "exp": utc_now() + timedelta(hours=1)}
    return {name: value for name, value in {**known, **changes}.items() if value is not None}


def sign(content: Mapping[str, Any], key: str = SECRET, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(dict(content), key, algorithm=algorithm, headers=header)


def unsigned(**header: Any) -> str:
    """A token that says it needs no signature, or another thing of its maker's choice."""
    parts = ({"typ": "JWT", **header}, {**claims(), "exp": 9_999_999_999})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, ""])


def read_all(folder: Path) -> bytes:
    """Every byte of the database's files."""
    return b"".join(path.read_bytes() for path in folder.glob("qna.db*"))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def as_user(user: str, **changes: Any) -> dict[str, str]:
    return bearer(sign(claims(sub=user, **changes)))


async def test_a_good_token_opens_the_door_and_makes_its_user_known(api: httpx2.AsyncClient) -> None:
    user = f"user_{uuid4().hex[:8]}"
    reply = await api.get("/executions", headers=as_user(user, email="a@example.com", email_verified=True))
    assert reply.status_code == 200
    known = await storage_of(api).users.find(user)
    assert known is not None
    assert known.email == "a@example.com"


HOUR = timedelta(hours=1)
BAD_TOKENS = {
    "expired": sign(claims(exp=utc_now() - HOUR)),
    "not yet valid": sign(claims(nbf=utc_now() + HOUR)),
    "made in the future": sign(claims(iat=utc_now() + HOUR)),
    "without an end": sign(claims(exp=None)),
    "without a user": sign(claims(sub=None)),
    "of nobody": sign(claims(sub="")),
    "of a user with a name too long": sign(claims(sub="x" * 500)),
    "of a user with NUL": sign(claims(sub="ann\0")),
    "for another audience": sign(claims(aud="another")),
    "for no audience": sign(claims(aud=None)),
    "from another issuer": sign(claims(iss="https://evil.example")),
    "from no issuer": sign(claims(iss=None)),
    "with another secret": sign(claims(), key="another-hs256-secret-of-forty-characters"),
    "with another hash": sign(claims(), key=SECRET * 2, algorithm="HS512"),
    "signed by none": unsigned(alg="none"),
    "signed by None": unsigned(alg="None"),
    "signed by nothing": unsigned(),
    "of an unknown signature": unsigned(alg="XX999"),
    "of a signature that is no text": unsigned(alg=["HS256"]),
    "with a key id that is a path": sign(claims(), key="x" * 40, kid="../../../dev/null"),
    "with its key in it": sign(claims(), key="x" * 40, jwk={"kty": "oct", "k": "eHh4"}),
    "that names a public key": unsigned(alg="RS256"),
    "cut": sign(claims())[:-10],
    "too long": "x" * 100_000,
    "empty": "",
    "of dots": "..",
    "not ASCII": "é.é.é".encode("latin-1").decode("latin-1"),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_token_that_proves_nothing_is_refused(api: httpx2.AsyncClient, token: str) -> None:
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    reply = await api.get("/executions", headers=headers)
    assert reply.status_code == 401
    problem = reply.json()
    assert set(problem) == {"success", "error", "recovery_suggestions", "timestamp", "request_id"}
    assert problem["error"]["code"] == "UNAUTHENTICATED"
    assert problem["error"]["details"] == {}


async def test_a_tampered_payload_is_refused(api: httpx2.AsyncClient) -> None:
    head, _, signature = sign(claims()).split(".")
    other = sign(claims(sub="bob")).split(".")[1]
    reply = await api.get("/executions", headers=bearer(".".join([head, other, signature])))
    assert reply.status_code == 401


async def test_clocks_may_differ_a_little(api: httpx2.AsyncClient) -> None:
    assert (
        await api.get("/executions", headers=as_user("ann", exp=utc_now() - timedelta(seconds=10)))
    ).is_success
    late = as_user("ann", exp=utc_now() - timedelta(seconds=60))
    assert (await api.get("/executions", headers=late)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-User-ID": "ann"},
        {"X-User-ID": "ann", "X-Session-ID": "sess_1"},
        {"Authorization": SECRET},
        {"Authorization": "Basic YW5uOnB3"},
        {"Authorization": "Bearer"},
        {"Cookie": "token=x"},
    ],
)
async def test_nothing_else_says_who_somebody_is(api: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    assert (await api.get("/executions", headers=headers)).status_code == 401


async def test_the_header_with_a_user_id_changes_nothing(api: httpx2.AsyncClient) -> None:
    new = a_question("bob", f"sess_{uuid4().hex}")
    await accepted(storage_of(api), new)
    headers = {**as_user("ann"), "X-User-ID": "bob"}
    assert (await api.get(f"/executions/{new.id}", headers=headers)).status_code == 404
    assert (await api.get(f"/executions/{new.id}", headers=as_user("bob"))).status_code == 200


async def test_every_address_but_the_open_ones_asks_who_it_is(
    settings: ApiSettings, api: httpx2.AsyncClient
) -> None:
    described = create_app(settings).openapi()["paths"]
    guarded = [(path, method) for path in described.keys() - OPEN_ADDRESSES for method in described[path]]
    assert len(guarded) > 15
    for path, method in guarded:
        reply = await api.request(method.upper(), path.replace("{", "").replace("}", ""), json={})
        assert reply.status_code == 401, f"{method} {path} is open"


@pytest.mark.parametrize("path", ["/", "/health"])
async def test_the_page_and_the_health_are_open(api: httpx2.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 200


async def test_a_key_opens_the_door_until_it_is_revoked(api: httpx2.AsyncClient) -> None:
    keys = storage_of(api).api_keys
    key, text = await keys.create("carol", "a notebook")
    headers = {"X-API-Key": text}
    assert (await api.get("/executions", headers=headers)).status_code == 200
    assert await keys.revoke(key.id)
    assert (await api.get("/executions", headers=headers)).status_code == 401
    assert not await keys.revoke(key.id)


async def test_a_key_that_is_over_or_not_quite_right_is_refused(api: httpx2.AsyncClient) -> None:
    keys = storage_of(api).api_keys
    _, over = await keys.create("carol", "old", expires_at=utc_now() - timedelta(seconds=1))
    _, good = await keys.create("carol", "good")
    _, other = await keys.create("dave", "other")
    swapped = "_".join([*good.split("_", 2)[:2], other.split("_", 2)[2]])
    guesses = [
        over,
        good[:-1],
        f"{good}x",
        good.upper(),
        swapped,
        "qna__",
        "qna_x_y",
        "_",
        "é",
        "' OR 1=1 --",
    ]
    for guess in guesses:
        reply = await api.get("/executions", headers=[(b"x-api-key", guess.encode())])
        assert reply.status_code == 401, guess
    assert (await api.get("/executions", headers={"X-API-Key": good})).status_code == 200


async def test_a_bad_key_is_not_saved_by_a_good_token(api: httpx2.AsyncClient) -> None:
    assert (
        await api.get("/executions", headers={**as_user("ann"), "X-API-Key": "qna_x_y"})
    ).status_code == 401


async def test_no_secret_is_kept(api: httpx2.AsyncClient, settings: ApiSettings) -> None:
    _, text = await storage_of(api).api_keys.create("carol", "kept as a digest")
    token = sign(claims())
    await api.get("/executions", headers={"X-API-Key": text})
    await api.get("/executions", headers=bearer(token))
    await api.get("/executions", headers=bearer(sign(claims(aud="x"))))
    kept = read_all(settings.qna_data_dir)
    secret = text.split("_", 2)[2]
    assert secret.encode() not in kept
    assert hashlib.sha256(text.encode()).hexdigest().encode() in kept
    assert token.split(".")[2].encode() not in kept
    assert SECRET.encode() not in kept


async def test_failed_logins_are_recorded_but_cannot_fill_the_log(tmp_path: Path) -> None:
    async with opened_app(make_api_settings(tmp_path, jwt_secret=SECRET)) as api:
        headers = {"Authorization": "Bearer x", "User-Agent": "a guesser"}
        await asyncio.gather(*(api.get("/executions", headers=headers) for _ in range(15)))
        entries = (await storage_of(api).audit.list_page()).items
    assert [entry.action for entry in entries] == ["login_failed"] * FAILURES_RECORDED_PER_MINUTE
    assert {(entry.user_id, entry.ip_address, entry.user_agent) for entry in entries} == {
        (None, "127.0.0.1", "a guesser")
    }


async def test_two_users_never_see_each_others_things(api: httpx2.AsyncClient) -> None:
    storage = storage_of(api)
    session = f"sess_{uuid4().hex}"
    new = a_question("ann", session, "How volatile was a secret of Ann?")
    await accepted(storage, new)
    event = ProgressEvent(sequence=1, execution_id=new.id, session_id=session, type=ProgressType.ACCEPTED)
    await storage.events.append("ann", [event])
    bob = as_user("bob")
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/executions/{new.id}", None),
        ("POST", f"/executions/{new.id}/feedback", {"correct": True}),
        ("PATCH", f"/executions/{new.id}", {"title": "mine"}),
        ("DELETE", f"/executions/{new.id}", None),
        ("POST", f"/executions/{new.id}/restore", None),
        ("GET", f"/conversation/{session}", None),
        ("GET", f"/conversation/{session}/context", None),
        ("PATCH", f"/conversation/{session}", {"is_pinned": True}),
        ("DELETE", f"/conversation/{session}", None),
        ("POST", f"/conversation/{session}/restore", None),
        ("POST", "/conversation/sessions", {"session_id": session}),
    ]
    for method, path, body in calls:
        reply = await api.request(method, path, json=body, headers=bob)
        unknown = await api.request(
            method,
            path.replace(new.id, "exec_none").replace(session, "sess_none"),
            json={**body, "session_id": "sess_new_of_bob"} if path.endswith("sessions") else body,
            headers=bob,
        )
        assert reply.status_code == 404, (method, path)
        if not path.endswith("sessions"):
            assert unknown.json()["error"]["code"] == reply.json()["error"]["code"]
    for path in (
        "/executions",
        f"/executions?session_id={session}",
        "/executions?q=secret",
        "/conversation/sessions",
    ):
        assert "secret" not in (await api.get(path, headers=bob)).text, path
    assert await storage.events.after("bob", new.id) == []
    mine = await api.get(f"/executions/{new.id}", headers=as_user("ann"))
    assert mine.json()["data"]["trust"] == Trust.RAN


async def test_a_role_makes_an_administrator(settings: ApiSettings) -> None:
    reader = TokenReader(settings, None)
    for roles, expected in ((["administrator"], True), ([], False), ("administrator", False), ({}, False)):
        assert (await reader.read(sign(claims(roles=roles)))).is_administrator is expected
    assert (await reader.read(write_token(settings, "eve", is_administrator=True))).is_administrator
    assert not (await reader.read(write_token(settings, "eve"))).is_administrator


async def test_a_short_secret_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="at least 32 bytes") as refused:
        make_api_settings(tmp_path, jwt_secret=SECRET[:20])
    assert SECRET[:20] not in str(refused.value)
