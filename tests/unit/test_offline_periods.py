"""How periods are read from a question. Dates are inclusive; look-backs count from the data's last day."""

from datetime import date
from typing import Any

import pytest

from api_server.language.periods import Period, UnclearPeriod, find_periods

READ: list[tuple[str, dict[str, Any]]] = [
    ("over the last 60 trading days", {"days": 60}),
    ("past 30 days", {"days": 30}),
    ("the previous 10 sessions", {"days": 10}),
    ("60-day", {"days": 60}),
    ("250d", {"days": 250}),
    ("over the past two weeks", {"days": 10}),
    ("52 weeks", {"days": 260}),
    ("the past week", {"days": 5}),
    ("over the last 6 months", {"months": 6}),
    ("trailing twelve months", {"months": 12}),
    ("6mo", {"months": 6}),
    ("past 5 years", {"months": 60}),
    ("10-year", {"months": 120}),
    ("3y", {"months": 36}),
    ("the last 2 quarters", {"months": 6}),
    ("in the last year", {"months": 12}),
    ("the past decade", {"months": 120}),
    ("ttm", {"months": 12}),
    ("year to date", {"to_date": "year"}),
    ("ytd", {"to_date": "year"}),
    ("so far this month", {"to_date": "month"}),
    ("this quarter", {"to_date": "quarter"}),
    ("since the beginning of the year", {"to_date": "year"}),
    ("in 2008", {"start": date(2008, 1, 1), "end": date(2008, 12, 31)}),
    ("in the calendar year 2008", {"start": date(2008, 1, 1), "end": date(2008, 12, 31)}),
    ("q1 2020", {"start": date(2020, 1, 1), "end": date(2020, 3, 31)}),
    ("2020 q4", {"start": date(2020, 10, 1), "end": date(2020, 12, 31)}),
    ("the third quarter of 2015", {"start": date(2015, 7, 1), "end": date(2015, 9, 30)}),
    ("the first half of 2015", {"start": date(2015, 1, 1), "end": date(2015, 6, 30)}),
    ("feb 2020", {"start": date(2020, 2, 1), "end": date(2020, 2, 29)}),
    ("in the 1990s", {"start": date(1990, 1, 1), "end": date(1999, 12, 31)}),
    ("on 2008-09-15", {"start": date(2008, 9, 15), "end": date(2008, 9, 15), "is_day": True}),
    ("on september 15th, 2008", {"start": date(2008, 9, 15), "end": date(2008, 9, 15), "is_day": True}),
    ("on 15 sep 2008", {"start": date(2008, 9, 15), "end": date(2008, 9, 15), "is_day": True}),
    ("since 2015", {"start": date(2015, 1, 1)}),
    ("since march 2009", {"start": date(2009, 3, 1)}),
    ("since the end of 2015", {"start": date(2016, 1, 1)}),
    ("from 2015 onwards", {"start": date(2015, 1, 1)}),
    ("from june 2015 to today", {"start": date(2015, 6, 1)}),
    ("between march 2009 and june 2010", {"start": date(2009, 3, 1), "end": date(2010, 6, 30)}),
    ("from 2001-01-01 to 2003-12-31", {"start": date(2001, 1, 1), "end": date(2003, 12, 31)}),
    ("2001-2003", {"start": date(2001, 1, 1), "end": date(2003, 12, 31)}),
    ("2001 through 2003", {"start": date(2001, 1, 1), "end": date(2003, 12, 31)}),
    ("between march and june 2010", {"start": date(2010, 3, 1), "end": date(2010, 6, 30)}),
    ("q1 to q3 2019", {"start": date(2019, 1, 1), "end": date(2019, 9, 30)}),
    ("since inception", {}),
    ("of all time", {}),
]
UNCLEAR = [
    "last year", "the last month", "previous quarter", "in 6 months", "next 5 days", "first 3 months",
    "before 2008", "after 2008", "until 2010", "from 2015", "03/04/2020", "on 2010-02-30",
    "between 2010 and 2005",
    "the last 0 days", "last 99999 days", "past 365 days", "500 years",
]  # fmt: skip
NOTHING = [
    "in march",
    "60",
    "$2008",
    "2008-09",
    "12:30",
    "30 calendar days",
    "2.5 years",
    "1,000 days",
    "version 2.2008",
]


def read(text: str) -> list[Period | UnclearPeriod]:
    return [found.period for found in find_periods(text)]


@pytest.mark.parametrize(("text", "limits"), READ, ids=[row[0] for row in READ])
def test_a_period_is_read_as_people_mean_it(text: str, limits: dict[str, Any]) -> None:
    (period,) = read(f"volatility of ko {text}")
    assert isinstance(period, Period), period
    assert Period(period.words, **limits, note=period.note) == period


@pytest.mark.parametrize("text", UNCLEAR)
def test_a_period_with_two_readings_or_none_is_unclear(text: str) -> None:
    (period,) = read(f"volatility of ko {text}")
    assert isinstance(period, UnclearPeriod), period


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_period_is_left_alone(text: str) -> None:
    assert not [period for period in read(f"volatility of ko {text}") if isinstance(period, Period)]


def test_two_periods_are_both_found_in_their_order() -> None:
    first, second = read("ko in 2008 and over the last 60 days")
    assert isinstance(first, Period)
    assert isinstance(second, Period)
    assert (first.words, second.words) == ("2008", "the last 60 days")


def test_the_place_of_a_period_is_where_its_words_are() -> None:
    text = "ko from 2001 to 2003, please"
    (found,) = find_periods(text)
    assert text[found.start : found.end] == "from 2001 to 2003"
