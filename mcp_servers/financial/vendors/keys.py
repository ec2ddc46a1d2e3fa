"""The keys of a vendor: added to a request when it leaves, and taken out of whatever comes back."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

import httpx2
from pydantic import SecretStr

REDACTED = "[key]"


@dataclass(frozen=True)
class Keys(httpx2.Auth):
    """`headers` and `parameters` of the query that only the vendor may see."""

    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    parameters: Mapping[str, SecretStr] = field(default_factory=dict)

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """`request` with the keys in it."""
        for name, key in self.headers.items():
            request.headers[name] = key.get_secret_value()
        if self.parameters:
            query = {name: key.get_secret_value() for name, key in self.parameters.items()}
            request.url = request.url.copy_merge_params(query)
        yield request

    def redact(self, text: str) -> str:
        """`text` without any key."""
        for key in (*self.headers.values(), *self.parameters.values()):
            text = text.replace(key.get_secret_value(), REDACTED)
        return text
