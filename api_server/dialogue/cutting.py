"""Cuts a question into parts. Chooses nothing: what no table knows stays a word of its own."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from api_server.dialogue.naming import find_symbols
from api_server.dialogue.numbers import Number, find_numbers
from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.terms import Term, Terms, key_of, singular
from api_server.dialogue.times import find_times
from api_server.language.lexicon import Lexicon
from api_server.language.words import Word, plain_text, split_words, without_possessives

TAKEN = "\0"
CUTS_KEPT = 1024
NEGATIONS = {"n't": "not", "don't": "not", "doesn't": "not", "isn't": "not", "aren't": "not", "wasn't": "not",
             "didn't": "not", "hasn't": "not", "haven't": "not", "can't": "not", "won't": "not"}  # fmt: skip


class Cutter:
    """Cuts questions with one set of tables."""

    def __init__(self, lexicon: Lexicon, terms: Terms) -> None:
        self.lexicon = lexicon
        self.terms = terms
        # A question is cut several times on its way, and so are those before it in the session.
        self.cut = lru_cache(CUTS_KEPT)(self._cut)

    def _cut(self, question: str) -> Cut:
        """The parts of `question`. Never raises."""
        text = plain_text(question)
        return Cut(text, tuple(sorted(_Scan(text, self).parts(), key=lambda part: part.start)))


class _Scan:
    """One text on its way into parts. What is taken is blanked in `left`, which keeps its length."""

    def __init__(self, text: str, cutter: Cutter) -> None:
        self.text = text
        self.left = without_possessives(text)
        self.cutter = cutter
        self.found: list[Part] = []

    def parts(self) -> list[Part]:
        self._take([self._number(n) for n in find_numbers(self.left.lower()) if n.role == "window"])
        self._take_long_topics()
        self._take(find_symbols(self.left.replace(TAKEN, " "), self.cutter.lexicon, self.cutter.terms))
        numbers = find_numbers(self.left.lower())
        self._take([self._number(n) for n in numbers if n.role not in ("number", "limit")])
        self._take(
            [
                Part(PartKind.PERIOD, time.value, self.text[time.start : time.end], time.start, time.end)
                for time in find_times(self.left.lower(), self.cutter.terms)
            ]
        )
        self._take([self._number(number) for number in find_numbers(self.left.lower())])
        self._take_phrases()
        return self.found

    def _number(self, number: Number) -> Part:
        words = self.text[number.start : number.end]
        return Part(PartKind.NUMBER, number.value, words, number.start, number.end, number.role)

    def _take(self, parts: list[Part]) -> None:
        for part in parts:
            self.found.append(part)
            size = part.end - part.start
            self.left = self.left[: part.start] + TAKEN * size + self.left[part.end :]

    def _take_long_topics(self) -> None:
        """Those of several words go first: they may hold a ticker or a period, as in "net debt"."""
        for chosen, term in self._phrases(_goes_first):
            if term and len(chosen) > 1:
                self._take([self._part(chosen, term)])

    def _take_phrases(self) -> None:
        for chosen, term in self._phrases():
            self._take([self._part(chosen, term)])

    def _phrases(self, suits: Callable[[Term], bool] = bool) -> Iterator[tuple[list[Word], Term | None]]:
        words = [word for word in split_words(self.left) if word.text != TAKEN and not word.is_silent]
        position = 0
        while position < len(words):
            length, term = self._longest(words[position:], suits)
            yield words[position : position + length], term
            position += length

    def _longest(self, words: list[Word], suits: Callable[[Term], bool]) -> tuple[int, Term | None]:
        """How many of `words`, which stand together, are one phrase, and what it says."""
        for length in range(min(self.cutter.terms.longest, len(words)), 0, -1):
            chosen = words[:length]
            term = self.cutter.terms.phrases.get(key_of(chosen))
            if term and suits(term) and TAKEN not in self.left[chosen[0].start : chosen[-1].end]:
                return length, term
        return 1, None

    def _part(self, words: list[Word], term: Term | None) -> Part:
        start, end = words[0].start, words[-1].end
        text = self.text[start:end]
        if term is None:
            word = words[0].lower
            is_place = word in self.cutter.terms.places
            kind = PartKind.FILLER if is_place else PartKind.WORD
            return Part(kind, NEGATIONS.get(word, singular(word)), text, start, end)
        return Part(term.kind, term.value, text, start, end, term.family)


def _goes_first(term: Term) -> bool:
    return term.kind in (PartKind.TOPIC, PartKind.FREQUENCY)
