"""Show the valuation of companies: price-earnings and other ratios, market value and earnings.

All of it as the vendor of fundamentals gives it. What it does not know, such as forward figures, is shown
as unknown.

Questions:
    What is the P/E ratio of AAPL?
    What is the market cap of MSFT?
    Compare the P/E ratios of KO and PEP.
    What is the EPS of NVDA?
    Show the fundamentals of JPM.
    What is the price to book ratio of BAC?
    Which of AAPL, MSFT and NVDA has the lowest P/E ratio?
    What is the profit margin of GOOGL?
    What is the return on equity of WMT?
"""

from typing import Literal

from mcp_client import call_many, step

FIGURES = {
    "trailing_pe": ("valuation", "P/E ratio", "number"),
    "forward_pe": ("valuation", "forward P/E ratio", "number"),
    "market_cap": ("valuation", "market cap", "currency"),
    "price_to_book": ("valuation", "price to book ratio", "number"),
    "price_to_sales": ("valuation", "price to sales ratio", "number"),
    "ev_to_ebitda": ("valuation", "EV to EBITDA", "number"),
    "eps": ("highlights", "earnings per share, 12 months", "currency"),
    "revenue": ("highlights", "revenue, 12 months", "currency"),
    "profit_margin": ("highlights", "profit margin", "percent"),
    "operating_margin": ("highlights", "operating margin", "percent"),
    "return_on_equity": ("highlights", "return on equity", "percent"),
    "return_on_assets": ("highlights", "return on assets", "percent"),
    "dividend_yield": ("highlights", "dividend yield", "percent"),
}


def analyze(symbols: list[str] = ["AAPL"], order: Literal["highest", "lowest"] = "highest") -> dict:
    """Show the valuation of companies: price-earnings and other ratios, market value and earnings.

    symbols: tickers of companies
    order: whether the highest P/E ratio comes first or the lowest; unknown ones come last
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("reading fundamentals")
    names = list(dict.fromkeys(symbols))
    found = {
        symbol: answer["data"]
        for symbol, answer in zip(
            names, call_many([("eodhd_fundamentals", {"symbol": s}) for s in names]), strict=True
        )
    }
    sign = -1 if order == "highest" else 1
    ratio = {symbol: data["valuation"]["trailing_pe"] for symbol, data in found.items()}
    ranked = sorted(found, key=lambda symbol: (ratio[symbol] is None, sign * (ratio[symbol] or 0)))
    known = [symbol for symbol in ranked if ratio[symbol] is not None]
    return {
        "description": " ".join(describe(symbol, found[symbol]) for symbol in ranked),
        "body": [row for symbol in ranked for row in rows(symbol, found[symbol])],
        "charts": [
            {
                "type": "bar",
                "title": "P/E ratio",
                "format": "number",
                "series": [{"name": "P/E ratio", "x": known, "y": [ratio[symbol] for symbol in known]}],
            }
        ],
    }


def describe(symbol: str, data: dict) -> str:
    pe, cap, margin = (
        data["valuation"]["trailing_pe"],
        data["valuation"]["market_cap"],
        data["highlights"]["profit_margin"],
    )
    ratio = f"no P/E ratio ({why_no_ratio(data)})" if pe is None else f"a P/E ratio of {pe:.1f}"
    value = "" if cap is None else f", a market cap of {cap / 1e9:,.1f} billion"
    profit = "" if margin is None else f" and a profit margin of {margin:.1%}"
    return f"{symbol} has {ratio}{value}{profit}, by its reports up to {data['highlights']['most_recent_quarter'] or 'an unknown day'}."


def why_no_ratio(facts: dict) -> str:
    """Why there is no P/E ratio."""
    eps = facts["highlights"]["eps"]
    return "not known to the vendor" if eps is None or eps > 0 else "there was no profit"


def rows(symbol: str, data: dict) -> list[dict]:
    reported = data["highlights"]["most_recent_quarter"] or "an unknown day"
    reasons = {"trailing_pe": why_no_ratio(data)}
    return [
        {
            "id": f"{symbol}:{key}",
            "key": f"{symbol} {name}",
            "value": data[part][key],
            "format": format_,
            "unit": "USD" if format_ == "currency" else None,
            "description": f"reports up to {reported}",
            "reason": "" if data[part][key] is not None else reasons.get(key, "not known to the vendor"),
        }
        for key, (part, name, format_) in FIGURES.items()
    ]
