"""The symbols that a vendor has: canonical spelling, and what was probably meant when one is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mcp_servers.problems import UnknownSymbol

LIKENESS_MIN = 0.6


@dataclass(frozen=True)
class SymbolTable:
    """Company name by symbol, and symbol by alias. Symbols and aliases are in capitals."""

    names: Mapping[str, str]
    aliases: Mapping[str, str]

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
        offer = f"did you mean {', '.join(nearest)}?" if nearest else f"there are {', '.join(self.names)}"
        return UnknownSymbol(
            f"unknown symbol {quoted}; {offer}", symbol=symbols[0], symbols=symbols, nearest=nearest
        )
