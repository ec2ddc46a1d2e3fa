"""How long answers stay true: as long as the tool says, longer while US stocks rest."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.lifetimes import answer_seconds, is_empty, seconds_of_rest

HOUR = 3600.0
CLOSED = {"market_state": "closed"}


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        ("2026-01-14T15:00:00Z", 0),  # Wednesday 10:00 in New York
        ("2026-01-14T08:59:00Z", 1 / 60),  # 03:59
        ("2026-01-14T09:00:00Z", 0),  # 04:00: extended hours begin
        ("2026-01-15T00:59:00Z", 0),  # Wednesday 19:59
        ("2026-01-15T01:00:00Z", 8),  # 20:00: nothing until 04:00
        ("2026-01-17T01:00:00Z", 56),  # Friday 20:00, until Monday 04:00
        ("2026-01-18T17:00:00Z", 16),  # Sunday noon
        ("2026-03-07T17:00:00Z", 39),  # Saturday noon; the clocks go forward on Sunday
        ("2026-10-31T16:00:00Z", 41),  # Saturday noon; the clocks go back on Sunday
    ],
)
def test_the_rest_lasts_until_the_first_minute_in_which_stocks_can_trade(moment: str, hours: float) -> None:
    assert seconds_of_rest(datetime.fromisoformat(moment)) == pytest.approx(hours * HOUR)


SUNDAY = datetime(2026, 1, 18, 17, tzinfo=UTC)
WEDNESDAY = datetime(2026, 1, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "follows_market", "label", "seconds"),
    [
        (SUNDAY, True, CLOSED, 16 * HOUR),
        (SUNDAY, False, CLOSED, 60),  # news comes on Sundays too
        (SUNDAY, True, {"market_state": "open"}, 60),  # a pair of crypto
        (SUNDAY, True, {}, 60),
        (SUNDAY, True, None, 60),
        (SUNDAY, True, {**CLOSED, "feed": "overnight"}, 60),
        (WEDNESDAY, True, CLOSED, 60),  # a holiday; extended hours are not ruled out
    ],
)
def test_an_answer_lives_longer_only_where_it_follows_the_market_and_that_rests(
    now: datetime, follows_market: bool, label: Any, seconds: float
) -> None:
    assert answer_seconds(60, follows_market, label, now) == seconds


def test_a_long_life_is_never_cut_short_by_the_market() -> None:
    assert answer_seconds(90 * HOUR, True, CLOSED, SUNDAY) == 90 * HOUR


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        ("", True),
        ([], True),
        ({}, True),
        ({"data": [], "metadata": {"source": "x"}}, True),
        ({"data": {"date": [], "close": []}, "metadata": {}}, True),
        ({"data": {"close": [1.0]}, "metadata": {}}, False),
        ({"total": 0}, False),
        ({"found": False}, False),
        (0, False),
        ([None], False),
    ],
)
def test_an_answer_without_anything_in_it_is_empty_and_zero_is_not(value: Any, expected: bool) -> None:
    assert is_empty(value) is expected
