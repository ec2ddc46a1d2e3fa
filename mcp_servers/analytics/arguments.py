"""Arguments that several tools take."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.series import ListOrDates, Price, Prices, Return

WINDOW_MAX = 2_520
SYMBOLS_MAX = 50

PeriodsPerYear = Annotated[
    int, Field(ge=1, le=200_000, description="Returns in a year: 252 for daily, 52 weekly, 12 monthly.")
]
RiskFreeRate = Annotated[
    float, Field(ge=-0.5, le=1, description="Annual rate as a fraction: 0.04 is 4 % a year.")
]
TargetReturn = Annotated[
    float, Field(ge=-0.5, le=1, description="Least return wanted, annual, as a fraction: 0.05 is 5 % a year.")
]
Confidence = Annotated[
    float, Field(ge=0.5, le=0.999, description="How sure, as a fraction: 0.95 looks at the worst 5 %.")
]
Window = Annotated[int, Field(ge=2, le=WINDOW_MAX, description="How many returns each value looks back on.")]
PairWindow = Annotated[
    int,
    Field(ge=3, le=WINDOW_MAX, description="How many pairs of returns each value looks back on."),
]
Benchmark = Annotated[
    ListOrDates[Return],
    Field(description="Returns to compare with, in the form of `returns`: same dates or same length."),
]
Closes = Annotated[
    ListOrDates[Price],
    Field(description="Closing prices in the form of `opens`: same dates or same length."),
]
Condition = Annotated[
    ListOrDates[Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]],
    Field(description="A number per return, such as the returns of SPY: same dates or same length."),
]
PriceSeries = Annotated[
    dict[str, Prices],
    Field(
        min_length=2,
        max_length=SYMBOLS_MAX,
        description="Prices by symbol, matched by date, or lists of one length.",
    ),
]
ReturnSeries = Annotated[
    dict[str, ListOrDates[Return]],
    Field(
        min_length=1,
        max_length=SYMBOLS_MAX,
        description="Returns (fractions) by symbol, matched by date, or lists of one length.",
    ),
]
