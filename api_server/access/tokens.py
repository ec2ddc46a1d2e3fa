"""JSON web tokens: whose they are, if they are genuine and meant for us.

A token says itself how it is signed; only HS256 with our secret, and RS256 or ES256 with a key of the JWKS,
is believed, and never one kind of key for another kind of signature.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from api_server.access.key_set import KeySet
from api_server.settings.access import AccessSettings
from api_server.storage.tables import ID_LENGTH_MAX
from schemas.wire import utc_now

TOKEN_LENGTH_MAX = 16_384
PUBLIC_KEY_ALGORITHMS = ("RS256", "ES256")


class BadToken(Exception):
    """The token proves nothing. `reason` is a word for the audit log; a stranger is not told it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Claims:
    """What a genuine token says."""

    user_id: str
    email: str | None
    is_administrator: bool


class TokenReader:
    """Reads the tokens that the settings trust."""

    def __init__(self, settings: AccessSettings, key_set: KeySet | None) -> None:
        self._settings = settings
        self._key_set = key_set

    async def read(self, token: str) -> Claims:
        """The claims of a genuine token. Raises `BadToken`, or `IdentityProviderUnavailable`."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise BadToken("too_long")
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            key = await self._find_key(algorithm, header.get("kid"))
            claims = self._decode(token, key, str(algorithm))
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise BadToken(type(error).__name__) from error
        return self._read_claims(claims)

    async def _find_key(self, algorithm: object, key_id: object) -> Any:
        secret = self._settings.jwt_secret
        if algorithm == "HS256" and secret is not None:
            return secret.get_secret_value()
        if algorithm in PUBLIC_KEY_ALGORITHMS and self._key_set is not None:
            key = await self._key_set.find(key_id if isinstance(key_id, str) else None, str(algorithm))
            if key is not None:
                return key
            raise BadToken("unknown_key")
        raise BadToken("algorithm_not_accepted")

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self._settings.jwt_audience or None,
            issuer=self._settings.jwt_issuer or None,
            leeway=self._settings.jwt_clock_skew_seconds,
            options={"require": ["exp", "sub"]},
        )

    def _read_claims(self, claims: dict[str, Any]) -> Claims:
        user_id, email, roles = claims["sub"], claims.get("email"), claims.get("roles", [])
        if not isinstance(user_id, str) or not 0 < len(user_id) <= ID_LENGTH_MAX or "\0" in user_id:
            raise BadToken("bad_subject")
        return Claims(
            user_id=user_id,
            email=email if isinstance(email, str) and claims.get("email_verified") is True else None,
            is_administrator=isinstance(roles, list) and self._settings.jwt_administrator_role in roles,
        )


def write_token(settings: AccessSettings, user_id: str, *, is_administrator: bool = False) -> str:
    """A token of ours, for installations without an identity provider. Needs `jwt_secret`."""
    assert settings.jwt_secret is not None
    now = utc_now()
    claims: dict[str, Any] = {
        "sub": user_id,
        "iat": now,
        "exp": now + timedelta(hours=settings.jwt_expires_in_hours),
        "roles": [settings.jwt_administrator_role] if is_administrator else [],
    }
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")
