"""Answers of the performance tools. Returns are fractions: 0.01 is 1 %."""

from typing import Literal

from pydantic import Field, FiniteFloat

from schemas.analytics.series import PricePoint
from schemas.wire import Wire


class MaxDrawdown(Wire):
    """The deepest fall from a peak. The points are null when the prices never fall."""

    max_drawdown: FiniteFloat = Field(ge=-1, le=0)
    """A negative fraction of the peak: -0.5 is a fall by half."""
    peak: PricePoint | None
    trough: PricePoint | None
    recovery: PricePoint | None
    """The first price after the trough that is at least the peak; null while there is none."""
    observations: int
    reason: str | None = None


class DrawdownRow(Wire):
    """A fall from a peak until the price is back at it."""

    depth: FiniteFloat = Field(ge=-1, le=0)
    peak: PricePoint
    trough: PricePoint
    recovery: PricePoint | None
    """Null while the price is still below the peak."""
    periods_to_trough: int
    periods_to_recovery: int | None
    """From trough to recovery."""
    days_to_recovery: int | None
    """Calendar days from trough to recovery; null without dates or recovery."""


class Drawdowns(Wire):
    """The deepest falls, which do not overlap, the deepest first."""

    drawdowns: list[DrawdownRow]
    count: int
    """How many falls there were in all."""
    current_depth: FiniteFloat = Field(ge=-1, le=0)
    """How far the last price is below the highest."""
    observations: int
    reason: str | None = None


class ReturnColumn(Wire):
    """One return per price after the first."""

    kind: Literal["simple", "log"]
    values: list[FiniteFloat]
    dates: list[str] | None = None
    """The day each return ends, when the prices came with dates."""


class DatedReturn(Wire):
    """One return of a series. `position` counts from 0, in order of date when there are dates."""

    position: int
    value: FiniteFloat
    date: str | None = None


class CalendarReturn(Wire):
    """What a calendar month (2020-03) or year (2020) returned."""

    period: str
    value: FiniteFloat
    periods: int
    """How many returns it is made of; the first and the last period may be incomplete."""


class ReturnSummary(Wire):
    """What prices returned from the first to the last."""

    total_return: FiniteFloat
    annual_growth: FiniteFloat | None
    """Compound annual growth rate; null when it is too large for a number."""
    best: DatedReturn
    worst: DatedReturn
    mean: FiniteFloat
    observations: int
    """How many returns there are."""
    periods_per_year: int
    by_month: list[CalendarReturn] | None
    by_year: list[CalendarReturn] | None
    """Null without dates."""
    reason: str | None = None


class HitRates(Wire):
    """How often returns are gains, and how large."""

    hit_rate: FiniteFloat
    """Share of gains among all returns."""
    gains: int
    losses: int
    unchanged: int
    average_gain: FiniteFloat | None
    average_loss: FiniteFloat | None
    payoff_ratio: FiniteFloat | None
    """Average gain by the size of the average loss."""
    profit_factor: FiniteFloat | None
    """Sum of gains by the size of the sum of losses."""
    observations: int
    reason: str | None = None


class StreakRow(Wire):
    """Gains or losses in a row."""

    kind: Literal["gains", "losses"]
    length: int
    total_return: FiniteFloat | None
    """Compounded; null when it is too large for a number."""
    start: DatedReturn
    end: DatedReturn


class Streaks(Wire):
    """Runs of gains and of losses; an unchanged period ends a run."""

    longest_gains: StreakRow | None
    longest_losses: StreakRow | None
    """The first of equally long ones; null when there is none."""
    current: StreakRow | None
    """The run that the last return is in; null when that is unchanged."""
    average_length_gains: FiniteFloat | None
    average_length_losses: FiniteFloat | None
    observations: int


class GapSide(Wire):
    """Gaps in one direction, at least as large as the threshold; null figures when there are none."""

    count: int
    mean: FiniteFloat | None
    largest: DatedReturn | None
    session_mean: FiniteFloat | None
    """Mean of close / open - 1 on the days of these gaps."""


class Gaps(Wire):
    """Opens against the close before them."""

    values: list[FiniteFloat]
    """open / previous close - 1, one per day after the first."""
    up: GapSide
    down: GapSide
    observations: int
    dates: list[str] | None = None
    """One per value when the prices came with dates."""


class ReturnStatistics(Wire):
    """Figures of a group of returns; null where the group is too small."""

    count: int
    mean: FiniteFloat | None
    median: FiniteFloat | None
    deviation: FiniteFloat | None
    """Sample standard deviation."""
    hit_rate: FiniteFloat | None
    """Share of gains."""


class Season(ReturnStatistics):
    """A weekday (1 is Monday) or a month (1 is January)."""

    number: int
    name: str


class Seasonality(Wire):
    """Returns by weekday (single returns) or by month (compounded within each month of each year)."""

    by: Literal["weekday", "month"]
    seasons: list[Season]
    """In order of the calendar."""
    best: str
    worst: str
    """By mean."""
    observations: int


class ConditionalReturns(Wire):
    """Returns while a condition held, and all others."""

    when: ReturnStatistics
    otherwise: ReturnStatistics
    difference: FiniteFloat | None
    """Mean of the one less that of the other."""
    share: FiniteFloat
    """How much of the time the condition held."""
    observations: int
    reason: str | None = None


class Autocorrelation(Wire):
    """Likeness of returns to those some periods before."""

    values: list[FiniteFloat] | None
    """One per lag, from lag 1."""
    confidence_bound: FiniteFloat
    """Of returns without memory, 95 % lie between minus this and this: 1.96 / sqrt(observations)."""
    significant_lags: list[int]
    """Those outside the bound."""
    observations: int
    reason: str | None = None


class Percentile(Wire):
    """The value below which `percent` of the returns lie."""

    percent: FiniteFloat
    value: FiniteFloat


class ReturnDistribution(ReturnStatistics):
    """The distribution of returns."""

    percentiles: list[Percentile]
    lowest: FiniteFloat
    highest: FiniteFloat
    skewness: FiniteFloat | None
    excess_kurtosis: FiniteFloat | None
    reason: str | None = None
