"""Tools: what a portfolio with given weights did, and what it is exposed to."""

from collections.abc import Mapping

import numpy as np

from mcp_servers.analytics.arguments import PeriodsPerYear, PriceSeries, ReturnSeries, RiskFreeRate
from mcp_servers.analytics.matching import Matched, match
from mcp_servers.analytics.portfolio.holdings import (
    diversification_ratio,
    held_returns,
    herfindahl,
    portfolio_returns,
    risk_contributions,
)
from mcp_servers.analytics.portfolio.moments import Moments, Shrinkage, estimate_covariance, estimate_moments
from mcp_servers.analytics.portfolio.weights import PositionValues, Weights, read_weights
from mcp_servers.analytics.risk.falls import worst_fall
from mcp_servers.analytics.risk.ratios import (
    annual_growth,
    annual_volatility,
    rate_per_period,
    sharpe_ratio,
    sortino_ratio,
)
from mcp_servers.analytics.series import Values, read_series
from schemas.analytics.portfolio import (
    Concentration,
    Contribution,
    DiversificationRatio,
    PortfolioMetrics,
    ReturnAttribution,
    RiskContributions,
)

DOES_NOT_VARY = "the portfolio does not vary"


def calculate_portfolio_metrics(
    weights: Weights,
    returns: ReturnSeries,
    risk_free_rate: RiskFreeRate = 0.0,
    periods_per_year: PeriodsPerYear = 252,
) -> PortfolioMetrics:
    """Return, risk and drawdown of a portfolio that is brought back to its weights after each period."""
    shares = read_weights(weights, list(returns))
    matched = match([read_series(given) for given in returns.values()]).values
    total = portfolio_returns(shares, matched)
    deepest, volatility = worst_fall(total), annual_volatility(total, periods_per_year)
    sharpe = sharpe_ratio(total, rate_per_period(risk_free_rate, periods_per_year), periods_per_year)
    sortino, growth = sortino_ratio(total, 0.0, periods_per_year), annual_growth(total, periods_per_year)
    parts = _risk_shares(shares, matched)
    missing = {
        DOES_NOT_VARY: sharpe is None,
        "no return falls short of 0": sortino is None,
        "the growth of a year is too large": growth is None,
        "risk shares need 3 returns of a portfolio that varies": parts is None,
    }
    return PortfolioMetrics(
        total_return=np.prod(1 + total) - 1,
        annual_return=total.mean() * periods_per_year,
        annual_growth=growth,
        volatility=volatility,
        sharpe_ratio=sharpe,
        sortino_ratio=sortino,
        max_drawdown=deepest,
        best=total.max(),
        worst=total.min(),
        risk_shares=parts,
        symbols=list(returns),
        observations=len(total),
        periods_per_year=periods_per_year,
        reason="; ".join(why for why, is_missing in missing.items() if is_missing) or None,
    )


def calculate_concentration(weights: PositionValues) -> Concentration:
    """Concentration by gross size: Herfindahl index, effective number of assets, largest shares."""
    values = np.array(list(weights.values()) if isinstance(weights, Mapping) else weights, dtype=np.float64)
    index = herfindahl(values)
    ranked = np.sort(np.abs(values) / np.abs(values).sum())[::-1]
    largest = list(weights)[int(np.argmax(np.abs(values)))] if isinstance(weights, Mapping) else None
    return Concentration(
        herfindahl=index,
        effective_number=1 / index,
        largest_share=ranked[0],
        largest=largest,
        top_3_share=ranked[:3].sum(),
        assets=len(values),
    )


def calculate_risk_contribution(
    weights: Weights,
    price_series: PriceSeries,
    shrinkage: Shrinkage = "none",
    periods_per_year: PeriodsPerYear = 252,
) -> RiskContributions:
    """Risk contribution: how much each asset adds to the annual volatility of a portfolio."""
    symbols = list(price_series)
    shares = read_weights(weights, symbols)
    matched = match([read_series(given) for given in price_series.values()])
    moments = estimate_moments(matched.values, periods_per_year, shrinkage)
    parts = risk_contributions(shares, moments)
    volatility = moments.volatility(shares)
    is_short = bool(shares.min() < 0)
    has_short = "a diversification ratio has no short positions" if is_short else None
    return RiskContributions(
        symbols=symbols,
        weights=shares.tolist(),
        contributions=None if parts is None else parts.tolist(),
        shares=None if parts is None else (parts / volatility).tolist(),
        volatility=volatility,
        diversification_ratio=None if is_short else diversification_ratio(shares, moments),
        observations=len(matched.values) - 1,
        periods_per_year=periods_per_year,
        reason=DOES_NOT_VARY if parts is None else has_short,
    )


def calculate_diversification_ratio(
    weights: Weights,
    price_series: PriceSeries,
    shrinkage: Shrinkage = "none",
    periods_per_year: PeriodsPerYear = 252,
) -> DiversificationRatio:
    """Diversification ratio: mean volatility of the assets, by weight, by that of the portfolio."""
    shares = read_weights(weights, list(price_series))
    matched = match([read_series(given) for given in price_series.values()])
    moments = estimate_moments(matched.values, periods_per_year, shrinkage)
    ratio = diversification_ratio(shares, moments)
    return DiversificationRatio(
        diversification_ratio=ratio,
        volatility=moments.volatility(shares),
        weighted_volatility=shares @ np.sqrt(np.diag(moments.covariance)),
        observations=len(matched.values) - 1,
        periods_per_year=periods_per_year,
        reason=DOES_NOT_VARY if ratio is None else None,
    )


def calculate_return_attribution(weights: Weights, price_series: PriceSeries) -> ReturnAttribution:
    """Return attribution: what each asset added to the return of buying with `weights` and holding."""
    symbols = list(price_series)
    shares = read_weights(weights, symbols)
    matched = match([read_series(given) for given in price_series.values()])
    parts = held_returns(shares, matched.values)
    total = float(parts.sum())
    return ReturnAttribution(
        portfolio_return=total,
        contributions=_contributions(symbols, shares, matched, parts),
        observations=len(matched.values),
        start=matched.dates[0] if matched.dates else None,
        end=matched.dates[-1] if matched.dates else None,
        reason="the portfolio returned nothing, so there are no shares" if total == 0 else None,
    )


HOLDING_TOOLS = (
    calculate_portfolio_metrics,
    calculate_concentration,
    calculate_risk_contribution,
    calculate_diversification_ratio,
    calculate_return_attribution,
)


def _risk_shares(weights: Values, returns: Values) -> list[float] | None:
    if len(returns) < 3:
        return None
    covariance = estimate_covariance(returns, "none")
    moments = Moments(returns.mean(axis=0), covariance)
    parts = risk_contributions(weights, moments)
    return None if parts is None else (parts / moments.volatility(weights)).tolist()


def _contributions(
    symbols: list[str], weights: Values, matched: Matched, parts: Values
) -> list[Contribution]:
    total = float(parts.sum())
    left = 1 + total
    rows = [
        Contribution(
            symbol=symbol,
            weight=weight,
            asset_return=last / first - 1,
            contribution=part,
            share=None if total == 0 else part / total,
            final_weight=(weight + part) / left if left > 0 else None,
        )
        for symbol, weight, first, last, part in zip(
            symbols, weights, matched.values[0], matched.values[-1], parts, strict=True
        )
    ]
    return sorted(rows, key=lambda row: -row.contribution)
