"""Where the lines of a chart go in its SVG, in user units of the drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.monitoring import LineChart

WIDTH, HEIGHT = 440, 160
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 10, 24
TIMES_SHOWN = 3


@dataclass(frozen=True)
class Tick:
    """A line of the grid with its text."""

    at: float
    text: str


@dataclass(frozen=True)
class DrawnLine:
    """One series. `path` breaks off where there is no figure; a figure alone is a `dot`."""

    name: str
    number: int
    path: str
    dots: list[tuple[float, float]]


@dataclass(frozen=True)
class Picture:
    """A chart as its template draws it."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    ticks: list[Tick]
    times: list[Tick]
    lines: list[DrawnLine]


def draw_lines(chart: LineChart) -> Picture:
    """The picture of a chart with at least two moments."""
    known = [value for series in chart.series for value in series.values if value is not None]
    top = ceiling(max(known, default=0.0))
    count = len(chart.times)
    form = "%H:%M" if (chart.times[-1] - chart.times[0]).days < 1 else "%d %b"
    shown = range(0, count, max(1, count // TIMES_SHOWN))
    lines = []
    for number, series in enumerate(chart.series, start=1):
        stretches = connect([_place(index, count, value, top) for index, value in enumerate(series.values)])
        lines.append(
            DrawnLine(
                series.name,
                number,
                " ".join(_write_path(points) for points in stretches if len(points) > 1),
                [points[0] for points in stretches if len(points) == 1],
            )
        )
    return Picture(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        ticks=[Tick(_y(part * top, top), f"{part * top:,.6g}") for part in (0.0, 0.5, 1.0)],
        times=[Tick(_x(index, count), chart.times[index].strftime(form)) for index in shown],
        lines=lines,
    )


def ceiling(value: float) -> float:
    """The next of 1, 2, 4, 6, 8, 10, 20, … at or above `value`: an axis whose middle is round too."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def connect(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Points in stretches without a gap."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is not None:
            stretches[-1].append(place)
        elif stretches[-1]:
            stretches.append([])
    return [points for points in stretches if points]


def _place(index: int, count: int, value: float | None, top: float) -> tuple[float, float] | None:
    return None if value is None else (_x(index, count), _y(value, top))


def _x(index: int, count: int) -> float:
    return round(LEFT + index / (count - 1) * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)


def _write_path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
