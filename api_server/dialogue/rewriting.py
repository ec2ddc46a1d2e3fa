"""Changes of a sentence at chosen places, so that everything else in it stays as it was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from api_server.dialogue.parts import Cut, Part, PartKind

END = re.compile(r"[\s?.!,;:]*$")
BETWEEN_SYMBOLS = re.compile(r"^(?:'s?)?\s*(?:,|&|/|and|or|, and|, or)?\s*(?:the )?$", re.IGNORECASE)
BETWEEN_TOPICS = re.compile(r"^\s*(?:,|&|and|or|, and)?\s*(?:the )?$", re.IGNORECASE)


@dataclass
class Rewriter:
    """Collects changes of one sentence. Each takes effect at `finish`."""

    cut: Cut
    _edits: list[tuple[int, int, str]] = field(default_factory=list)
    _endings: list[str] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str) -> None:
        """Put `text` in the place of a span."""
        self._edits.append((start, end, text))

    def replace_part(self, part: Part, text: str) -> None:
        """Put `text` in the place of a part."""
        self.replace(part.start, part.end, text)

    def append(self, text: str) -> None:
        """Put `text` at the end of the sentence, before its mark."""
        self._endings.append(text)

    def finish(self) -> str:
        """The changed sentence."""
        text = self.cut.text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        mark = "?" if text.rstrip().endswith("?") else "." if text.rstrip().endswith(".") else ""
        body = END.sub("", text)
        for ending in self._endings:
            body += ending if ending.startswith((",", " ")) else f" {ending}"
        return as_sentence(body + mark)


def with_tickers(cut: Cut) -> str:
    """The question with tickers in capitals: past this point a small word is never taken for one."""
    text = cut.text
    for part in reversed(cut.of(PartKind.SYMBOL)):
        if part.words.islower() and part.words.upper() == part.value:
            text = text[: part.start] + part.value + text[part.end :]
    return text


def as_sentence(text: str) -> str:
    """`text` with single spaces and a capital first."""
    plain = re.sub(r"\s+([?.!,])", r"\1", " ".join(text.split()))
    plain = re.sub(r"\bi\b", "I", re.sub(r",\s*,", ",", plain).strip(" ,"))
    is_word = re.match(r"[a-z]+(?:'[a-z]+)?(?=[\s,?.!]|$)", plain)
    return plain[:1].upper() + plain[1:] if is_word else plain


def symbol_groups(cut: Cut) -> list[list[Part]]:
    """Symbols that stand together, joined by a comma, `and` or `or`."""
    return _runs(cut, PartKind.SYMBOL, BETWEEN_SYMBOLS)


def topic_groups(cut: Cut) -> list[list[Part]]:
    """Topics that stand together."""
    return _runs(cut, PartKind.TOPIC, BETWEEN_TOPICS)


def join(names: Sequence[str]) -> str:
    """`names` as an English list."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _runs(cut: Cut, kind: PartKind, between: re.Pattern[str]) -> list[list[Part]]:
    runs: list[list[Part]] = []
    for part in cut.of(kind):
        if runs and between.match(cut.text[runs[-1][-1].end : part.start]):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs
