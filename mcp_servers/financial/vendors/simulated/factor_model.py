"""Daily returns: beta x market + loadings x factors + own shock, fat-tailed and of clustering volatility.

Only +, -, x, / and square roots are used, which are exact to the bit on every machine, and no sum is left
to a library that may choose its order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from mcp_servers.financial.vendors.simulated.draws import SHOCKS, Floats, Integers, draw_words, split_words
from mcp_servers.financial.vendors.simulated.sessions import Sessions
from mcp_servers.financial.vendors.simulated.universe import Listing

MARKET_VOLATILITY = 0.165
FACTOR_VOLATILITIES = {
    "Information Technology": 0.11,
    "Communication Services": 0.10,
    "Consumer Discretionary": 0.09,
    "Consumer Staples": 0.08,
    "Energy": 0.20,
    "Financials": 0.11,
    "Health Care": 0.09,
    "Industrials": 0.07,
    "Materials": 0.11,
    "Real Estate": 0.12,
    "Utilities": 0.11,
    "Small Cap": 0.10,
    "Overseas": 0.10,
    "Gold": 0.15,
    "Rates": 0.14,
    "Crypto": 0.55,
}
CRYPTO_FACTOR = "Crypto"
CRYPTO_MARKET_CORRELATION = 0.35
US_YEAR_SESSIONS = 252
CRYPTO_YEAR_SESSIONS = 365
EARNINGS_SHOCK = 3.0
"""How many times larger a stock's own shock is on the day after its report."""
RETURN_MIN, RETURN_MAX = -0.6, 1.0
OWN_MOVE_MAX = 12.0
"""Bound of a stock's own move in its ordinary daily deviations: a report must not halve a utility."""
VARIANCE_MAX = 10.0
"""Bound of the variance in multiples of its mean: fat tails could otherwise carry it away."""


@dataclass(frozen=True)
class Clustering:
    """GJR-GARCH(1,1) (Glosten, Jagannathan and Runkle 1993) of mean variance 1.

    h' = omega + (beta + (alpha + gamma [z < 0]) z^2) h."""

    alpha: float
    gamma: float
    beta: float

    def variances(self, shocks: Floats) -> Floats:
        """The variance that holds on each day, given unit `shocks` (days, series)."""
        omega = 1 - self.alpha - self.gamma / 2 - self.beta
        growth = self.beta + (self.alpha + self.gamma * (shocks < 0)) * shocks * shocks
        variances = np.ones_like(shocks)
        for today, tomorrow, factor in zip(variances[:-1], variances[1:], growth[:-1], strict=True):
            np.multiply(today, factor, out=tomorrow)
            np.add(tomorrow, omega, out=tomorrow)
            np.minimum(tomorrow, VARIANCE_MAX, out=tomorrow)
        return variances


MARKET_CLUSTERING = Clustering(alpha=0.05, gamma=0.10, beta=0.88)
OWN_CLUSTERING = Clustering(alpha=0.09, gamma=0.0, beta=0.89)


@dataclass(frozen=True)
class ReturnPaths:
    """Columns by symbol: returns before any drift, their variance of the day, unit own shocks."""

    columns: Mapping[str, int]
    returns: Floats
    variances: Floats
    own_shocks: Floats


def simulate_returns(
    seed: int, listings: Sequence[Listing], sessions: Sessions, reactions: Mapping[str, Integers]
) -> ReturnPaths:
    """Paths over `sessions`; `reactions` has the places of the sessions that react to a report, by symbol."""
    year_sessions = CRYPTO_YEAR_SESSIONS if listings[0].asset_class == "crypto" else US_YEAR_SESSIONS
    names = sorted({factor for each in listings for factor in each.loadings})
    own_shocks = np.stack([_shocks(seed, each.symbol, sessions) for each in listings], axis=1)
    deviations = np.array([each.volatility / sqrt(year_sessions) for each in listings])
    own_variances = OWN_CLUSTERING.variances(own_shocks) * (deviations * deviations)
    for place, listing in enumerate(listings):
        own_variances[reactions.get(listing.symbol, []), place] *= EARNINGS_SHOCK * EARNINGS_SHOCK
    reach = OWN_MOVE_MAX * deviations
    returns = np.clip(own_shocks * np.sqrt(own_variances), -reach, reach)
    variances = own_variances
    common_shocks = np.stack(
        [_shocks(seed, "Market", sessions), *_factor_shocks(seed, names, sessions)], axis=1
    )
    common_variances = MARKET_CLUSTERING.variances(common_shocks)
    volatilities = (MARKET_VOLATILITY, *(FACTOR_VOLATILITIES[name] for name in names))
    for place, volatility in enumerate(volatilities):
        variance = common_variances[:, place] * (volatility * volatility / year_sessions)
        moves = common_shocks[:, place] * np.sqrt(variance)
        loadings = [each.loadings.get(names[place - 1], 0.0) if place else each.beta for each in listings]
        for column, loading in enumerate(loadings):
            if loading:
                returns[:, column] += loading * moves
                variances[:, column] += loading * loading * variance
    columns = {each.symbol: column for column, each in enumerate(listings)}
    return ReturnPaths(columns, np.clip(returns, RETURN_MIN, RETURN_MAX), variances, own_shocks)


def _shocks(seed: int, name: str, sessions: Sessions) -> Floats:
    words = draw_words(seed, f"{name}/returns", 0, int(sessions.days[-1]) + 1)[sessions.days]
    return SHOCKS.student[split_words(words)[0]]


def _factor_shocks(seed: int, names: Sequence[str], sessions: Sessions) -> list[Floats]:
    shocks = {name: _shocks(seed, f"Factor {name}", sessions) for name in names}
    if CRYPTO_FACTOR in shocks:
        share = CRYPTO_MARKET_CORRELATION
        market = _shocks(seed, "Market", sessions)
        shocks[CRYPTO_FACTOR] = share * market + sqrt(1 - share * share) * shocks[CRYPTO_FACTOR]
    return [shocks[name] for name in names]
