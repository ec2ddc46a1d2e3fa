"""Figures as people read them."""

import pytest

from qna.figures import TEXT_LENGTH_MAX, describe, format_figure, say_moment
from schemas.result import Format, Row


@pytest.mark.parametrize(
    ("value", "form", "unit", "shown"),
    [
        (0.25134, "percent", None, "25.13 %"),
        (-0.5, "percent", None, "-50.00 %"),
        (0.00001, "percent", None, "0.00 %"),
        (1234.5, "currency", "USD", "1,234.50 USD"),
        (1234.5, "currency", None, "1,234.50"),
        (1_234_567.0, "integer", "shares", "1,234,567 shares"),
        (1234.5, "number", None, "1,234.5"),
        (0.123456, "number", None, "0.1235"),
        (0.000012344, "number", None, "1.234e-05"),
        (100.0, "number", None, "100"),
        (0, "number", None, "0"),
        (7, None, None, "7"),
        ("2008-10-10", "date", None, "2008-10-10"),
        ("AAPL", "text", None, "AAPL"),
        (2026, "text", None, "2026"),
        ("n/a", "percent", None, "n/a"),
        (None, "percent", None, "no data"),
        (True, None, None, "yes"),
        ([1, "a"], None, None, '[1, "a"]'),
    ],
)
def test_a_value_is_shown_by_its_format(
    value: object, form: Format | None, unit: str | None, shown: str
) -> None:
    assert format_figure(Row(key="k", value=value, format=form, unit=unit)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1, "▲ +10.00 %"), (-0.1, "▼ -10.00 %"), (0.0, "0.00 %"), (None, "no data")]
)
def test_a_change_carries_an_arrow_and_a_sign(value: float | None, shown: str) -> None:
    assert format_figure(Row(key="k", value=value, format="percent", is_change=True)) == shown


def test_a_long_text_is_cut() -> None:
    shown = format_figure(Row(key="k", value="x" * (TEXT_LENGTH_MAX + 1)))
    assert len(shown) == TEXT_LENGTH_MAX
    assert shown.endswith("…")


def test_a_figure_that_there_is_not_says_why() -> None:
    told = {"key": "CAGR", "description": "a year", "reason": "the period is too short"}
    assert describe(Row(value=None, **told)) == "the period is too short; a year"
    assert describe(Row(value=0.1, **told)) == "a year"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-26T11:39:22.434577Z", "2026-11-26 11:39 UTC"),
        ("2026-11-26T11:39:22+00:00", "2026-11-26 11:39 UTC"),
        ("2026-11-26T11:39:22-05:00", "2026-11-26T11:39:22-05:00"),
        ("2022-12-28", "2022-12-28"),
        ("-", "-"),
    ],
)
def test_a_moment_is_said_to_the_minute(moment: str, said: str) -> None:
    assert say_moment(moment) == said
