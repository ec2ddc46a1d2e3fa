"""Arguments that several tools take, and how they are spelt and checked."""

from datetime import date
from typing import Annotated

from pydantic import Field

from mcp_servers.problems import BadArgument
from schemas.market.prices import Adjustment, Feed, Timeframe

Symbol = Annotated[
    str,
    Field(min_length=1, max_length=20, description="A ticker such as AAPL, or ^GSPC for the S&P 500."),
]
Pair = Annotated[str, Field(min_length=1, max_length=20, description="A crypto pair such as BTC/USD.")]
Symbols = Annotated[list[Symbol], Field(min_length=1, max_length=100, description="Tickers.")]
Pairs = Annotated[list[Pair], Field(min_length=1, max_length=100, description="Crypto pairs.")]
BarLength = Annotated[Timeframe, Field(description="Length of one bar.")]
BarCount = Annotated[int, Field(ge=1, le=10_000, description="How many bars at most.")]
RowCount = Annotated[int, Field(ge=1, le=100, description="How many rows at most.")]
FirstDay = Annotated[date | None, Field(description="First day, inclusive: YYYY-MM-DD.")]
LastDay = Annotated[date | None, Field(description="Last day, inclusive: YYYY-MM-DD.")]
AdjustedFor = Annotated[Adjustment, Field(description="What prices are adjusted for.")]
FeedChoice = Annotated[
    Feed | None, Field(description="Which exchanges, where a vendor has several feeds; null: as configured.")
]

QUOTE_CURRENCIES = ("USDT", "USDC", "USD", "EUR", "BTC")


def check_period(start: date | None, end: date | None, names: tuple[str, str] = ("start", "end")) -> None:
    """Raises `BadArgument` for a period that ends before it begins."""
    if start and end and start > end:
        facts = dict(zip(names, (str(start), str(end)), strict=True))
        raise BadArgument(f"{names[0]} {start} is after {names[1]} {end}; swap them", **facts)


def spell_pair(text: str) -> str:
    """A crypto pair as BTC/USD, however it is written: btc-usd, BTCUSD, or BTC alone for its price in USD."""
    pair = text.strip().upper().replace("-", "/")
    if "/" in pair:
        return pair
    quote = next((each for each in QUOTE_CURRENCIES if pair.endswith(each) and len(pair) > len(each)), None)
    return f"{pair.removesuffix(quote)}/{quote}" if quote else f"{pair}/USD"
