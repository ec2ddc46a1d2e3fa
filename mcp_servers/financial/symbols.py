"""The symbols that a vendor has: canonical spelling, and what was probably meant when one is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mcp_servers.problems import UnknownSymbol

LIKENESS_MIN = 0.6
LISTED_MAX = 30


@dataclass(frozen=True)
class SymbolTable:
    """Company name by symbol, and symbol by alias. Symbols and aliases are in capitals."""

    names: Mapping[str, str]
    aliases: Mapping[str, str]
    is_complete: bool = True
    """Whether `names` are all that the vendor has, or what it found like one symbol."""

    def resolve(self, symbols: Sequence[str]) -> list[str]:
        """The vendor's spelling of each of `symbols`; raises `UnknownSymbol` that names every unknown one."""
        asked = [symbol.strip().upper() for symbol in symbols]
        known = [self.aliases.get(symbol, symbol) for symbol in asked]
        unknown = [symbol for symbol, found in zip(asked, known, strict=True) if found not in self.names]
        if unknown:
            raise self._unknown(list(dict.fromkeys(unknown)))
        return known

    def nearest(self, text: str) -> list[str]:
        """Up to three symbols whose spelling, alias or company name is like `text`, best first."""
        spellings = {symbol: symbol for symbol in self.names} | dict(self.aliases)
        spellings |= {name.upper(): symbol for symbol, name in self.names.items()}
        close = get_close_matches(text.upper(), spellings, n=3, cutoff=LIKENESS_MIN)
        return list(dict.fromkeys(spellings[spelling] for spelling in close))

    def _unknown(self, symbols: list[str]) -> UnknownSymbol:
        nearest = list(dict.fromkeys(near for symbol in symbols for near in self.nearest(symbol)))
        quoted = ", ".join(repr(symbol) for symbol in symbols)
        offer = f"did you mean {', '.join(nearest)}?" if nearest else self._list()
        return UnknownSymbol(
            f"unknown symbol {quoted}; {offer}", symbol=symbols[0], symbols=symbols, nearest=nearest
        )

    def _list(self) -> str:
        if not self.is_complete or len(self.names) > LISTED_MAX:
            return "search for it by company name with alpaca_market_assets"
        return f"there are {', '.join(self.names)}"


def rank_matches(text: str, names: Mapping[str, str]) -> list[str]:
    """Symbols that match `text`, best first: the symbol itself, how a name begins, any part of either."""
    wanted = " ".join(text.upper().split())
    ranked = [
        (rank, len(symbol), symbol)
        for symbol, name in names.items()
        if (rank := _rank(wanted, symbol.upper(), name.upper())) is not None
    ]
    return [symbol for _, _, symbol in sorted(ranked)]


def _rank(wanted: str, symbol: str, name: str) -> int | None:
    """0 is best; None does not match."""
    if symbol == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if symbol.startswith(wanted):
        return 2
    if f" {wanted}" in name:
        return 3
    return 4 if wanted in name or wanted in symbol else None
