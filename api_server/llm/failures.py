"""What a vendor's HTTP status means, and who must act. Vendors' messages are shown, never parsed."""

import email.utils
import time
from collections.abc import Mapping
from typing import TypeVar

from api_server.errors import (
    ProviderFailed,
    ProviderKeyRefused,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderUnavailable,
    RequestRejected,
    UnknownModel,
)
from api_server.llm.vendor import Account

Failed = TypeVar("Failed", bound=ProviderFailed)

REASON_LENGTH_MAX = 300
UNAVAILABLE_STATUSES = frozenset([408, 409, 425])


def failure_of_status(
    account: Account, status: int, reason: str, headers: Mapping[str, str] | None = None
) -> ProviderFailed | UnknownModel:
    """The error for a reply with `status`; `reason` is the vendor's own message."""
    told = " ".join(reason.split())[:REASON_LENGTH_MAX]
    if status == 429:
        return rate_limited(account, read_retry_after(headers or {}))
    if status in UNAVAILABLE_STATUSES or status >= 500:
        return unavailable(account, f"answered with status {status}: {told}", read_retry_after(headers or {}))
    if status in (401, 403):
        return key_refused(account)
    if status == 402:
        return quota_exhausted(account)
    if status == 404:
        return UnknownModel(
            f"{account.name} has no such model: {told}",
            suggestions=("GET /models lists those that there are.",),
        )
    return RequestRejected(
        f"{account.name} does not accept the request (status {status}): {told}",
        suggestions=("Name another model.", f"Check the model and {account.address_variable}."),
    )


def key_refused(account: Account) -> ProviderKeyRefused:
    """Its message never shows what the vendor said: some repeat a part of the key."""
    return ProviderKeyRefused(
        f"{account.name} does not accept the key in {account.key_variable}",
        suggestions=(f"Set {account.key_variable} to a valid key and start the API server again.",),
        variable=account.key_variable,
    )


def quota_exhausted(account: Account) -> ProviderQuotaExhausted:
    """The account behind the key is empty."""
    return ProviderQuotaExhausted(
        f"the {account.name} account has no credit left",
        suggestions=(f"Add credit, or set {account.key_variable} to the key of another account.",),
        variable=account.key_variable,
    )


def rate_limited(account: Account, retry_after_seconds: float | None) -> ProviderRateLimited:
    """Too much was asked of it."""
    wait = "" if retry_after_seconds is None else f"; it says to wait {round(retry_after_seconds, 1):g} s"
    failure = ProviderRateLimited(
        f"{account.name} allows no more requests for now{wait}", suggestions=("Ask again a little later.",)
    )
    return _with_wait(failure, retry_after_seconds)


def unavailable(account: Account, what: str, retry_after_seconds: float | None = None) -> ProviderUnavailable:
    """It `what`: did not answer, answered with an error of its own, broke off."""
    failure = ProviderUnavailable(
        f"{account.name} {what}",
        suggestions=("Ask again in a moment.", f"Check {account.address_variable} and the network."),
    )
    return _with_wait(failure, retry_after_seconds)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date: RFC 9110, 10.2.3)."""
    milliseconds = _read_number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = _read_number(text)
    if seconds is None:
        moment = email.utils.parsedate_tz(text)
        seconds = email.utils.mktime_tz(moment) - time.time() if moment else None
    return None if seconds is None else max(0.0, seconds)


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e6 else None


def _with_wait(failure: Failed, retry_after_seconds: float | None) -> Failed:
    failure.wait_seconds = retry_after_seconds
    if retry_after_seconds is not None:
        failure.retry_after_seconds = max(1, round(retry_after_seconds))
    return failure
