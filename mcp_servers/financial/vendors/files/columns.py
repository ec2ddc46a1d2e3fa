"""Which column of a file is what, in the spellings that exports have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_servers.financial.vendors.failures import VendorFailed

NOISE = re.compile(r"[^a-z0-9]")
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "tradedate", "tradingday"),
    "time": ("timestamp", "datetime", "time", "t", "ts", "timestamputc", "begins", "opentime"),
    "symbol": ("symbol", "ticker", "sym", "instrument"),
    "open": ("open", "o", "openprice"),
    "high": ("high", "h", "highprice"),
    "low": ("low", "l", "lowprice"),
    "close": ("close", "c", "closeprice", "closelast", "last", "price"),
    "adjusted": ("adjclose", "adjustedclose", "closeadj", "adjcloseprice"),
    "volume": ("volume", "v", "vol"),
}
PRICES = ("open", "high", "low", "close", "adjusted")
NUMBERS = (*PRICES, "volume")


class BadFile(VendorFailed):
    """A file of the user's cannot be read; the message names it, the column and what to change."""

    code = "bad_file"


@dataclass(frozen=True)
class Columns:
    """The file's own name of each column that it has, and the types they are read with."""

    names: Mapping[str, str]
    types: Mapping[str, str]

    def has(self, role: str) -> bool:
        return role in self.names


def recognise(file_name: str, columns: Mapping[str, str]) -> Columns:
    """What each of `columns` (type by name) is. Raises `BadFile` when one is missing or there twice."""
    names: dict[str, str] = {}
    for name in columns:
        role = next((role for role, known in SPELLINGS.items() if _plain(name) in known), None)
        if role in names:
            raise BadFile(
                f"{file_name} has two columns for {role}: {names[role]!r} and {name!r}; remove one",
                vendor="files",
                endpoint=file_name,
                column=name,
            )
        if role:
            names[role] = name
    if "date" not in names and "time" not in names:
        raise _missing(file_name, "date or timestamp", columns)
    if "close" not in names and "adjusted" not in names:
        raise _missing(file_name, "close", columns)
    return Columns(names, {role: columns[name] for role, name in names.items()})


def _plain(name: str) -> str:
    return NOISE.sub("", name.lower())


def _missing(file_name: str, role: str, columns: Mapping[str, str]) -> BadFile:
    return BadFile(
        f"{file_name} has no {role} column; it has {', '.join(map(repr, columns)) or 'none'}; "
        "rename one in its first line",
        vendor="files",
        endpoint=file_name,
        column=role,
    )
