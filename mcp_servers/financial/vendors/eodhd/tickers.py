"""Symbols as EODHD spells them: SYMBOL.EXCHANGE."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

FOREIGN = re.compile(r"[A-Z0-9-]+\.[A-Z]{2,}")
PLAIN = re.compile(r"[A-Z0-9]+(\.[A-Z])?")
PAIR = re.compile(r"[A-Z0-9]+/[A-Z]+")
INDEX = re.compile(r"\^[A-Z0-9]+")
ALIASES: Mapping[str, str] = {"SPX": "^GSPC", "SP500": "^GSPC", "S&P 500": "^GSPC"}
US = ".US"


def canonical(symbol: str) -> str:
    """Our spelling: AAPL, BRK.B, BTC/USD, ^GSPC; VOD.LSE for what is listed elsewhere."""
    text = symbol.strip().upper()
    return ALIASES.get(text, text).removesuffix(US)


def to_ticker(symbol: str) -> str | None:
    """EODHD's spelling; None when no ticker can be spelt so.

    The result is safe as a part of a path.
    """
    text = canonical(symbol)
    if FOREIGN.fullmatch(text):
        return text
    if PLAIN.fullmatch(text):
        return text.replace(".", "-") + US
    if PAIR.fullmatch(text):
        return text.replace("/", "-") + ".CC"
    return text[1:] + ".INDX" if INDEX.fullmatch(text) else None


def from_ticker(code: str, exchange: str) -> str:
    """Our spelling of what EODHD lists as `code` on `exchange`."""
    match exchange:
        case "US":
            return re.sub(r"-([A-Z])$", r".\1", code)
        case "CC":
            return code.replace("-", "/", 1)
        case "INDX":
            return f"^{code}"
        case _:
            return f"{code}.{exchange}"


def split_ticker(ticker: str) -> str:
    """Our spelling of a whole ticker such as AAPL.US."""
    code, _, exchange = ticker.rpartition(".")
    return from_ticker(code, exchange) if code else ticker


def find_market(symbol: str) -> Literal["us", "crypto", "index", "other"]:
    """Where `symbol`, in our spelling, is traded."""
    if symbol.startswith("^"):
        return "index"
    if "/" in symbol:
        return "crypto"
    return "other" if FOREIGN.fullmatch(symbol) else "us"


def find_currency(symbols: Sequence[str]) -> str | None:
    """The one currency of the prices of `symbols`; None when it is not known, and for points of an index."""
    currencies = {_currency(symbol) for symbol in symbols}
    return currencies.pop() if len(currencies) == 1 else None


def _currency(symbol: str) -> str | None:
    match find_market(symbol):
        case "us":
            return "USD"
        case "crypto":
            return symbol.partition("/")[2]
        case _:
            return None
