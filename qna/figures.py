"""One figure as text, by the format its script gave it."""

import json
from typing import Any

from schemas.result import Row

NO_DATA = "no data"
TEXT_LENGTH_MAX = 300


def format_figure(row: Row) -> str:
    """The value as people read it; `percent` values are fractions. A change carries its sign and an arrow.

    A number of the format `text`, such as a year, is written as it is.
    """
    if row.format == "text" or isinstance(row.value, bool) or not isinstance(row.value, int | float):
        return _format_other(row.value)
    number = _format_number(float(row.value), row)
    if not row.is_change or row.value == 0:
        return number
    return f"▲ +{number}" if row.value > 0 else f"▼ {number}"


def describe(row: Row) -> str:
    """What the figure is; before it, why there is none."""
    reason = row.reason if row.value is None else ""
    return "; ".join(filter(None, [reason, row.description]))


def _format_number(value: float, row: Row) -> str:
    unit = f" {row.unit}" if row.unit else ""
    match row.format:
        case "percent":
            return f"{100 * value:,.2f} %"
        case "currency":
            return f"{value:,.2f}{unit}"
        case "integer":
            return f"{value:,.0f}{unit}"
        case _:
            return _shorten(value) + unit


def _shorten(value: float) -> str:
    """At most four decimals; small numbers keep four significant digits instead."""
    if value != 0 and abs(value) < 0.01:
        return f"{value:.4g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _format_other(value: Any) -> str:
    if value is None:
        return NO_DATA
    if isinstance(value, bool):
        return "yes" if value else "no"
    return cut(value if isinstance(value, str) else write(value), TEXT_LENGTH_MAX)


def say_moment(moment: str) -> str:
    """A moment in UTC to the minute; anything else, such as a day, as it is."""
    day, _, time = moment.partition("T")
    return f"{day} {time[:5]} UTC" if time.endswith(("Z", "+00:00")) else moment


def write(value: Any) -> str:
    """`value` as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def cut(text: str, length_max: int) -> str:
    """`text`, or its beginning and an ellipsis."""
    return text if len(text) <= length_max else text[: length_max - 1] + "…"
