"""How long a vendor says to wait."""

import email.utils
import time

import pytest

from api_server.llm.failures import read_retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_it_is_read_in_each_form(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers) == seconds


def test_a_date_is_a_wait_until_then() -> None:
    later = email.utils.formatdate(time.time() + 30, usegmt=True)
    wait = read_retry_after({"retry-after": later})
    assert wait is not None
    assert 25 < wait <= 31
    earlier = email.utils.formatdate(time.time() - 30, usegmt=True)
    assert read_retry_after({"retry-after": earlier}) == 0
