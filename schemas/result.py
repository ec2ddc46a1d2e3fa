"""The answer a script returns: a sentence, rows of figures, and charts as data only."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from schemas.wire import Wire

Format = Literal["percent", "currency", "number", "integer", "date", "text"]
ChartType = Literal["line", "area", "candlestick", "bar", "scatter", "histogram", "heatmap", "pie"]


class Row(Wire):
    """One figure. `percent` values are fractions (0.25 is 25 %)."""

    key: str
    value: Any
    description: str = ""
    id: str | None = None
    unit: str | None = None
    format: Format | None = None
    is_change: bool = False
    reason: str = ""
    """Why there is no value, of a row whose value is null."""


class Series(Wire):
    """One line, bar group or point cloud: `x` and `y` have the same length, null is a gap.

    Without `x` its points are counted from 0; a histogram needs none.
    """

    name: str
    x: list[Any] = Field(default_factory=list)
    y: list[float | None]


class Chart(Wire):
    """A chart as data.

    A type that nobody can draw is shown as a table of its data.
    Candlesticks use `x`, `open`, `high`, `low`, `close` and perhaps `volume`; `series` are drawn over them.
    A heat map uses `x` and `y` as names and `z` rows. A histogram counts the `y` values of its series itself.
    """

    type: ChartType | Annotated[str, Field(min_length=1, max_length=40)]
    title: str = ""
    series: list[Series] = Field(default_factory=list)
    x: list[Any] = Field(default_factory=list)
    y: list[Any] = Field(default_factory=list)
    z: list[list[float | None]] = Field(default_factory=list)
    open: list[float | None] = Field(default_factory=list)
    high: list[float | None] = Field(default_factory=list)
    low: list[float | None] = Field(default_factory=list)
    close: list[float | None] = Field(default_factory=list)
    volume: list[float | None] = Field(default_factory=list)
    stacked: bool = False
    """Bars of several series stand on one another instead of side by side."""
    format: Format | None = None


class Result(Wire):
    """What `analyze` should return. Unknown extra keys are kept for whoever wrote the script."""

    model_config = ConfigDict(frozen=True, extra="allow")

    description: str
    body: list[Row] = Field(default_factory=list)
    charts: list[Chart] = Field(default_factory=list)
