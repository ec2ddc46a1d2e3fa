"""Takes secrets out of texts that people are shown: those we know, and those that look like one."""

import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings

MASK = "***"
SECRET_LENGTH_MIN = 6
"""Shorter values would only spoil texts."""

CREDENTIALS = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)(?=\S*[\d=])[\w.~+/=-]{12,}"),
    re.compile(r"(\b)(?:sk|pk|qna|ghp|xoxb)[-_][A-Za-z0-9_-]{16,}"),
    re.compile(r"(\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@]+(?=@)"),
)
"""Headers, keys by their beginnings, JSON Web Tokens, users and passwords of addresses."""

ASSIGNED = re.compile(
    r"""(?ix) ( [\w-]* (?: authorization | api[_-]?key | token | secret | passw(?:or)?d | credential ) [\w-]*
    ["']? \s* [:=] \s* ["']? ) [^\s"',;&]+"""
)
"""A name that says what it is, and its value."""


class Masking:
    """Made once for an app, of its settings."""

    def __init__(self, settings: BaseSettings) -> None:
        self._known = sorted(_list_secrets(settings), key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` without what is or looks like a credential."""
        for secret in self._known:
            text = text.replace(secret, MASK)
        for pattern in CREDENTIALS:
            text = pattern.sub(rf"\1{MASK}", text)
        return text

    def message(self, text: str) -> str:
        """As `text`, for what a program said: there a value after `token=` is one."""
        return ASSIGNED.sub(rf"\1{MASK}", self.text(text))

    def value(self, value: Any) -> Any:
        """`value`, which is JSON, with all its texts masked, keys included."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(key): self.value(each) for key, each in value.items()}
            case list():
                return [self.value(each) for each in value]
        return value


def _list_secrets(settings: BaseSettings) -> set[str]:
    values = [getattr(settings, name) for name in type(settings).model_fields]
    secrets = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    secrets |= {password for secret in list(secrets) if (password := _password_of(secret))}
    return {secret for secret in secrets if len(secret) >= SECRET_LENGTH_MIN}


def _password_of(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
