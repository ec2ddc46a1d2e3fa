"""What an equity curve amounts to."""

import math

import numpy as np

from mcp_servers.analytics.backtest.engine import Run
from mcp_servers.analytics.backtest.trades import Trades
from mcp_servers.analytics.risk.ratios import annual_volatility, rate_per_period, sharpe_ratio
from mcp_servers.analytics.series import Values
from schemas.analytics.backtest import BacktestStatistics


def statistics(run: Run, trades: Trades, periods_per_year: int, risk_free_rate: float) -> BacktestStatistics:
    """Figures of the equity; volatility and Sharpe ratio need 2 returns and are None without."""
    equity, returns, trading = run.equity, run.growth - 1, run.trading
    risk_free = rate_per_period(risk_free_rate, periods_per_year)
    rated = len(returns) > 1
    return BacktestStatistics(
        total_return=equity[-1] - 1,
        cagr=annual_growth(equity, periods_per_year),
        volatility=annual_volatility(returns, periods_per_year) if rated else None,
        sharpe_ratio=sharpe_ratio(returns, risk_free, periods_per_year) if rated else None,
        max_drawdown=(equity / np.maximum.accumulate(equity)).min() - 1,
        exposure=(trading.held[1:] != 0).mean(),
        turnover=(trading.entries + trading.exits).sum() * periods_per_year / len(returns),
        trades=len(trades.growth),
        hit_rate=(trades.growth > 1).mean() if len(trades.growth) else None,
    )


def annual_growth(equity: Values, periods_per_year: int) -> float | None:
    """last ** (periods_per_year / periods) - 1 for an equity that starts with 1; None beyond a float."""
    if equity[-1] == 0:
        return -1.0
    exponent = math.log(equity[-1]) * periods_per_year / (len(equity) - 1)
    return math.expm1(exponent) if exponent < 700 else None
