"""Says who a request comes from, or refuses it."""

import httpx2
import structlog
from cachetools import LRUCache, TTLCache
from starlette.requests import HTTPConnection

from api_server.access.caller import LOCAL_CALLER, Caller
from api_server.access.key_set import KeySet
from api_server.access.tokens import BadToken, TokenReader
from api_server.errors import Unauthenticated
from api_server.settings.access import AccessSettings
from api_server.storage.audit import Deed, Origin
from api_server.storage.opened import Storage

log = structlog.get_logger()

FAILURES_RECORDED_PER_MINUTE = 10
"""Of one address: guessing must not fill the audit log. The others are only counted in the next record."""

ADDRESSES_WATCHED = 10_000
USERS_REMEMBERED = 100_000
SUBPROTOCOL_PREFIX = "qna.bearer."
"""A browser's WebSocket cannot send headers; it may offer this with the token as a subprotocol."""


class Gate:
    """Made once for an app. Without access control everybody is the local user."""

    def __init__(self, settings: AccessSettings, tokens: TokenReader, storage: Storage) -> None:
        self._settings = settings
        self._tokens = tokens
        self._storage = storage
        self._known: LRUCache[str, bool] = LRUCache(USERS_REMEMBERED)
        self._failures: TTLCache[str, int] = TTLCache(ADDRESSES_WATCHED, ttl=60)

    async def admit(self, connection: HTTPConnection) -> Caller:
        """The caller. Raises `Unauthenticated`, `IdentityProviderUnavailable` or `DatabaseUnavailable`."""
        if not self._settings.is_access_controlled:
            return LOCAL_CALLER
        try:
            return await self._identify(connection)
        except BadToken as error:
            await self._record_failure(read_origin(connection), error.reason)
            raise Unauthenticated(
                "who you are is not proved",
                suggestions=("Send `Authorization: Bearer <token>` or `X-API-Key`, valid now.",),
            ) from error

    async def _identify(self, connection: HTTPConnection) -> Caller:
        key_text = connection.headers.get("x-api-key")
        if key_text is not None and self._settings.enable_api_keys:
            key = await self._storage.api_keys.find(key_text)
            if key is None:
                raise BadToken("bad_api_key")
            return Caller(key.user_id, is_administrator=key.is_administrator)
        claims = await self._tokens.read(_read_bearer(connection))
        if claims.user_id not in self._known:
            await self._storage.users.see(claims.user_id, claims.email)
            self._known[claims.user_id] = True
        return Caller(claims.user_id, is_administrator=claims.is_administrator)

    async def _record_failure(self, origin: Origin, reason: str) -> None:
        count = self._failures.get(origin.ip_address, 0) + 1
        self._failures[origin.ip_address] = count
        log.warning("login_failed", reason=reason, ip_address=origin.ip_address)
        if count <= FAILURES_RECORDED_PER_MINUTE:
            facts = {"reason": reason, "failures_this_minute": count}
            await self._storage.audit.add(None, Deed("login_failed", "address", changes=facts), origin)


def open_gate(settings: AccessSettings, storage: Storage, client: httpx2.AsyncClient) -> Gate:
    """The gate that the settings ask for; `client` fetches the keys of an identity provider."""
    key_set = KeySet(settings.jwks_url, client) if settings.jwks_url else None
    return Gate(settings, TokenReader(settings, key_set), storage)


def read_origin(connection: HTTPConnection) -> Origin:
    """Where a request comes from: the peer's address, not what a header claims it to be."""
    address = connection.client.host if connection.client else ""
    return Origin(address, connection.headers.get("user-agent", ""))


def _read_bearer(connection: HTTPConnection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    offered = connection.scope.get("subprotocols", []) if connection.scope["type"] == "websocket" else []
    for each in offered:
        if each.startswith(SUBPROTOCOL_PREFIX):
            return str(each.removeprefix(SUBPROTOCOL_PREFIX))
    raise BadToken("nothing_sent")
