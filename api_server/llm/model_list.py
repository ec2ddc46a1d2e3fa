"""The models of one vendor, asked for at most once a minute and never for long."""

import asyncio
import time
from collections.abc import Callable

import structlog

from api_server.errors import ProviderFailed, UnknownModel
from api_server.llm.vendor import Vendor

log = structlog.get_logger()

LIST_SECONDS_MAX = 3.0
FRESH_SECONDS = 60.0
RETRY_SECONDS = 5.0
"""How long a vendor that did not answer is taken to be out of reach."""


class ModelList:
    """Remembers what a vendor listed. Belongs to one event loop."""

    def __init__(self, vendor: Vendor, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._vendor, self._monotonic = vendor, monotonic
        self._asking = asyncio.Lock()
        self._known: list[str] = []
        self._fresh_until = float("-inf")

    async def current(self) -> list[str]:
        """The models that can be asked now; none when the vendor does not answer."""
        async with self._asking:
            if self._monotonic() >= self._fresh_until:
                self._known = await self._ask()
                rest = FRESH_SECONDS if self._known else RETRY_SECONDS
                self._fresh_until = self._monotonic() + rest
            return self._known

    async def _ask(self) -> list[str]:
        try:
            async with asyncio.timeout(LIST_SECONDS_MAX):
                return await self._vendor.list_models()
        except TimeoutError:
            reason = f"no list of models in {LIST_SECONDS_MAX:g} s"
        except (ProviderFailed, UnknownModel) as failure:
            reason = failure.message
        log.warning("models_not_listed", provider=self._vendor.account.name, reason=reason)
        return []
