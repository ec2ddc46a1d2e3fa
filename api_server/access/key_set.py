"""The public keys of an identity provider (a JWKS), fetched when needed and kept while they are fresh."""

import asyncio
import time
from collections.abc import Callable

import httpx2
import jwt
import structlog

from api_server.errors import IdentityProviderUnavailable

log = structlog.get_logger()

FRESH_SECONDS = 300.0
"""After this a key that the provider withdrew is no longer believed."""

STALE_SECONDS = 3600.0
"""How long known keys serve on while the provider does not answer."""

PAUSE_SECONDS = 10.0
"""Between two fetches: tokens with invented key ids do not become requests to the provider."""

FETCH_SECONDS = 5.0
BODY_BYTES_MAX = 1_000_000


class KeySet:
    """The keys at one address."""

    def __init__(
        self, url: str, client: httpx2.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: list[jwt.PyJWK] = []
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key of that id for that algorithm. Raises `IdentityProviderUnavailable`."""
        if self._age() > FRESH_SECONDS:
            await self._fetch()
        key = self._pick(key_id, algorithm)
        if key is None:
            await self._fetch()
            key = self._pick(key_id, algorithm)
        if self._age() > STALE_SECONDS:
            raise IdentityProviderUnavailable(
                "the keys of the identity provider cannot be fetched",
                suggestions=("Try again in a moment.", "The operator looks at JWKS_URL."),
            )
        return key

    def _pick(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        fitting = [key for key in self._keys if key.algorithm_name == algorithm]
        named = [key for key in fitting if key.key_id == key_id]
        if named:
            return named[0]
        return fitting[0] if key_id is None and len(fitting) == 1 else None

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    async def _fetch(self) -> None:
        asked_at = self._clock()
        async with self._fetching:
            if self._fetched_at >= asked_at or self._clock() - self._tried_at < PAUSE_SECONDS:
                return
            self._tried_at = self._clock()
            try:
                reply = await self._client.get(self._url, timeout=FETCH_SECONDS)
                reply.raise_for_status()
                self._keys = _read_keys(reply.content)
                self._fetched_at = self._clock()
            except (httpx2.HTTPError, jwt.PyJWTError, ValueError) as error:
                log.warning("key_set_not_fetched", url=self._url, reason=type(error).__name__)


def _read_keys(body: bytes) -> list[jwt.PyJWK]:
    if len(body) > BODY_BYTES_MAX:
        raise ValueError("the key set is too large")
    # A secret in a public key set would be no secret: only RSA and elliptic keys are taken.
    keys = jwt.PyJWKSet.from_json(body.decode()).keys
    return [key for key in keys if key.key_type in ("RSA", "EC") and key.public_key_use in (None, "sig")]
