"""Where a question names symbols: tickers in capitals, marked tickers (`$AAPL`, `^GSPC`), company names.

Nothing here decides whether a ticker exists: the tool that is asked for its prices does.
"""

import re
from dataclasses import dataclass

from api_server.language.lexicon import Lexicon, Name
from api_server.language.words import Word, split_words

TICKER = re.compile(r"(?<![\w$^.&])([$^]?)([A-Za-z]{1,5}(?:[.-][ABC])?)(?:\.US)?(?![\w^$&]|\.\w|-\d)")
LISTING = frozenset(["and", "or", "vs", "versus", "&"])
SUFFIXES = frozenset(["inc", "corp", "corporation", "company", "co", "ltd", "plc"])


@dataclass(frozen=True)
class Mention:
    """Symbols named in one place: several when a group such as FAANG was named, or when a name is shared."""

    symbols: tuple[str, ...]
    kind: str
    words: str
    start: int
    end: int

    @property
    def is_by_name(self) -> bool:
        """Whether a name was read as the symbol, which the explanation then says."""
        return self.words.strip("$").upper() not in self.symbols


def find_names(text: str, lexicon: Lexicon) -> list[Mention]:
    """Company names, the longest first, without those inside others."""
    words = split_words(text)
    found: list[Mention] = []
    for position, word in enumerate(words):
        is_marked = text[word.start - 1 : word.start] in ("$", "^")
        if not is_marked and (not found or word.start >= found[-1].end):
            mention = _name_at(text, words[position : position + lexicon.longest * 2], lexicon)
            if mention:
                found.append(mention)
    found += _coins_beside(words, found, lexicon)
    return sorted(found, key=lambda mention: mention.start)


def find_tickers(text: str, lexicon: Lexicon) -> list[Mention]:
    """Tickers that are marked with `$` or `^`, and known ones in capitals.

    A capital that is also a word of ours ("NOW", "ALL") is given the kind `choice`: it may be either.
    """
    found = []
    shouted = is_shouted(text, lexicon)
    for match in TICKER.finditer(text):
        mark, letters = match.groups()
        symbol = ("^" if mark == "^" else "") + letters.upper().replace("-", ".")
        known = lexicon.tickers.get(symbol)
        is_word = not mark and (letters.lower(),) in lexicon.phrases
        if mark or (known and letters.isupper() and not (is_word and shouted)):
            kind = "choice" if is_word else known.kind if known else "unknown"
            symbols = (f"${symbol}", letters.lower()) if is_word else (symbol,)
            found.append(Mention(symbols, kind, match.group(), *match.span()))
    return found


def find_unknown_tickers(text: str, lexicon: Lexicon) -> list[Mention]:
    """Capitals of 2 to 5 letters that are no word of ours, unless the whole question is in capitals."""
    if is_shouted(text, lexicon):
        return []
    return [
        Mention((match[2].replace("-", "."),), "unknown", match.group(), *match.span())
        for match in TICKER.finditer(text)
        if match[2].isupper() and len(match[2]) > 1 and (match[2].lower(),) not in lexicon.phrases
    ]


def is_shouted(text: str, lexicon: Lexicon) -> bool:
    """Whether capitals say nothing here: no letter is small, and there are words beside the tickers."""
    has_words = any((word.lower,) in lexicon.phrases for word in split_words(text))
    return text == text.upper() and has_words


def _coins_beside(words: list[Word], found: list[Mention], lexicon: Lexicon) -> list[Mention]:
    """Tickers of coins that are words when they stand alone, as in "btc, eth and sol"."""
    coins: list[Mention] = []
    spoken = [word for word in words if not word.is_silent and word.lower not in LISTING]
    for position, word in enumerate(spoken):
        name = lexicon.cased_names.get(word.text.upper()) if word.text.islower() else None
        beside = spoken[max(position - 1, 0) : position] + spoken[position + 1 : position + 2]
        is_beside = any(
            mention.kind == "crypto" and mention.start <= other.start < mention.end
            for mention in (*found, *coins)
            for other in beside
        )
        if name and name.kind == "crypto" and is_beside:
            coins.append(Mention(name.symbols, name.kind, word.text, word.start, word.end))
    return coins


def _name_at(text: str, words: list[Word], lexicon: Lexicon) -> Mention | None:
    """The longest name that begins with the first of `words`."""
    best: tuple[Name, int] | None = None
    key: tuple[str, ...] = ()
    for word in words:
        if word.is_silent:
            continue
        key = (*key, word.lower)
        name = lexicon.names.get(key) or lexicon.cased_names.get(text[words[0].start : word.end])
        best = (name, word.end) if name else best
    if best is None or words[0].is_silent:
        return None
    name, end = best
    ending = re.match(rf"\.US\b|,? (?:{'|'.join(SUFFIXES)})\b\.?", text[end:], re.IGNORECASE)
    start = words[0].start
    return Mention(name.symbols, name.kind, text[start:end], start, end + (ending.end() if ending else 0))
