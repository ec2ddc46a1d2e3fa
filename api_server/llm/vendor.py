"""The seam between asking and the vendors of models: what is sent and what comes back."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol


@dataclass(frozen=True)
class Turn:
    """One message of the conversation with a model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class ModelRequest:
    """What a model is sent. `prefix` is the same for every question while the tools are: vendors cache it."""

    model: str
    prefix: str
    turns: tuple[Turn, ...]


class EndReason(StrEnum):
    """Why an answer ended."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    REFUSED = "refused"


@dataclass(frozen=True)
class Tokens:
    """What was counted. `cached` (read from a cache) and `cache_written` are part of `sent`."""

    sent: int = 0
    received: int = 0
    cached: int = 0
    cache_written: int = 0


@dataclass(frozen=True)
class Ending:
    """The last thing that a vendor says. `explanation` is the vendor's own, of a refusal."""

    reason: EndReason
    tokens: Tokens = field(default_factory=Tokens)
    explanation: str = ""


@dataclass(frozen=True)
class Account:
    """How messages name a vendor and the variables that an operator sets for it."""

    name: str
    key_variable: str
    address_variable: str


class Vendor(Protocol):
    """Speaks one vendor's API through that vendor's SDK. It never repeats a request."""

    @property
    def account(self) -> Account:
        """Its name, and its variables."""
        ...

    @property
    def default_model(self) -> str:
        """The model that is asked when the request names none."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether its tokens cost nothing."""
        ...

    def answer(self, request: ModelRequest) -> AsyncGenerator[str | Ending, None]:
        """The pieces of the answer as they come, "" for a sign of life, and an `Ending` when it is whole.

        Without an `Ending` the answer was cut off. Raises `ProviderFailed` and `UnknownModel`.
        """
        ...

    async def list_models(self) -> list[str]:
        """The models that the account can ask now. Raises `ProviderFailed`."""
        ...

    async def warm_up(self) -> None:
        """Import the SDK in a thread, so that no question waits for that second."""
        ...

    async def close(self) -> None:
        """End its connections."""
        ...
