"""Find which gainers, losers, most active stocks, holdings or named symbols have an RSI above or below a level.

The list is the vendor's screen of the newest day, by volume for the most active, or the stocks and funds of the
connected account. Overbought is an RSI above 70, oversold one below 30. Wilder's RSI of each is from daily closes adjusted for splits, smoothed over 250 bars more
than its window.

Questions:
    Which of today's top gainers have an RSI above 70?
    Which of the biggest losers have an RSI under 35?
    Are any of the 20 most active stocks at an RSI below 30?
    Which of my holdings have an RSI over 65?
    Which of AMD, NVDA and INTC have an RSI above 60?
    Is the RSI of TSLA below 40?
    Which of the most active names have an RSI over 70?
    Are any of the top gainers overbought?
    Which of my holdings are oversold?
    Are any of the biggest losers oversold?
"""

from typing import Annotated, Literal

import pandas as pd
from mcp_client import (
    Param,
    alpaca_market_crypto_bars,
    alpaca_market_screener_most_actives,
    alpaca_market_screener_movers,
    alpaca_market_stocks_bars,
    alpaca_trading_positions,
    calculate_rsi,
    step,
)

WARM_UP = 250
GROUPS = {
    "gainers": "top gainers",
    "losers": "top losers",
    "active": "most active stocks",
    "holdings": "holdings",
}


def analyze(
    universe: Literal["gainers", "losers", "active", "holdings"] = "gainers",
    symbols: list[str] = [],
    above: Annotated[float | None, Param(ge=0, le=100)] = None,
    below: Annotated[float | None, Param(ge=0, le=100)] = None,
    window: Annotated[int, Param(ge=2, le=250)] = 14,
    top: Annotated[int, Param(ge=1, le=50)] = 20,
) -> dict:
    """Find which gainers, losers, most active stocks, holdings or named symbols have an RSI above or below a level.

    universe: whom to look at when no symbols are given
    symbols: tickers, or pairs such as BTC/USD; they win over the universe
    above: the RSI has to be higher than this
    below: the RSI has to be lower than this
    window: bars in the average gain and loss
    top: how many of a screen to look at
    """
    step("screening")
    looked_at = list(dict.fromkeys(symbols)) or find_universe(universe, top)
    if not looked_at:
        raise ValueError("there is nothing to look at: the screen or the account is empty now")
    step("calculating")
    found = {symbol: measure(symbol, window) for symbol in looked_at}
    known = {symbol: answer for symbol, answer in found.items() if answer is not None}
    if not known:
        raise ValueError(f"none of {', '.join(looked_at)} has the {window + 1} closes of an RSI; choose a shorter window")
    least, most = (-1 if above is None else above), (101 if below is None else below)
    chosen = sorted(
        (symbol for symbol, (_, value) in known.items() if least < value < most),
        key=lambda symbol: known[symbol][1],
        reverse=above is not None,
    )
    wanted = " and ".join(
        f"{word} {level:g}" for word, level in (("above", above), ("below", below)) if level is not None
    )
    group = "symbols" if symbols else GROUPS[universe]
    without = [symbol for symbol in looked_at if symbol not in known]
    rest = [symbol for symbol in known if symbol not in chosen]
    count = {"id": "count", "key": f"{group} with an RSI {wanted}".strip(), "value": len(chosen)}
    return {
        "description": describe(group, f"{window}-day RSI {wanted}".strip(), known, chosen, without),
        "body": [
            {**count, "format": "integer", "description": f"of {len(known)}"},
            *(row(symbol, *known[symbol], "meets it") for symbol in chosen),
            *(row(symbol, *known[symbol], "does not meet it") for symbol in rest),
        ],
        "charts": [draw(known, f"{window}-day RSI")],
    }


def draw(known: dict, title: str) -> dict:
    values = [value for _, value in known.values()]
    series = [{"name": "RSI", "x": list(known), "y": values}]
    return {"type": "bar", "title": title, "format": "number", "series": series}


def describe(group: str, wanted: str, known: dict, chosen: list[str], without: list[str]) -> str:
    listed = f": {', '.join(f'{symbol} {known[symbol][1]:.1f}' for symbol in chosen)}" if chosen else ""
    lacking = f" {', '.join(without)} had too few closes, or a price that never moved." if without else ""
    return f"Of {len(known)} {group}, {len(chosen) or 'none'} had a {wanted}{listed}.{lacking}"


def find_universe(universe: str, top: int) -> list[str]:
    """The symbols to look at."""
    if universe == "holdings":
        held = alpaca_trading_positions()["data"]["positions"]
        return [position["symbol"] for position in held if position["asset_class"] != "option"]
    if universe == "active":
        return [row["symbol"] for row in alpaca_market_screener_most_actives(limit=top, by="volume")["data"]["rows"]]
    return [row["symbol"] for row in alpaca_market_screener_movers(limit=top)["data"][universe]]


def measure(symbol: str, window: int) -> tuple[str, float] | None:
    """The day and the RSI at its close; None without enough closes, or when the price never moved."""
    request = {"symbol": symbol, "timeframe": "1Day", "limit": window + WARM_UP + 1}
    answer = alpaca_market_crypto_bars(**request) if "/" in symbol else alpaca_market_stocks_bars(**request, adjustment="split")
    closes = pd.Series(answer["data"]["close"], index=answer["data"]["timestamp"], dtype=float).dropna()
    latest = calculate_rsi(prices=closes.tolist(), period=window)["latest"] if len(closes) > window else None
    return None if latest is None else (str(closes.index[-1])[:10], latest)


def row(symbol: str, day: str, value: float, verdict: str) -> dict:
    return {
        "id": symbol,
        "key": f"{symbol} RSI",
        "value": value,
        "format": "number",
        "description": f"on {day}; {verdict}",
    }
