"""The templates of `web_ui/templates`. Everything in a slot is text: it cannot become markup."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from api_server.developer_pages.line_picture import draw_lines

NOTHING = "\N{EN DASH}"


def render(name: str, **values: Any) -> str:
    """A page. A slot without a value is an error."""
    return _environment().get_template(f"{name}.html.j2").render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("web_ui", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=write_count,
        percent=write_percent,
        duration=write_duration,
        cost=write_cost,
        moment=write_moment,
    )
    environment.globals["draw_lines"] = draw_lines
    return environment


def write_count(value: float | None) -> str:
    """`12,345` or `0.25`."""
    return NOTHING if value is None else f"{value:,.6g}" if value % 1 else f"{value:,.0f}"


def write_percent(value: float | None) -> str:
    """Of a part of one."""
    return NOTHING if value is None else f"{value:.1%}"


def write_duration(milliseconds: float | None) -> str:
    """`0.42 ms`, `84 ms`, `3.8 s`."""
    if milliseconds is None:
        return NOTHING
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:,.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"


def write_cost(dollars: float | None) -> str:
    """Small amounts with the digits that matter."""
    return NOTHING if dollars is None else f"{dollars:,.2f} USD" if dollars >= 1 else f"{dollars:.4f} USD"


def write_moment(moment: datetime) -> str:
    """`20 Nov 2026, 14:05 UTC`."""
    return f"{moment:%d %b %Y, %H:%M} UTC"
