"""Questions to begin with, one of each kind, which work with what is configured."""

from prompts.library import Library
from schemas.reuse import ExampleQuestion
from schemas.tools import ToolCatalogue

EXAMPLES_MAX = 6
BY_RECIPE = {
    "volatility_ranking": "risk",
    "moving_average_level": "trend",
    "compare_performance": "compare",
    "latest_price": "price",
    "max_drawdown": "drawdown",
    "correlation": "diversification",
    "sharpe_ranking": "reward for risk",
    "most_actives": "market",
    "volatile_actives": "screen",
    "performance": "performance",
    "price_history": "history",
}
"""Kinds in the order in which they are offered, by the recipe that answers."""
BARS = "alpaca_market_stocks_bars"
FOR_MODELS = (
    (
        "risk",
        "calculate_volatility",
        "Which of AAPL, MSFT and NVDA was most volatile over the past 6 months?",
    ),
    ("trend", "calculate_sma", "Is SPY above its 200-day moving average, and since when?"),
    ("compare", BARS, "Compare the return and maximum drawdown of KO and PEP over the last 5 years"),
    ("fundamentals", "eodhd_fundamentals", "Show the revenue and net income of MSFT for the last 8 quarters"),
    ("what-if", BARS, "What would $1,000 invested in AAPL in 2015 be worth now?"),
    ("portfolio", "alpaca_trading_positions", "Which of my positions has the largest unrealised loss?"),
)
"""Kind, the tool without which there is no answer, and the question."""


def choose_examples(library: Library, catalogue: ToolCatalogue, *, has_model: bool) -> list[ExampleQuestion]:
    """Up to six questions whose tools can be called now; without a model, those that recipes answer."""
    callable_now = {tool.name for tool in catalogue.tools}
    if has_model:
        return [
            ExampleQuestion(kind=kind, question=text)
            for kind, tool, text in FOR_MODELS
            if tool in callable_now
        ]
    known = {recipe.name: recipe for recipe in library.recipes}
    usable = [
        (kind, known[name])
        for name, kind in BY_RECIPE.items()
        if name in known and callable_now.issuperset(known[name].tools)
    ]
    return [
        ExampleQuestion(kind=kind, question=recipe.questions[0]) for kind, recipe in usable[:EXAMPLES_MAX]
    ]
