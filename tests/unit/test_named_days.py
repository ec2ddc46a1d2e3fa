"""Days that today names, and loose words: one reading, which is said, and what else may be meant."""

import warnings
from datetime import date, timedelta

import exchange_calendars
import pytest

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.trading_days import is_trading_day, last_trading_day
from api_server.dialogue.understanding import create_dialogue
from api_server.llm.providers.offline.matching import Matcher
from prompts.library import load_library
from schemas.understanding import Understanding

MATCHER = Matcher(load_library())
MONDAY, THURSDAY = date(2026, 2, 16), date(2026, 2, 19)
"""The Monday is Washington's Birthday, when US stocks rest."""


def understand(question: str, today: date = THURSDAY) -> Understanding:
    """What a question means that begins a session on `today`."""
    return create_dialogue(lambda: today).understand(question, DialogueContext())


def test_the_days_of_trading_are_those_of_the_exchange() -> None:
    with warnings.catch_warnings():
        # exchange_calendars 4.13 reads times in a way that pandas 3.1 warns of.
        warnings.simplefilter("ignore")
        calendar = exchange_calendars.get_calendar("XNYS", start="2022-01-03")
        unforeseen = {day.date() for day in calendar.adhoc_holidays}
    sessions = {day.date() for day in calendar.sessions}
    first, last = min(sessions), max(sessions)
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    assert [day for day in days if is_trading_day(day) != (day in sessions) and day not in unforeseen] == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (THURSDAY, date(2026, 2, 18)),
        (MONDAY, date(2026, 2, 13)),
        (date(2026, 2, 17), date(2026, 2, 13)),
        (date(2026, 12, 26), date(2026, 12, 24)),
        (date(2022, 1, 3), date(2021, 12, 31)),
    ],
)
def test_the_last_day_of_trading_is_before_weekends_and_holidays(today: date, expected: date) -> None:
    assert last_trading_day(today) == expected


@pytest.mark.parametrize(
    ("question", "expanded"),
    [
        ("news on NKE yesterday", "News on NKE on 2026-02-18"),
        ("what was yesterday's high of NKE?", "What was the high of NKE on 2026-02-18?"),
        ("What did NKE close at last Friday?", "What did NKE close at on 2026-02-13?"),
        ("What did NKE close at on Tuesday?", "What did NKE close at on 2026-02-17?"),
        ("news on NKE since Monday", "News on NKE since 2026-02-16"),
        ("hourly bars of NKE from Monday to Wednesday", "Hourly bars of NKE from 2026-02-16 to 2026-02-18"),
        ("hourly bars of NKE, last Tuesday through last Friday",
         "Hourly bars of NKE, from 2026-02-10 to 2026-02-13"),
        ("what was the low of NKE the day before yesterday", "What was the low of NKE on 2026-02-17"),
        ("how much is NKE up this week?", "How much is NKE up since 2026-02-13?"),
        ("is the market open on Monday?", "Is the market open on 2026-02-23?"),
    ],
)  # fmt: skip
def test_a_day_that_today_names_is_said_as_a_date(question: str, expanded: str) -> None:
    understood = understand(question)
    assert understood.expanded_question == expanded
    assert any("was read as " in note and "2026-02-" in note for note in understood.assumptions)
    assert understood.confidence < 1


def test_yesterday_is_a_day_of_trading_for_stocks_and_any_day_for_coins() -> None:
    stocks = understand("What did NKE close at yesterday?", MONDAY)
    assert stocks.expanded_question == "What did NKE close at on 2026-02-13?"
    assert "“yesterday” was read as 2026-02-13, a day of trading" in stocks.assumptions
    coins = understand("What did bitcoin close at yesterday?", MONDAY)
    assert coins.expanded_question == "What did bitcoin close at on 2026-02-15?"


def test_a_named_day_of_last_week_is_offered_too() -> None:
    understood = understand("What did NKE close at last Tuesday?")
    assert [each.question for each in understood.alternatives] == ["What did NKE close at on 2026-02-10?"]


def test_a_day_on_which_stocks_rest_is_said_to_be_one() -> None:
    understood = understand("What did NKE close at last Monday?")
    assert "“last monday” was read as 2026-02-16, when US stocks rest" in understood.assumptions


@pytest.mark.parametrize(
    "question",
    ["Does NKE rise on Mondays?", "Is the market open on Good Friday?", "NKE on black friday",
     "Compare NKE yesterday with last Monday", "Will NKE rise on Friday?",
     "seasonality of NKE by weekday"],
)  # fmt: skip
def test_days_that_are_no_one_day_are_left_alone(question: str) -> None:
    assert "2026" not in understand(question).expanded_question


@pytest.mark.parametrize(
    ("question", "expanded"),
    [
        ("how volatile was NKE recently", "How volatile was NKE over the past month"),
        ("what's hot right now?", "What are the top gainers today?"),
        ("which stocks are moving today", "What are the top gainers today?"),
        ("largest fall", "What are the top losers today?"),
        ("biggest drop of NKE in 2020", "Maximum drawdown of NKE in 2020"),
        ("how are the banks doing", "How did XLF perform over the last year?"),
        ("how did the market do in 2020?", "How did SPY perform in 2020?"),
        ("tell me about energy stocks", "How did XLE perform over the last year?"),
        ("how is the healthcare sector doing?", "How did XLV perform over the last year?"),
        ("optimize NKE and DIS for medium risk over 3 years",
         "Optimize NKE and DIS for the Sharpe ratio over 3 years"),
    ],
)  # fmt: skip
def test_loose_words_get_a_meaning_that_is_said_and_others_that_can_be_answered(
    question: str, expanded: str
) -> None:
    understood = understand(question)
    assert understood.expanded_question == expanded
    assert any("was read as" in note or "no one meaning" in note for note in understood.assumptions)
    assert understood.alternatives
    assert understood.confidence < 1
    for offered in (understood.expanded_question, *(each.question for each in understood.alternatives)):
        assert MATCHER.match(MATCHER.read(offered)).recipe.name, offered


@pytest.mark.parametrize(
    "question",
    ["recently raised dividends of NKE in 2020", "any recent news on NKE", "biggest drop of NKE today",
     "how long did NKE take to recover from its biggest drop in 2020",
     "why was the worst fall of NKE in 2020",
     "which tech stocks have the lowest P/E", "what's hot in Paris", "tech stocks under $50",
     "is it a good time to buy?", "orders this week", "news on NKE this week", "high of NKE this week",
     "banks with the highest yield"],
)  # fmt: skip
def test_what_says_more_is_not_taken_for_loose(question: str) -> None:
    understood = understand(question)
    assert not any("was read as" in note for note in understood.assumptions)
    assert not understood.alternatives
