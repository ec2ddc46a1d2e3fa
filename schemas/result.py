"""The answer a script returns: a sentence, rows of figures, and charts as data only."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from schemas.wire import Wire

Format = Literal["percent", "currency", "number", "integer", "date", "text"]
ChartType = Literal["line", "candlestick", "bar", "scatter", "heatmap", "pie"]


class Row(Wire):
    """One figure. `percent` values are fractions (0.25 is 25 %)."""

    key: str
    value: Any
    description: str = ""
    id: str | None = None
    unit: str | None = None
    format: Format | None = None
    is_change: bool = False


class Series(Wire):
    """One line, bar group or point cloud: `x` and `y` have the same length, null is a gap."""

    name: str
    x: list[Any]
    y: list[float | None]


class Chart(Wire):
    """A chart as data. Candlesticks use `open`, `high`, `low`, `close`; a heat map uses `z` rows."""

    type: ChartType
    title: str = ""
    series: list[Series] = Field(default_factory=list)
    x: list[Any] = Field(default_factory=list)
    y: list[Any] = Field(default_factory=list)
    z: list[list[float | None]] = Field(default_factory=list)
    open: list[float | None] = Field(default_factory=list)
    high: list[float | None] = Field(default_factory=list)
    low: list[float | None] = Field(default_factory=list)
    close: list[float | None] = Field(default_factory=list)
    format: Format | None = None


class Result(Wire):
    """What `analyze` should return. Unknown extra keys are kept for whoever wrote the script."""

    model_config = ConfigDict(frozen=True, extra="allow")

    description: str
    body: list[Row] = Field(default_factory=list)
    charts: list[Chart] = Field(default_factory=list)
