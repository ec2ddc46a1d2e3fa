"""Symbols, aliases, and what was probably meant."""

import pytest

from mcp_servers.financial.symbols import SymbolTable
from mcp_servers.problems import UnknownSymbol

TABLE = SymbolTable(
    names={"AAPL": "Apple", "MSFT": "Microsoft", "KO": "Coca-Cola", "^GSPC": "S&P 500"},
    aliases={"SPX": "^GSPC"},
)


@pytest.mark.parametrize(
    ("asked", "symbol"), [("aapl", "AAPL"), (" KO ", "KO"), ("spx", "^GSPC"), ("^gspc", "^GSPC")]
)
def test_case_spaces_and_aliases_do_not_matter(asked: str, symbol: str) -> None:
    assert TABLE.resolve([asked]) == [symbol]


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("APPL", ["AAPL"]),
        ("Apple", ["AAPL"]),
        ("microsft", ["MSFT"]),
        ("coca cola", ["KO"]),
        ("SPY", ["^GSPC"]),
    ],
)
def test_an_unknown_symbol_names_the_nearest_ones(asked: str, nearest: list[str]) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        TABLE.resolve([asked])
    assert caught.value.wire.details["nearest"] == nearest
    assert caught.value.wire.message.endswith(f"did you mean {nearest[0]}?")


def test_a_symbol_like_none_lists_what_there_is() -> None:
    with pytest.raises(UnknownSymbol, match="there are AAPL, MSFT, KO") as caught:
        TABLE.resolve(["ZZZZ"])
    assert caught.value.wire.details["nearest"] == []


def test_every_unknown_symbol_is_named_once() -> None:
    with pytest.raises(UnknownSymbol) as caught:
        TABLE.resolve(["KO", "ZZZZ", "APPL", "zzzz"])
    assert caught.value.wire.details == {"symbol": "ZZZZ", "symbols": ["ZZZZ", "APPL"], "nearest": ["AAPL"]}
