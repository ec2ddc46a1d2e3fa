"""Values as vendors write them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.financial.vendors.eodhd.statements import read_earnings, read_statements
from mcp_servers.financial.vendors.eodhd.tickers import (
    canonical,
    find_currency,
    find_market,
    split_ticker,
    to_ticker,
)
from mcp_servers.financial.vendors.rate_limits import read_rate_limit, read_retry_after, seconds_to_midnight
from mcp_servers.financial.vendors.reading import (
    need_number,
    need_time_text,
    read_day,
    read_number,
    read_percent,
    read_text,
    read_time,
    time_text,
)
from tests.doubles.vendors.eodhd_fundamentals import APPLE


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("391035000000.00", 391_035_000_000.0),
        ("-23140.2", -23140.2),
        (5, 5.0),
        (0.1, 0.1),
        ("NA", None),
        ("", None),
        (None, None),
        (True, None),
        ("nan", None),
        (float("inf"), None),
        ([1], None),
    ],
)
def test_a_number_is_finite_or_there_is_none(value: Any, number: float | None) -> None:
    assert read_number(value) == number


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.lists(st.integers())))
def test_no_value_whatsoever_breaks_the_lenient_readers(value: Any) -> None:
    for read in (read_number, read_percent, read_day, read_time, time_text):
        read(value)
    assert read_text(value, 5) is None or len(str(read_text(value, 5))) <= 5


@pytest.mark.parametrize("value", ["NA", None, ""])
def test_what_a_vendor_promises_must_be_there(value: Any) -> None:
    with pytest.raises(ValueError, match="not a number"):
        need_number(value)
    with pytest.raises(ValueError, match="not a time"):
        need_time_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2021-05-11T20:00:00.435997104Z", "2021-05-11T20:00:00Z"),
        ("2024-01-02T15:30:00.123456789-05:00", "2024-01-02T20:30:00Z"),
        ("2024-01-02T15:30:00", "2024-01-02T15:30:00Z"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05Z"),
        ("yesterday", None),
    ],
)
def test_times_come_in_all_precisions_and_leave_in_one(value: Any, text: str | None) -> None:
    assert time_text(value) == text


def test_text_is_plain_one_line_and_cut() -> None:
    assert read_text("<p>Profit&nbsp;&amp;\n loss</p><script>x</script>", 100) == "Profit & loss x"
    assert read_text("abcdef", 3) == "abc"
    assert read_text("\ud800", 3) is None


@pytest.mark.parametrize(("value", "day"), [("2024-01-02", "2024-01-02"), ("0000-00-00", None), (None, None)])
def test_a_day_is_one_of_the_calendar(value: Any, day: str | None) -> None:
    assert read_day(value) == day


@pytest.mark.parametrize(
    ("symbol", "ticker", "market", "currency"),
    [
        ("AAPL", "AAPL.US", "us", "USD"),
        ("BRK.B", "BRK-B.US", "us", "USD"),
        ("BTC/USD", "BTC-USD.CC", "crypto", "USD"),
        ("ETH/BTC", "ETH-BTC.CC", "crypto", "BTC"),
        ("^GSPC", "GSPC.INDX", "index", None),
        ("VOD.LSE", "VOD.LSE", "other", None),
    ],
)
def test_a_symbol_goes_to_the_vendors_spelling_and_back(
    symbol: str, ticker: str, market: str, currency: str | None
) -> None:
    assert to_ticker(symbol.lower()) == ticker
    assert split_ticker(ticker) == symbol
    assert find_market(symbol) == market
    assert find_currency([symbol, symbol]) == currency


def test_currencies_that_differ_are_none() -> None:
    assert find_currency(["AAPL", "VOD.LSE"]) is None


@pytest.mark.parametrize(("alias", "symbol"), [("spx", "^GSPC"), (" aapl.us ", "AAPL")])
def test_aliases_have_one_spelling(alias: str, symbol: str) -> None:
    assert canonical(alias) == symbol


@given(st.text(max_size=20))
def test_no_symbol_becomes_another_part_of_a_path(symbol: str) -> None:
    ticker = to_ticker(symbol)
    assert ticker is None or not set(ticker) & set("/?#%& \\:")
    assert ticker is None or ticker.strip(".")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Thu, 01 Jan 1970 00:17:00 GMT"}, 20),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry-after": "7", "x-ratelimit-reset": "1030"}, 7),
        ({"x-ratelimit-reset": "1030"}, 30),
        ({"x-ratelimit-reset": "10"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"x-ratelimit-reset": "99999999"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_a_number_a_date_or_a_reset(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read_retry_after(headers, now_seconds=1000.0) == seconds


def test_the_allowance_is_read_as_far_as_it_is_told() -> None:
    limit = read_rate_limit({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "1000"})
    assert limit is not None
    assert (limit.remaining, limit.reset_at) == (12, datetime.fromtimestamp(1000, UTC))
    assert read_rate_limit({"x-ratelimit-remaining": "many"}) is None


def test_daily_allowances_begin_anew_at_midnight() -> None:
    assert seconds_to_midnight(86_400 * 3 + 86_390) == 10


def test_statements_are_columns_newest_first_with_the_day_they_were_filed() -> None:
    yearly = read_statements(APPLE["Financials"], "yearly")
    assert yearly.income.period_end == ["2024-09-30", "2023-09-30"]
    assert yearly.income.items["revenue"] == [391_035_000_000.0, 383_285_000_000.0]
    assert yearly.income.items["ebit"] == [None, None]
    assert yearly.income.filed == ["2024-11-01", "2024-11-01"]
    assert yearly.cash_flow.items["capital_expenditures"] == [9_447_000_000.0]
    assert {len(column) for column in yearly.income.items.values()} == {2}
    assert read_statements({}, "yearly").income.period_end == []


def test_earnings_history_ends_with_what_has_been_reported() -> None:
    history = read_earnings(APPLE["Earnings"]["History"])
    assert history.period_end == ["2024-09-30", "2024-06-30"]
    assert history.surprise_fraction == pytest.approx([0.025, 0.037037])
