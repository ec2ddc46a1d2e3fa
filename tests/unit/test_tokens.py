"""Tokens of an identity provider: its public keys, their change, and the provider being away."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api_server.access.key_set import FRESH_SECONDS, PAUSE_SECONDS, STALE_SECONDS, KeySet
from api_server.access.tokens import BadToken, TokenReader
from api_server.errors import IdentityProviderUnavailable
from api_server.settings.access import AccessSettings
from schemas.wire import utc_now
from tests.doubles.api_app import make_api_settings

SECRET = "an-hs256-secret-of-forty-characters-0001"  # noqa: S105  of tests only
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
URL = "https://login.example/keys"


def describe(key: Any, key_id: str, algorithm: str) -> dict[str, Any]:
    kind = jwt.get_algorithm_by_name(algorithm)
    described: dict[str, Any] = json.loads(kind.to_jwk(key.public_key()))
    return {**described, "kid": key_id, "alg": algorithm, "use": "sig"}


class Provider:
    """An identity provider whose keys, health and clock a test sets."""

    def __init__(self) -> None:
        self.keys = [describe(RSA_KEY, "r1", "RS256"), describe(EC_KEY, "e1", "ES256")]
        self.is_down = False
        self.asked = 0
        self.now = 1000.0
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        self.key_set = KeySet(URL, client, clock=lambda: self.now)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.is_down:
            raise httpx2.ConnectError("away", request=request)
        return httpx2.Response(200, json={"keys": self.keys})


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def reader(provider: Provider, tmp_path: Path) -> TokenReader:
    settings: AccessSettings = make_api_settings(tmp_path, jwks_url=URL, jwt_secret=SECRET)
    return TokenReader(settings, provider.key_set)


def sign(key: Any, algorithm: str, key_id: str | None) -> str:
    claims = {"sub": "ann", "exp": utc_now() + timedelta(hours=1)}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id} if key_id else None)


@pytest.mark.parametrize(
    ("make", "is_good"),
    [
        (lambda: sign(RSA_KEY, "RS256", "r1"), True),
        (lambda: sign(EC_KEY, "ES256", "e1"), True),
        (lambda: sign(EC_KEY, "ES256", None), True),
        (lambda: sign(SECRET, "HS256", None), True),
        (lambda: sign(OTHER_KEY, "RS256", "r1"), False),
        (lambda: sign(OTHER_KEY, "RS256", "unknown"), False),
        (lambda: sign(RSA_KEY, "RS512", "r1"), False),
        (lambda: sign(RSA_KEY, "PS256", "r1"), False),
        (lambda: sign(RSA_KEY, "RS256", "e1"), False),
    ],
)
async def test_a_token_counts_with_the_key_of_its_id_and_kind_only(
    reader: TokenReader, make: Callable[[], str], is_good: bool
) -> None:
    if is_good:
        assert (await reader.read(make())).user_id == "ann"
        return
    with pytest.raises(BadToken):
        await reader.read(make())


async def test_a_public_key_is_never_taken_for_a_secret(provider: Provider, tmp_path: Path) -> None:
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "r1"}
    forged = forge(header, public)
    reader = TokenReader(make_api_settings(tmp_path, jwks_url=URL), provider.key_set)
    with pytest.raises(BadToken) as refused:
        await reader.read(forged)
    assert refused.value.reason == "algorithm_not_accepted"


async def test_a_secret_among_the_public_keys_is_ignored(provider: Provider, tmp_path: Path) -> None:
    provider.keys.append({"kty": "oct", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4", "kid": "s1"})
    reader = TokenReader(make_api_settings(tmp_path, jwks_url=URL), provider.key_set)
    with pytest.raises(BadToken):
        await reader.read(sign("x" * 30 + "yy", "HS256", "s1"))
    assert (await reader.read(sign(RSA_KEY, "RS256", "r1"))).user_id == "ann"


async def test_keys_are_fetched_once_and_not_for_every_invented_id(
    reader: TokenReader, provider: Provider
) -> None:
    for _ in range(5):
        await reader.read(sign(RSA_KEY, "RS256", "r1"))
    assert provider.asked == 1
    for number in range(20):
        with pytest.raises(BadToken):
            await reader.read(sign(OTHER_KEY, "RS256", f"invented-{number}"))
    assert provider.asked == 1


async def test_a_new_key_is_found_and_a_withdrawn_one_forgotten(
    reader: TokenReader, provider: Provider
) -> None:
    await reader.read(sign(RSA_KEY, "RS256", "r1"))
    provider.keys = [describe(OTHER_KEY, "r2", "RS256")]
    provider.now += PAUSE_SECONDS + 1
    assert (await reader.read(sign(OTHER_KEY, "RS256", "r2"))).user_id == "ann"
    with pytest.raises(BadToken):
        await reader.read(sign(RSA_KEY, "RS256", "r1"))


async def test_known_keys_serve_on_for_a_while_without_the_provider(
    reader: TokenReader, provider: Provider
) -> None:
    token = sign(RSA_KEY, "RS256", "r1")
    await reader.read(token)
    provider.is_down = True
    provider.now += FRESH_SECONDS + 1
    assert (await reader.read(token)).user_id == "ann"
    provider.now += STALE_SECONDS
    with pytest.raises(IdentityProviderUnavailable):
        await reader.read(token)
    provider.is_down = False
    provider.now += PAUSE_SECONDS + 1
    assert (await reader.read(token)).user_id == "ann"


@pytest.mark.parametrize("keys", [[], "x", [{"kty": "x"}], [1], {"a": 1}])
async def test_a_broken_key_set_lets_nobody_in(reader: TokenReader, provider: Provider, keys: Any) -> None:
    provider.keys = keys
    with pytest.raises(IdentityProviderUnavailable):
        await reader.read(sign(RSA_KEY, "RS256", "r1"))


def forge(header: dict[str, str], key: bytes) -> str:
    """A token signed with `key` as a secret, which libraries refuse to make of a public key."""
    import base64
    import hashlib
    import hmac

    claims = {"sub": "ann", "exp": 9_999_999_999}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signature = hmac.new(key, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
