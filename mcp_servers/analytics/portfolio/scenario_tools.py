"""Tools: what could happen to a portfolio, and what did happen at worst."""

from typing import Annotated

from pydantic import Field

from mcp_servers.analytics.arguments import SYMBOLS_MAX, WINDOW_MAX, PriceSeries
from mcp_servers.analytics.matching import Matched, match
from mcp_servers.analytics.portfolio.holdings import Window, worst_windows
from mcp_servers.analytics.portfolio.weights import Weights, WeightsBySymbol, read_weights
from mcp_servers.analytics.series import read_series
from mcp_servers.problems import BadArgument
from schemas.analytics.portfolio import ScenarioResult, StressScenarios, WorstWindow, WorstWindows

Shock = Annotated[float, Field(ge=-1, le=100, allow_inf_nan=False)]
Shocks = Annotated[dict[str, Shock], Field(min_length=1, max_length=SYMBOLS_MAX)]


def calculate_stress_scenarios(
    weights: Annotated[WeightsBySymbol, Field(description="Share of each asset by symbol, summing to 1.")],
    scenarios: Annotated[
        dict[str, Shocks],
        Field(
            min_length=1,
            max_length=50,
            description="By name of a scenario, the return of each asset by symbol: -0.3 is a fall by 30 %.",
        ),
    ],
) -> StressScenarios:
    """Stress scenarios: what shocks to some assets would do to the portfolio, the worst first."""
    symbols = list(weights)
    read_weights(weights, symbols)
    results = [_stress(weights, name, shocks) for name, shocks in scenarios.items()]
    return StressScenarios(scenarios=sorted(results, key=lambda result: result.portfolio_return))


def calculate_worst_windows(
    weights: Weights,
    price_series: PriceSeries,
    window: Annotated[int, Field(ge=1, le=WINDOW_MAX, description="How many periods to hold.")] = 20,
    top: Annotated[int, Field(ge=1, le=50, description="How many windows to show.")] = 5,
) -> WorstWindows:
    """Historic stress: the worst times to have bought this portfolio and held it for `window` periods."""
    symbols = list(price_series)
    shares = read_weights(weights, symbols)
    matched = match([read_series(given) for given in price_series.values()])
    found = worst_windows(shares, matched.values, window, top)
    return WorstWindows(
        window=window,
        windows=[_window_row(symbols, matched, one) for one in found],
        observations=len(matched.values),
    )


SCENARIO_TOOLS = (calculate_stress_scenarios, calculate_worst_windows)


def _stress(weights: dict[str, float], name: str, shocks: dict[str, float]) -> ScenarioResult:
    unknown = [symbol for symbol in shocks if symbol not in weights]
    if unknown:
        raise BadArgument(
            f"scenario {name!r} shocks {', '.join(unknown)}, which the portfolio does not hold; leave them "
            "out, or give them weights",
            unknown=unknown,
        )
    parts = {symbol: weights[symbol] * shock for symbol, shock in shocks.items()}
    return ScenarioResult(
        name=name,
        portfolio_return=sum(parts.values()),
        contributions=parts,
        unshocked=[symbol for symbol, weight in weights.items() if symbol not in shocks and weight != 0],
    )


def _window_row(symbols: list[str], matched: Matched, window: Window) -> WorstWindow:
    returns = matched.values[window.end] / matched.values[window.start] - 1
    return WorstWindow(
        portfolio_return=window.total,
        asset_returns=dict(zip(symbols, returns.tolist(), strict=True)),
        start=window.start,
        end=window.end,
        start_date=matched.dates[window.start] if matched.dates else None,
        end_date=matched.dates[window.end] if matched.dates else None,
    )
