"""Tools: returns beside those of a benchmark."""

from mcp_servers.analytics.arguments import Benchmark, PeriodsPerYear, RiskFreeRate
from mcp_servers.analytics.matching import match
from mcp_servers.analytics.risk.benchmark import alpha, beta, correlation, information_ratio, tracking_error
from mcp_servers.analytics.risk.ratios import rate_per_period
from mcp_servers.analytics.series import Returns, read_series
from schemas.analytics.risk import Alpha, Beta, InformationRatio

BENCHMARK_STILL = "the benchmark does not vary"


def calculate_beta(returns: Returns, benchmark: Benchmark) -> Beta:
    """Beta: covariance with the benchmark by the variance of the benchmark."""
    values, market = match([read_series(returns), read_series(benchmark)]).values.T
    figure = beta(values, market)
    return Beta(
        beta=figure,
        correlation=correlation(values, market),
        observations=len(values),
        reason=_why_still(figure, correlation(values, market)),
    )


def calculate_alpha(
    returns: Returns,
    benchmark: Benchmark,
    risk_free_rate: RiskFreeRate = 0.0,
    periods_per_year: PeriodsPerYear = 252,
) -> Alpha:
    """Jensen's alpha, annual: mean excess return beyond beta times that of the benchmark, compounded."""
    values, market = match([read_series(returns), read_series(benchmark)]).values.T
    risk_free = rate_per_period(risk_free_rate, periods_per_year)
    figure, slope = alpha(values, market, risk_free, periods_per_year), beta(values, market)
    missing = BENCHMARK_STILL if slope is None else "the mean return cannot be compounded to a year"
    return Alpha(
        alpha=figure,
        beta=slope,
        risk_free_per_period=risk_free,
        observations=len(values),
        periods_per_year=periods_per_year,
        reason=missing if figure is None else None,
    )


def calculate_information_ratio(
    returns: Returns, benchmark: Benchmark, periods_per_year: PeriodsPerYear = 252
) -> InformationRatio:
    """Information ratio, annual: mean return beyond the benchmark by its deviation."""
    values, market = match([read_series(returns), read_series(benchmark)]).values.T
    ratio = information_ratio(values, market, periods_per_year)
    return InformationRatio(
        information_ratio=ratio,
        tracking_error=tracking_error(values, market, periods_per_year),
        observations=len(values),
        periods_per_year=periods_per_year,
        reason="the difference from the benchmark does not vary" if ratio is None else None,
    )


BENCHMARK_TOOLS = (calculate_beta, calculate_alpha, calculate_information_ratio)


def _why_still(slope: float | None, likeness: float | None) -> str | None:
    if slope is None:
        return BENCHMARK_STILL
    return "the returns do not vary" if likeness is None else None
