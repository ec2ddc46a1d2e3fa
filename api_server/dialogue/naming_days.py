"""Days that today's date names: "yesterday" is the last day of trading, "last Friday" the newest one."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from api_server.dialogue.naming_dates import Dated
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import as_sentence
from api_server.dialogue.terms import Terms
from api_server.dialogue.trading_days import is_trading_day, last_trading_day
from schemas.understanding import Alternative

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
EARLIER = r"(?:last|past|previous)"
NAMED = (
    r"(?<!black )(?<!good )"
    rf"(?:(?:the )?day before yesterday|yesterday|(?:the )?(?:{EARLIER} )?{WEEKDAY})"
)
SPAN = re.compile(
    rf"\b(?:between (?P<from>{NAMED}) and"
    rf"|(?:from )?(?P<first>{NAMED})(?: (?:to|until|till|through|thru)| ?-)) ?"
    rf"(?P<last>{NAMED})\b"
)
DAY = re.compile(rf"\b(?:(?:(?P<since>since)|on|for|from|of|during) )?(?P<day>{NAMED})(?P<own>'s)?\b")
COMING = re.compile(
    rf"(?<=open|osed) (?:on )?(?:this |next |this coming )?(?P<day>{WEEKDAY})(?=\W*$)",
)
"""When the market is asked about, it is ahead."""
THIS_WEEK = re.compile(r"\b(?:so far )?this week(?: so far)?\b")
RETURNS = re.compile(
    r"\b(?:return(?:ed|s)?|perform(?:ed|ance|ing)?|gain(?:ed)?|lost|los[es]|up|down|do|done|doing|doin|fared?)\b"
)
OF_ACCOUNT = re.compile(r"\b(?:my|i|orders?|holdings|positions|p&l|news)\b")
AS_IT_WAS = re.compile(rf"\b(?:yesterday|since|{EARLIER} {WEEKDAY})\b")


@dataclass(frozen=True)
class _Meant:
    """The dates of the words at one place."""

    words: str
    start: int
    end: int
    first: date
    last: date

    @property
    def dates(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def put_days(cut: Cut, terms: Terms, today: date) -> Dated:
    """The question with the dates of "yesterday", "last Tuesday" and "Monday to Wednesday"."""
    return _Naming(cut, terms, today).put()


@dataclass(frozen=True)
class _Naming:
    cut: Cut
    terms: Terms
    today: date

    @property
    def every_day(self) -> bool:
        """Whether it is about crypto currencies alone, which know no weekend."""
        symbols = self.cut.of(PartKind.SYMBOL)
        return bool(symbols) and all(part.family == "crypto" for part in symbols)

    def put(self) -> Dated:
        text = self.cut.text.lower()
        if week := self._this_week(text):
            return week
        if any(not part.value.startswith("named:") for part in self.cut.of(PartKind.PERIOD)):
            return Dated(self.cut.text)
        if "market" in text and (coming := COMING.search(text)):
            day = self._newest(coming["day"], self.today + timedelta(days=8))
            return self._dated(_Meant(coming["day"], *coming.span(), day, day), f" on {day}")
        if span := SPAN.search(text):
            last = self._newest(span["last"], self.today)
            first = self._newest(span["from"] or span["first"], last + timedelta(days=1))
            return self._dated(_Meant(span.group(), *span.span(), first, last), f"from {first} to {last}")
        found = list(DAY.finditer(text))
        return self._put_one(found[0], text) if len(found) == 1 else Dated(self.cut.text)

    def _this_week(self, text: str) -> Dated | None:
        """A return of this week counts from the last close before it."""
        found = THIS_WEEK.search(text)
        if (
            not found
            or not self.cut.of(PartKind.SYMBOL)
            or OF_ACCOUNT.search(text)
            or not RETURNS.search(text)
        ):
            return None
        monday = self.today - timedelta(days=self.today.weekday())
        day = monday - timedelta(days=1) if self.every_day else last_trading_day(monday)
        meant = _Meant(found.group(), *found.span(), day, day)
        question = as_sentence(f"{self.cut.text[: meant.start]}since {day}{self.cut.text[meant.end :]}")
        return Dated(question, (f"“{meant.words}” was read as since the close of {day}, the last before it",))

    def _put_one(self, found: re.Match[str], text: str) -> Dated:
        is_past = found.group().startswith("on ") and set(re.findall(r"[a-z]+", text)) & self.terms.past
        if not (is_past or AS_IT_WAS.search(found.group())):
            return Dated(self.cut.text)
        day = self._newest(found["day"], self.today)
        meant = _Meant(found["day"], *found.span(), day, day)
        if found["own"]:
            return self._of_its_own(meant)
        return self._dated(meant, f"since {day}" if found["since"] else f"on {day}")

    def _newest(self, words: str, before: date) -> date:
        """The newest day of this name before a date; "yesterday" is one of trading."""
        if "yesterday" not in words:
            wanted = next(place for place, name in enumerate(WEEKDAYS) if name in words)
            return before - timedelta(days=(before.weekday() - wanted - 1) % 7 + 1)
        for _ in range(2 if "before" in words else 1):
            before = before - timedelta(days=1) if self.every_day else last_trading_day(before)
        return before

    def _of_its_own(self, meant: _Meant) -> Dated:
        """As in "yesterday's close of KO", where the date goes to the end."""
        rest = f"{self.cut.text[: meant.start]}the {self.cut.text[meant.end :]}"
        mark = "?" if rest.rstrip().endswith("?") else ""
        question = as_sentence(f"{rest.rstrip(' ?.!')} on {meant.first}{mark}")
        return Dated(re.sub(r"\b(the) the\b", r"\1", question), (self._note(meant),))

    def _dated(self, meant: _Meant, words: str) -> Dated:
        def put(text: str) -> str:
            return as_sentence(f"{self.cut.text[: meant.start]}{text}{self.cut.text[meant.end :]}")

        others = tuple(
            Alternative(question=put(words.replace(str(meant.first), str(other))), reason=f"that of {other}")
            for other in _others(meant)
        )
        return Dated(put(words), (self._note(meant),), others)

    def _note(self, meant: _Meant) -> str:
        is_shifted = "yesterday" in meant.words and not self.every_day
        why = ", a day of trading" if is_shifted else ""
        is_closed = meant.first == meant.last and not self.every_day and not is_trading_day(meant.first)
        return f"“{meant.words}” was read as {meant.dates}{why}{', when US stocks rest' if is_closed else ''}"


def _others(meant: _Meant) -> list[date]:
    """Some say "last Tuesday" for that of the week before."""
    is_other_week = meant.first == meant.last and re.match(rf"(?:the )?{EARLIER} ", meant.words)
    return [meant.first - timedelta(days=7)] if is_other_week else []
