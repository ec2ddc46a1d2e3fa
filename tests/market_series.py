"""Series that several tests calculate with: random walks, real closes, rough edges."""

import asyncio
from datetime import date
from functools import cache

import numpy as np
from mcp.client import Client
from numpy.typing import NDArray

from mcp_servers.financial.app import create_server
from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors.sample import load_sample

DAYS = 500
REAL_SYMBOLS = ("AAPL", "KO", "JPM", "XOM", "MSFT", "PG")
Array = NDArray[np.float64]


@cache
def real_closes() -> dict[str, dict[date, float]]:
    """By symbol and date, the last closes of the offline vendor."""
    return asyncio.run(_fetch_closes())


async def _fetch_closes() -> dict[str, dict[date, float]]:
    closes = {}
    async with Client(create_server(Market([load_sample()]))) as client:
        for symbol in REAL_SYMBOLS:
            arguments = {"symbol": symbol, "timeframe": "1Day", "limit": DAYS}
            answer = (await client.call_tool("alpaca_market_stocks_bars", arguments)).structured_content
            assert answer is not None, f"no bars of {symbol}"
            closes[symbol] = {
                date.fromisoformat(day): close
                for day, close in zip(answer["data"]["timestamp"], answer["data"]["close"], strict=True)
            }
    return closes


def real_prices(symbol: str) -> Array:
    """The closes of one symbol, oldest first."""
    return np.array(list(real_closes()[symbol].values()))


def walk(seed: int, length: int = DAYS) -> Array:
    """A random walk of prices with the roughness of a stock."""
    steps = np.random.default_rng(seed).normal(0.0004, 0.015, length)
    return np.asarray(100 * np.exp(np.cumsum(steps)))


def rough(seed: int) -> Array:
    """Few prices with large jumps, repeated ones, and a long way down."""
    steps = np.random.default_rng(seed).choice([0.0, 0.0, 0.5, -0.4, 0.01, -0.02], 40)
    return np.asarray(10 * np.cumprod(1 + steps))


PRICES: dict[str, tuple[Array, Array]] = {
    "two random walks": (walk(1), walk(2)),
    "few prices": (walk(3, 30), walk(4, 30)),
    "rough prices": (rough(5), rough(6)),
}
"""Pairs of prices of one length, by what they are like."""


def price_pairs() -> dict[str, tuple[Array, Array]]:
    """`PRICES` and a pair of real ones."""
    return {**PRICES, "real closes": (real_prices("AAPL"), real_prices("KO"))}


PAIR_NAMES = (*PRICES, "real closes")


def returns_of(prices: Array) -> Array:
    """p[t] / p[t-1] - 1."""
    return np.asarray(np.diff(prices) / prices[:-1])
