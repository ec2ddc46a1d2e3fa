"""On which days US stocks trade, by the exchange's rules since 2022; days of mourning are not foreseen."""

from collections.abc import Iterator
from datetime import date, timedelta

SATURDAY, SUNDAY = 5, 6
MONDAY, THURSDAY = 0, 3


def last_trading_day(before: date) -> date:
    """The newest day of trading that is before `before`."""
    day = before - timedelta(days=1)
    while not is_trading_day(day):
        day -= timedelta(days=1)
    return day


def is_trading_day(day: date) -> bool:
    """Whether US stocks trade on `day`, all day or half of it."""
    return day.weekday() < SATURDAY and day not in set(_holidays(day.year))


def _holidays(year: int) -> Iterator[date]:
    """The closed days of a year. New Year's Day is not made up for when it is a Saturday."""
    new_year = date(year, 1, 1)
    if new_year.weekday() != SATURDAY:
        yield _observed(new_year)
    yield _nth(year, 1, MONDAY, 3)
    yield _nth(year, 2, MONDAY, 3)
    yield _easter(year) - timedelta(days=2)
    yield _nth(year, 6, MONDAY, 1) - timedelta(days=7)
    yield from map(_observed, (date(year, 6, 19), date(year, 7, 4), date(year, 12, 25)))
    yield _nth(year, 9, MONDAY, 1)
    yield _nth(year, 11, THURSDAY, 4)


def _observed(day: date) -> date:
    """The Friday before a Saturday, the Monday after a Sunday."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    """The `count`-th of a weekday in a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    skipped, leap = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - skipped - correction + 15) % 30
    quarter, left = divmod(rest, 4)
    days = (32 + 2 * leap + 2 * quarter - moon - left) % 7
    late = (golden + 11 * moon + 22 * days) // 451
    month, day = divmod(moon + days - 7 * late + 114, 31)
    return date(year, month, day + 1)
