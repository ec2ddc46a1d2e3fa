"""The period of a question: days, months or dates. What has two readings is a problem, not a guess."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from api_server.language.dates import MONTH, WHEN, YEAR, Span, span_of

TRADING_DAYS_PER_WEEK = 5
MONTHS_MAX = 1200
DAYS_MAX = 9_000
WEEK_NOTE = "a week is counted as 5 trading days"
DAY_NOTE = "days are counted as trading days"
MONTHS_OF_UNIT = {"month": 1, "quarter": 3, "year": 12, "decade": 120}
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30,
    "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
SHORT_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year", "wk": "week", "mo": "month", "yr": "year"}

NUMBER = rf"(?P<number>\d{{1,5}}|{'|'.join(NUMBERS)})"
LONG_UNIT = r"(?:day|session|week|month|quarter|year|decade)s?"
KIND = r"(?P<kind>trading|market|business)"
UNIT = rf"(?:[ -]?{KIND}?[ -]?(?P<unit>{LONG_UNIT}|wks?|mos?|yrs?)|(?<=\d)(?P<letter>[dwmy]))\b"
LAST = r"(?:last|past|previous|trailing|preceding|most recent|latest)"
ONE_DAY_MOVE = r"(?:1|one)[ -]day[ -]loss(?:es)?\b|(?:(?<=largest )|(?<=biggest ))(?:1|one)[ -]day[ -]gain\b"
"""A loss or gain of a day is no period: "the largest one-day loss"."""
END = r"(?!\w|-|[./]\d)"


class UnclearPeriod(Exception):
    """The words of a period have no reading, or more than one; the message says how to write it."""


@dataclass(frozen=True)
class Period:
    """At most one kind of limit is set; none means all the data there is. `words` is how it was asked."""

    words: str
    days: int | None = None
    months: int | None = None
    to_date: Literal["week", "month", "quarter", "year"] | None = None
    start: date | None = None
    end: date | None = None
    is_day: bool = False
    is_ago: bool = field(default=False, compare=False)
    """It says when something began ("3 years ago"), which only an investment has."""
    is_named: bool = field(default=False, compare=False)
    """One day, month or year was named, not two ends."""
    note: str = ""


Reader = Callable[[re.Match[str]], Period]


class FoundPeriod(NamedTuple):
    """What stands at one place of a text."""

    period: Period | UnclearPeriod
    start: int
    end: int


def find_periods(text: str) -> list[FoundPeriod]:
    """Every period in `text`, which is plain and in lower case, in its order."""
    found = []
    for pattern, read in PATTERNS:
        found += [FoundPeriod(_try(read, match), *match.span()) for match in pattern.finditer(text)]
        text = pattern.sub(lambda match: "\0" * len(match.group()), text)
    return sorted(found, key=lambda item: item.start)


def join_touching(periods: Sequence[Period]) -> Period | None:
    """Named periods that follow one another as one, from the first day to the last; None when they do not."""
    if not all(period.is_named and not period.is_day for period in periods):
        return None
    for earlier, later in pairwise(periods):
        if not (earlier.end and earlier.end + timedelta(days=1) == later.start):
            return None
    words = f"{periods[0].words} and {periods[-1].words}"
    return Period(words, start=periods[0].start, end=periods[-1].end)


def are_years(periods: Sequence[Period]) -> bool:
    """Whether each is a year of the calendar, so that a figure is asked of each by itself."""
    return all(
        period.is_named
        and period.start
        and period.end
        and period.end == date(period.start.year, 12, 31)
        and period.start.month == period.start.day == 1
        for period in periods
    )


def read_number(text: str) -> int:
    """`text` as a number, in digits or as a word."""
    return NUMBERS.get(text) or int(text)


def _try(read: Reader, match: re.Match[str]) -> Period | UnclearPeriod:
    try:
        return read(match)
    except UnclearPeriod as unclear:
        return unclear


def _span(text: str) -> Span:
    try:
        return span_of(text)
    except ValueError:
        raise UnclearPeriod(f"{text!r} is not a date of the calendar") from None


def _ordered(words: str, start: date, end: date) -> Period:
    if start > end:
        raise UnclearPeriod(f"{words!r} ends before it begins")
    return Period(words, start=start, end=end)


def _range(match: re.Match[str]) -> Period:
    return _ordered(match.group(), _span(match["first"]).first, _span(match["last"]).last)


def _range_in_one_year(match: re.Match[str]) -> Period:
    first = match["first"] or match["from"]
    return _ordered(match.group(), _span(f"{first} {match['year']}").first, _span(match["last"]).last)


def _since(match: re.Match[str]) -> Period:
    return Period(match.group(), start=_span(match["when"]).first)


def _since_end(match: re.Match[str]) -> Period:
    return Period(match.group(), start=_span(match["when"]).last + timedelta(days=1))


def _to_date(match: re.Match[str]) -> Period:
    if "week" in match.group() or "wtd" in match.group():
        return Period(match.group(), to_date="week")
    if "month" in match.group() or "mtd" in match.group():
        return Period(match.group(), to_date="month")
    if "quarter" in match.group() or "qtd" in match.group():
        return Period(match.group(), to_date="quarter")
    return Period(match.group(), to_date="year")


def _back(match: re.Match[str]) -> Period:
    """Days are trading days; longer units are counted back on the calendar."""
    words, number = match.group(), read_number(match["number"])
    unit = (match["unit"] or match["letter"]).rstrip("s")
    unit = SHORT_UNITS.get(unit, unit)
    months = number * MONTHS_OF_UNIT.get(unit, 0)
    if number == 0 or months > MONTHS_MAX or number > DAYS_MAX:
        raise UnclearPeriod(f"{words!r} is not a period that data can have")
    if number in (365, 366) and unit == "day" and not match["kind"]:
        raise UnclearPeriod(f"{words!r} is not clear: write 'over the past year' or a number of trading days")
    if months:
        return Period(words, months=months)
    if unit == "week":
        return Period(words, days=number * TRADING_DAYS_PER_WEEK, note=WEEK_NOTE)
    return Period(words, days=number, note="" if match["kind"] or unit == "session" else DAY_NOTE)


def _one_back(match: re.Match[str]) -> Period:
    if match["unit"] == "week":
        return Period(match.group(), days=TRADING_DAYS_PER_WEEK, note=WEEK_NOTE)
    return Period(match.group(), months=MONTHS_OF_UNIT[match["unit"]])


def _trailing_year(match: re.Match[str]) -> Period:
    return Period(match.group(), months=12)


def _all(match: re.Match[str]) -> Period:
    return Period(match.group(), note="all the closes that the data has were taken")


def _single(match: re.Match[str]) -> Period:
    span = _span(match["when"])
    return Period(match.group(), start=span.first, end=span.last, is_day=span.is_day, is_named=True)


def _ago(match: re.Match[str]) -> Period:
    return replace(_back(match), is_ago=True)


def _unclear(advice: str) -> Reader:
    def refuse(match: re.Match[str]) -> Period:
        raise UnclearPeriod(f"{match.group().strip()!r} is not clear: {advice}")

    return refuse


def _compile(*rules: tuple[str, Reader]) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    return tuple((re.compile(rf"(?<![\w.$-]){rule}"), read) for rule, read in rules)


# Tried in this order; what one has taken the next does not see.
PATTERNS = _compile(
    (rf"between (?P<first>{WHEN}) (?:and|to) (?P<last>{WHEN}){END}", _range),
    (rf"(?:from )?(?P<first>{WHEN})(?: to | ?- ?| through )(?P<last>{WHEN}){END}", _range),
    (
        rf"(?:between (?P<first>{MONTH}|q[1-4]) and|(?:from )?(?P<from>{MONTH}|q[1-4])(?: to| ?-| through)) ?"
        rf"(?P<last>(?:{MONTH}|q[1-4]),? (?P<year>{YEAR})){END}",
        _range_in_one_year,
    ),
    (rf"since (?:the )?end of (?P<when>{WHEN}){END}", _since_end),
    (
        rf"(?:since|starting (?:in|from|on)) (?:(?:the )?(?:start|beginning) of )?(?P<when>{WHEN}){END}",
        _since,
    ),
    (rf"from (?P<when>{WHEN}) (?:onwards?|on|(?:to|until) (?:now|today|date|the present))\b", _since),
    (
        rf"(?:before|after|until|till|up to|prior to|from|as of the end of) {WHEN}{END}",
        _unclear("give both dates, 'from ... to ...'"),
    ),
    (r"(?:year|month|quarter|week)[ -]to[ -]date|\b[ymqw]td\b", _to_date),
    (r"(?:from )?(?:so far )?this (?:year|month|quarter|week)(?: so far)?\b", _to_date),
    (r"since the (?:start|beginning) of (?:the|this) (?:year|month|quarter)\b", _to_date),
    (rf"(?:from (?:the )?)?(?:the )?{LAST} {NUMBER}{UNIT}", _back),
    (r"(?:the )?(?:ttm|ltm)\b", _trailing_year),
    (r"(?:from )?(?:the )?(?:past|trailing) (?P<unit>week|month|quarter|year|decade)\b", _one_back),
    (r"(?:over|in|for|during|within|from) the last (?P<unit>week|month|year|decade)\b", _one_back),
    (rf"(?!52\b){NUMBER}{UNIT}(?= +range\b)", _back),
    (r"(?:the )?(?:last|past) (?P<unit>month|quarter|year) +(?=range\b)", _one_back),
    (rf"{LAST} {LONG_UNIT}\b", _unclear("write the year or the dates, or 'over the past ...'")),
    (
        rf"(?:in|within|after|every|next|first|final|each) {NUMBER}{UNIT}",
        _unclear("write 'over the last ...' or the dates"),
    ),
    (rf"{NUMBER}{UNIT} ago\b", _ago),
    (
        rf"{NUMBER}{UNIT} (?:later|before|after|from now|apart)\b",
        _unclear("write 'over the last ...' or the dates"),
    ),
    (
        rf"(?!{ONE_DAY_MOVE}){NUMBER}{UNIT}(?![ -](?:highs?|lows?|range)\b)"
        r"(?: period\b| window\b| lookback\b)?",
        _back,
    ),
    (r"all[ -]time\b(?![ -](?:highs?|lows?)\b)|since inception\b|ever\b", _all),
    (r"(?:whole|full|entire) (?:history|period)\b", _all),
    (r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}", _unclear("write the date as 2020-03-23")),
    (rf"(?:as of )?(?:the )?(?:calendar |full )?(?:year )?(?P<when>{WHEN}){END}", _single),
)
