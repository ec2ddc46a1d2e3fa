"""What a concept of a question chooses in a recipe: the value of a parameter, or one entry of a list."""

from collections.abc import Mapping
from typing import Any

CHOICES: Mapping[str, Mapping[str, Any]] = {
    "money_flow": {"indicator": "mfi"},
    "commodity_channel": {"indicator": "cci"},
    "williams": {"indicator": "williams_r"},
    "rate_of_change": {"indicator": "roc"},
    "weekly": {"timeframe": "1Week"},
    "monthly": {"by": "month"},
    "extreme_month": {"by": "month"},
    "yearly": {"by": "year"},
    "extreme_year": {"by": "year"},
    "moving_average": {"indicator": "sma"},
    "moving_averages": {"indicator": "sma"},
    "exponential_average": {"indicator": "ema"},
    "rsi": {"indicator": "rsi"},
    "equal_weight": {"objective": "equal"},
    "whole_shares": {"whole_shares": True},
    "ahead": {"order": "highest"},
    "holdings_ahead": {"order": "highest"},
    "behind": {"order": "lowest"},
    "overbought": {"above": 70},
    "oversold": {"below": 30},
    "traded": {"universe": "active", "ranked_by": "volume"},
    "volume": {"ranked_by": "volume"},
    "weekday": {"by": "weekday"},
    "gainers": {"direction": "gainers", "universe": "gainers"},
    "losers": {"direction": "losers", "universe": "losers"},
    "active": {"universe": "active"},
    "holdings": {"universe": "holdings"},
    "return": {"measure": "return"},
    "momentum": {"measure": "return"},
    "minimum_variance": {"objective": "min_variance"},
    "maximum_sharpe": {"objective": "max_sharpe"},
    "risk_parity": {"objective": "risk_parity"},
    "sharpe": {"objective": "max_sharpe", "measure": "sharpe"},
    "risk_adjusted": {"measure": "sharpe"},
    "volatility": {"measure": "volatility"},
    "drawdown": {"measure": "drawdown"},
    "cagr": {"by": "year", "rank_by": "growth_a_year"},
    "growth": {"by": "year", "rank_by": "growth"},
    "quarterly": {"by": "quarter"},
    "minute_bars": {"timeframe": "1Min"},
    "five_minute_bars": {"timeframe": "5Min"},
    "quarter_hour_bars": {"timeframe": "15Min"},
    "half_hour_bars": {"timeframe": "30Min"},
    "hourly_bars": {"timeframe": "1Hour"},
    "four_hour_bars": {"timeframe": "4Hour"},
    "alpha": {"rank_by": "alpha"},
    "expected_shortfall": {"rank_by": "cvar"},
    "losing": {"rank_by": "loss"},
    "winning": {"rank_by": "gain"},
    "loss": {"direction": "losers"},
    "today": {"only_today": True},
    "open_orders": {"status": "open"},
    "filled_orders": {"status": "filled"},
    "open_and_filled_orders": {"status": "open_or_filled"},
    "limit_orders": {"kind": "limit"},
    "market_orders": {"kind": "market"},
    "stop_orders": {"kind": "stop"},
    "new_year": {"holiday": "new_year"},
    "good_friday": {"holiday": "good_friday"},
    "memorial_day": {"holiday": "memorial_day"},
    "juneteenth": {"holiday": "juneteenth"},
    "independence_day": {"holiday": "independence_day"},
    "labor_day": {"holiday": "labor_day"},
    "thanksgiving": {"holiday": "thanksgiving"},
    "day_after_thanksgiving": {"holiday": "day_after_thanksgiving"},
    "christmas_eve": {"holiday": "christmas_eve"},
    "christmas": {"holiday": "christmas"},
}
"""Concepts that choose the value of a parameter, where the recipe has it."""

LISTS: Mapping[str, Mapping[str, str]] = {
    "indicators": {
        "rsi": "rsi",
        "macd": "macd",
        "moving_averages": "averages",
        "exponential_average": "ema",
        "bollinger": "bollinger",
        "stochastic": "stochastic",
        "true_range": "atr",
        "trend_index": "adx",
        "volume_balance": "obv",
        "money_flow": "mfi",
        "williams": "williams_r",
        "commodity_channel": "cci",
        "rate_of_change": "roc",
    },
    "items": {
        "revenue": "revenue",
        "gross_profit": "gross_profit",
        "operating_income": "operating_income",
        "net_income": "net_income",
        "gross_margin": "gross_margin",
        "operating_margin": "operating_margin",
        "operating_cash_flow": "operating_cash_flow",
        "capex": "capital_expenditures",
        "free_cash_flow": "free_cash_flow",
        "free_cash_flow_margin": "free_cash_flow_margin",
        "total_assets": "total_assets",
        "shareholder_equity": "equity",
        "total_debt": "total_debt",
        "net_debt": "net_debt",
    },
}
"""Concepts that are entries of a list parameter, where the recipe has it."""

LOSSES = frozenset(["loss", "losing"])
"""Concepts whose most is the least of a return."""

INDICATORS = frozenset(LISTS["indicators"])
REPORT_ITEMS = frozenset(LISTS["items"])
HOLIDAYS = frozenset(concept for concept, chosen in CHOICES.items() if "holiday" in chosen)
DAY_BARS = frozenset(concept for concept in CHOICES if concept.endswith("_bars")) | {"intraday"}
RISK_FIGURES = frozenset(["volatility", "drawdown", "sharpe", "sortino", "calmar"])

MANNERS = frozenset(
    [
        *("above", "below", "beyond", "chart", "compare", "hypothetical", "latest", "mean", "near"),
        *("over_time", "ratio", "table", "this_morning", "today", "when"),
    ]
)
"""Concepts that say how or as of when something is asked, not what."""
