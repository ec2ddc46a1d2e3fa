"""Words that only say what a ticker beside them in brackets is: "energy (XLE)", "XLF (financials)"."""

import re
from collections.abc import Iterator, Sequence

from api_server.language.mentions import Mention

SUBJECTS = {
    "XLK": ("technology", "tech"),
    "XLF": ("financials", "financial"),
    "XLE": ("energy",),
    "XLV": ("health care", "healthcare"),
    "XLY": ("consumer discretionary", "discretionary"),
    "XLP": ("consumer staples", "staples"),
    "XLI": ("industrials",),
    "XLU": ("utilities",),
    "XLB": ("materials",),
    "XLRE": ("real estate",),
    "XLC": ("communications", "communication services"),
    "SOXX": ("semiconductors", "semis"),
    "SMH": ("semiconductors", "semis"),
    "IWM": ("us small caps", "small caps"),
    "VB": ("us small caps", "small caps"),
    "VTV": ("value",),
    "VUG": ("growth",),
    "GLD": ("gold",),
    "SLV": ("silver",),
    "USO": ("oil", "crude oil"),
    "UUP": ("the dollar", "dollar"),
    "TLT": ("long treasuries", "treasuries", "bonds"),
    "HYG": ("high yield", "high yield bonds", "junk bonds"),
}
"""What a fund holds, in words; only the right ones are taken for it."""


def find_appositions(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """The places of such words in `text`, in which the tickers may be taken out already."""
    for mention in mentions:
        words = SUBJECTS.get(mention.symbols[0], ()) if len(mention.symbols) == 1 else ()
        if not words:
            continue
        named = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
        before = re.search(rf"\b(?P<words>{named}) ?\($", text[: mention.start], re.IGNORECASE)
        if before and text[mention.end :].startswith(")"):
            yield before.span("words")
        after = re.match(rf" ?\((?P<words>{named})\)", text[mention.end :], re.IGNORECASE)
        if after:
            yield mention.end + after.start("words"), mention.end + after.end("words")
