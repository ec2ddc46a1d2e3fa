"""Settings of access control."""

from pydantic import Field, SecretStr, field_validator

from service.settings import ServiceSettings

SECRET_BYTES_MIN = 32
"""RFC 7518, section 3.2: a key of HS256 is at least as long as its hash."""


class AccessSettings(ServiceSettings):
    """Who may ask. Without a secret, a JWKS address or API keys there is one local user, on loopback only."""

    jwt_secret: SecretStr | None = Field(
        default=None, description="Secret of tokens signed with HS256, at least 32 bytes."
    )
    jwks_url: str = Field(
        default="", description="Where the public keys of tokens signed with RS256 or ES256 are, as a JWKS."
    )
    jwt_audience: str = Field(
        default="", description="The audience that a token must name; unset: it must name none."
    )
    jwt_issuer: str = Field(default="", description="The issuer that a token must name; unset: any.")
    jwt_expires_in_hours: float = Field(
        default=24, gt=0, description="How long a token of `qna keys token` is valid."
    )
    jwt_clock_skew_seconds: float = Field(
        default=30, ge=0, le=300, description="How far the clocks of issuer and server may differ."
    )
    jwt_administrator_role: str = Field(
        default="administrator", description="The entry of a token's `roles` that makes an administrator."
    )
    enable_api_keys: bool = Field(
        default=False, description="Whether the keys of `qna keys create` are accepted as X-API-Key."
    )
    cors_origins: str = Field(
        default="", description="Origins of pages elsewhere that may call the API, separated by commas."
    )

    @field_validator("jwt_secret")
    @classmethod
    def demand_length(cls, secret: SecretStr | None) -> SecretStr | None:
        """A short secret can be guessed offline from one token."""
        if secret is not None and len(secret.get_secret_value().encode()) < SECRET_BYTES_MIN:
            raise ValueError(f"must have at least {SECRET_BYTES_MIN} bytes")
        return secret

    @property
    def is_access_controlled(self) -> bool:
        """Whether every request must say who sends it."""
        return bool(self.jwt_secret or self.jwks_url or self.enable_api_keys)

    @property
    def allowed_origins(self) -> list[str]:
        """`cors_origins` as a list."""
        return [origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip()]
