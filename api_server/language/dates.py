"""Dates, months, quarters and years as people write them, each as its first and last day."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = r"(?:19|20)\d\d"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
HALVES = {"first": 1, "second": 2, "1st": 1, "2nd": 2}
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


class Span(NamedTuple):
    """From the first to the last day, both inside. `is_day` when a single day was named."""

    first: date
    last: date
    is_day: bool = False


def months_span(year: int, first_month: int, month_count: int) -> Span:
    """The span of `month_count` whole months of one year."""
    last_month = first_month + month_count - 1
    return Span(date(year, first_month, 1), date(year, last_month, calendar.monthrange(year, last_month)[1]))


def _day(year: int, month: int, day: int) -> Span:
    when = date(year, month, day)
    return Span(when, when, is_day=True)


def _month(name: str) -> int:
    return MONTHS.index(name[:3]) + 1


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _decade(year: int) -> Span:
    return Span(date(year, 1, 1), date(year + 10, 1, 1) - timedelta(days=1))


Reader = Callable[[re.Match[str]], Span]

FORMS: tuple[tuple[str, Reader], ...] = (
    (rf"({YEAR})-(\d\d)-(\d\d)", lambda m: _day(int(m[1]), int(m[2]), int(m[3]))),
    (rf"({MONTH}) ({DAY}),? ({YEAR})", lambda m: _day(int(m[3]), _month(m[1]), _number(m[2]))),
    (rf"({DAY})(?: of)? ({MONTH}),? ({YEAR})", lambda m: _day(int(m[3]), _month(m[2]), _number(m[1]))),
    (rf"({MONTH}),?(?: of)? ({YEAR})", lambda m: months_span(int(m[2]), _month(m[1]), 1)),
    (rf"q([1-4])(?: of)?[ -]?({YEAR})", lambda m: months_span(int(m[2]), 3 * int(m[1]) - 2, 3)),
    (rf"({YEAR})[ -]?q([1-4])", lambda m: months_span(int(m[1]), 3 * int(m[2]) - 2, 3)),
    (
        rf"({'|'.join(QUARTERS)}) quarter(?: of)? ({YEAR})",
        lambda m: months_span(int(m[2]), 3 * QUARTERS[m[1]] - 2, 3),
    ),
    (rf"h([12])(?: of)? ({YEAR})", lambda m: months_span(int(m[2]), 6 * int(m[1]) - 5, 6)),
    (
        rf"({'|'.join(HALVES)}) half(?: of)? ({YEAR})",
        lambda m: months_span(int(m[2]), 6 * HALVES[m[1]] - 5, 6),
    ),
    (r"(?:fy|fiscal year|fiscal) ?'?(\d\d)(?!\d)", lambda m: months_span(2000 + int(m[1]), 1, 12)),
    (rf"(?:fy|fiscal year|fiscal) ?({YEAR})", lambda m: months_span(int(m[1]), 1, 12)),
    (r"((?:19|20)\d0)'?s", lambda m: _decade(int(m[1]))),
    (rf"({YEAR})", lambda m: months_span(int(m[1]), 1, 12)),
)
WHEN = "(?:" + "|".join(re.sub(r"\((?!\?)", "(?:", form) for form, _ in FORMS) + ")"


def span_of(text: str) -> Span:
    """The days that `text`, which matches `WHEN`, stands for. Raises `ValueError` for a day that is none."""
    for form, read in FORMS:
        match = re.fullmatch(form, text)
        if match:
            return read(match)
    raise ValueError(f"{text!r} is not a date")
