"""Whom a question is about: symbols, names of companies, and everyday things that a fund stands for."""

from api_server.dialogue.parts import Part, PartKind
from api_server.dialogue.terms import Terms, key_of, singular
from api_server.language.lexicon import Lexicon
from api_server.language.mentions import Mention, find_names, find_tickers, find_unknown_tickers, is_shouted
from api_server.language.words import split_words


def find_symbols(text: str, lexicon: Lexicon, terms: Terms) -> list[Part]:
    """Every mention of a symbol in `text`, which is plain, in its order."""
    parts: list[Part] = []
    finders = (find_names, find_tickers, find_unknown_tickers)
    for find in finders:
        for mention in find(text, lexicon):
            if _is_abbreviation(mention, terms):
                continue
            parts.append(_part(mention))
            text = _blank(text, mention.start, mention.end)
    for part in (*_small_tickers(text, lexicon, terms), *_proxies(text, terms)):
        parts.append(part)
        text = _blank(text, part.start, part.end)
    return sorted(parts, key=lambda part: part.start)


def _is_abbreviation(mention: Mention, terms: Terms) -> bool:
    """Whether capitals are one of our words: RSI, EPS, YTD."""
    if mention.kind != "unknown" or mention.words.startswith(("$", "^")):
        return False
    word = (singular(mention.words.lower()),)
    return word in terms.phrases or word in terms.cues or word[0] in terms.sets["abbreviations"]


def _part(mention: Mention) -> Part:
    value = "|".join(mention.symbols) if mention.kind == "choice" else " ".join(mention.symbols)
    return Part(PartKind.SYMBOL, value, mention.words, mention.start, mention.end, mention.kind)


def _small_tickers(text: str, lexicon: Lexicon, terms: Terms) -> list[Part]:
    """Known tickers that are written small."""
    if is_shouted(text, lexicon):
        return []
    return [
        Part(PartKind.SYMBOL, word.text.upper(), word.text, word.start, word.end, known.kind)
        for word in split_words(text)
        if word.text.islower()
        and len(word.text) > 1
        and (known := lexicon.tickers.get(word.text.upper()))
        and word.text not in terms.sets["words_like_tickers"]
        and key_of([word]) not in terms.phrases
    ]


def _proxies(text: str, terms: Terms) -> list[Part]:
    words = split_words(text)
    found: list[Part] = []
    for position, word in enumerate(words):
        for length in (2, 1):
            chosen = words[position : position + length]
            symbol = terms.proxies.get(key_of(chosen))
            if symbol and len(chosen) == length and (not found or word.start >= found[-1].end):
                end = chosen[-1].end
                found.append(Part(PartKind.SYMBOL, symbol, text[word.start : end], word.start, end, "proxy"))
                break
    return found


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
