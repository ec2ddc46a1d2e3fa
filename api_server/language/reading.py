"""What a question says, part by part, and what of it is not understood. Chooses no recipe."""

import re
from dataclasses import dataclass
from typing import Literal

from api_server.language.appositions import find_appositions
from api_server.language.figures import (
    Figure,
    find_amounts,
    find_confidences,
    find_counts,
    find_risk_free_rates,
    find_target_volatilities,
    find_weights,
)
from api_server.language.lexicon import Capability, Lexicon
from api_server.language.mentions import Mention, find_names, find_tickers, find_unknown_tickers
from api_server.language.periods import Period, UnclearPeriod, are_years, find_periods, join_touching
from api_server.language.phrases import SYMBOL, PhraseReading, read_phrases
from api_server.language.rules import TESTED, Level, Limits, find_crossing_rules, find_level, find_limits
from api_server.language.windows import Windows, read_windows
from api_server.language.words import plain_text, without_possessives

NOT_PLAIN = re.compile(r"[^\x20-\x7e]|[{}\[\]<>=;\\|_`#@~*+]|//|--")
POINTING = re.compile(
    r"\b(?:these|those|this|the following)"
    r"(?: (?:stocks?|shares|names|tickers?|symbols?|companies|company|coins|funds))?"
    r"(?=[^:]*: *\*)",
    re.IGNORECASE,
)
"""Words for symbols that are listed after a colon."""
YEAR_BY_YEAR = frozenset(["return", "table", "chart"])
"""Concepts that, asked of several years, are asked of each by itself."""
LISTED_A = re.compile(r"(?<![\w$])A(?= *,| (?:and|or|vs) *\*)|(?<=\*) *,? *(?:and |or |vs )? *A\b")
"""The ticker of one letter that is also a word, where symbols are listed."""
FISCAL = re.compile(r"\b(?:fy|fiscal)\b|\bfy(?=\d)")
SPLIT_BY_CALENDAR = frozenset(["monthly", "yearly", "quarterly", "extreme_month", "extreme_year"])
"""Concepts whose answer for two years that touch is the one for both."""
INVESTMENTS = frozenset(["invested", "cost_averaging"])
Order = Literal["highest", "lowest"]
WEIGHTS_SLACK = 0.011
"""Thirds are written as 33 %."""


@dataclass(frozen=True)
class Reading:
    """A question in parts. `missing` pairs what no recipe gives with the words that ask for it."""

    text: str
    mentions: tuple[Mention, ...] = ()
    concepts: frozenset[str] = frozenset()
    period: Period | None = None
    window: int | None = None
    window_pair: tuple[int, int] | None = None
    """The short and the long average of a crossing."""
    windows: tuple[int, ...] = ()
    """Those of one indicator, when it is asked for over several."""
    limits: Limits | None = None
    """Of the RSI by which a strategy that is to be tested buys and sells."""
    level: Level | None = None
    """That an RSI is compared with."""
    target_volatility: float | None = None
    count: int | None = None
    risk_free: float | None = None
    confidence: float | None = None
    amount: float | None = None
    weights: tuple[float, ...] = ()
    """One fraction for each symbol, in their order."""
    order: Order | None = None
    asks_all_stocks: bool = False
    group_count: int = 0
    """How many times symbols are named apart from one another."""
    missing: tuple[tuple[Capability, str], ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def symbols(self) -> list[str]:
        """Each symbol once, in the order of the question; of a choice, the first."""
        chosen = [m.symbols[:1] if m.kind == "choice" else m.symbols for m in self.mentions]
        return list(dict.fromkeys(symbol for symbols in chosen for symbol in symbols))

    @property
    def is_about_crypto(self) -> bool:
        """Whether its symbols are pairs of crypto currencies, or it is about them as a group."""
        return "coins" in self.concepts or any(mention.kind == "crypto" for mention in self.mentions)

    @property
    def benchmark(self) -> str | None:
        """The index or fund that stands apart at the end, as in "the beta of KO against SPY"."""
        is_apart = self.group_count == 2 and len(self.symbols) > 1
        last = self.mentions[-1] if self.mentions else None
        return last.symbols[0] if is_apart and last and last.kind in ("index", "fund") else None

    @property
    def is_understood(self) -> bool:
        """Whether every word of it has a meaning that can be used."""
        return not (self.missing or self.unknown or self.problems)

    @property
    def is_about_prices(self) -> bool:
        """Whether anything in it belongs to our field."""
        return bool(self.mentions or self.concepts or self.missing)


class Reader:
    """Reads questions with one set of tables."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def read(self, question: str) -> Reading:
        """The parts of `question`. Never raises: what cannot be read is listed."""
        text = plain_text(question)
        if NOT_PLAIN.search(text):
            problem = (
                "The question has signs that none needs: it looks like code, a link or another alphabet."
            )
            return Reading(text, problems=(problem,))
        return _Scan(text, self._lexicon).finish()


class _Scan:
    """One text on its way to a reading. What is understood is blanked in `left`, which keeps its length."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.left = without_possessives(text)
        self.lexicon = lexicon
        self.problems: list[str] = []

    def finish(self) -> Reading:
        mentions = self._take_mentions(find_names(self.left, self.lexicon))
        windows = self._take_windows()
        mentions += self._take_mentions(find_tickers(self.left, self.lexicon))
        limits, rules = self._take_rules(windows.crosses)
        level = self._take_level()
        risk_free = self._take_figure(find_risk_free_rates(self.left.lower()), "risk-free rate")
        confidence = self._take_figure(find_confidences(self.left.lower()), "confidence")
        target = self._take_figure(find_target_volatilities(self.left.lower()), "volatility")
        amount = self._take_figure(find_amounts(self.left.lower()), "amount of money")
        weights = self._take_weights()
        periods = self._take_periods()
        count = self._take_figure(find_counts(self.left.lower()), "number of rows")
        mentions += self._take_mentions(find_unknown_tickers(self.left, self.lexicon))
        mentions.sort(key=lambda mention: mention.start)
        self._check(mentions)
        self._blank_pointing(mentions)
        phrases = read_phrases(self.left, self.lexicon)
        concepts = phrases.concepts | windows.concepts | ({"rsi"} if "rsi" in rules.lower() else set())
        concepts |= set() if target is None else {"volatility"}
        concepts |= {"yearly"} if any(FISCAL.search(each.words) for each in periods) else set()
        period = self._choose_period(periods, concepts)
        self._check_beginning(period, concepts, amount)
        if rules and not concepts & TESTED:
            phrases.missing.append((self.lexicon.capabilities["trading"], rules))
        of_members = phrases.has_plural_beside_symbols and _may_have_members(mentions)
        return Reading(
            text=self.text,
            mentions=tuple(mentions),
            concepts=frozenset(concepts),
            period=period,
            window=windows.one,
            window_pair=windows.pair,
            windows=windows.several,
            limits=limits,
            level=level,
            target_volatility=target,
            count=None if count is None else int(count),
            risk_free=risk_free,
            confidence=confidence,
            amount=amount,
            weights=weights,
            order=self._order(phrases, concepts),
            asks_all_stocks=phrases.has_plural or of_members,
            group_count=phrases.group_count,
            missing=tuple(sorted(phrases.missing, key=lambda item: item[0].rank)),
            unknown=tuple(phrases.unknown),
            problems=tuple(self.problems),
        )

    def _blank(self, start: int, end: int, sign: str = " ") -> None:
        self.left = self.left[:start] + sign.ljust(end - start) + self.left[end:]

    def _take_mentions(self, found: list[Mention]) -> list[Mention]:
        for mention in found:
            self._blank(mention.start, mention.end, SYMBOL)
        return found

    def _take_figure(self, found: list[Figure], name: str) -> float | None:
        for figure in found:
            self._blank(figure.start, figure.end)
        if len(found) > 1:
            self.problems.append(f"The question names more than one {name}; ask for one at a time.")
        return found[0].value if found else None

    def _take_windows(self) -> Windows:
        windows = read_windows(self.left.lower())
        for start, end in windows.places:
            self._blank(start, end)
        self.problems += windows.problems
        return windows

    def _take_rules(self, crosses: bool) -> tuple[Limits | None, str]:
        """The limits of a strategy's RSI, and its rules in words."""
        limits = find_limits(self.left.lower())
        places = list(limits.places) if limits else []
        places += find_crossing_rules(self.left.lower()) if crosses else []
        rules = ", ".join(self.text[start:end] for start, end in sorted(places))
        for start, end in places:
            kept = re.sub(r"[^*]", " ", self.left[start:end])
            self.left = self.left[:start] + kept + self.left[end:]
        return limits, rules

    def _take_level(self) -> Level | None:
        level = find_level(self.left.lower())
        if level:
            self._blank(*level.place)
        return level

    def _take_weights(self) -> tuple[float, ...]:
        found = sorted(find_weights(self.left.lower()), key=lambda weight: weight.start)
        for figure in found:
            self._blank(figure.start, figure.end)
        if found and (
            len(found) != self.left.count(SYMBOL) or abs(sum(f.value for f in found) - 1) > WEIGHTS_SLACK
        ):
            self.problems.append("Weights need one percentage for each symbol, which together make 100 %.")
        return tuple(figure.value for figure in found)

    def _take_periods(self) -> list[Period]:
        found = find_periods(self.left.lower())
        self.problems += [
            f"The period {item.period}." for item in found if isinstance(item.period, UnclearPeriod)
        ]
        for item in found:
            self._blank(item.start, item.end)
        return [item.period for item in found if isinstance(item.period, Period)]

    def _choose_period(self, periods: list[Period], concepts: set[str]) -> Period | None:
        if len(periods) > 1 and "return" in concepts <= YEAR_BY_YEAR and are_years(periods):
            concepts.add("yearly")
        if len(periods) > 1 and concepts & SPLIT_BY_CALENDAR and (whole := join_touching(periods)):
            return whole
        if len(periods) > 1:
            words = " and ".join(repr(period.words) for period in periods[:2])
            self.problems.append(f"The question names more than one period, {words}; ask for one at a time.")
        return periods[0] if periods else None

    def _check_beginning(self, period: Period | None, concepts: set[str], amount: float | None) -> None:
        """ "Worth in 2015" and "invested in 2015" are not the same year."""
        if period is None or not (period.is_ago or (period.is_named and "worth" in concepts)):
            return
        # "$100 in KO 5 years ago be worth", not "be worth 5 years ago".
        place = self.text.lower().find
        began = period.is_ago and amount and place(period.words) < place(" worth")
        if not began and not concepts & INVESTMENTS:
            self.problems.append(
                f"The period {period.words!r} is not clear: write 'over the last ...' or the dates."
            )

    def _blank_pointing(self, mentions: list[Mention]) -> None:
        for start, end in list(find_appositions(self.left, mentions)):
            self._blank(start, end)
        for match in POINTING.finditer(self.left):
            self._blank(*match.span())

    def _check(self, mentions: list[Mention]) -> None:
        if len({mention.kind == "crypto" for mention in mentions}) > 1:
            self.problems.append(
                "Stocks and crypto currencies trade on different days; ask about each apart."
            )
        if LISTED_A.search(self.left):
            self.problems.append("'A' can mean $A or a; write the one that you mean.")
        for mention in mentions:
            if mention.kind == "choice":
                choices = " or ".join(mention.symbols)
                self.problems.append(f"{mention.words!r} can mean {choices}; write the one that you mean.")

    def _order(self, phrases: PhraseReading, concepts: set[str]) -> Order | None:
        """What `best` means depends on what is ranked; without a direction the highest comes first."""
        good = {self.lexicon.good[concept] for concept in concepts if concept in self.lexicon.good}
        found: set[Order] = set()
        for name in phrases.orders - {"default"}:
            if name in ("highest", "lowest"):
                found.add("highest" if name == "highest" else "lowest")
            elif len(good) == 1:
                found.add("highest" if (name == "best") == (good == {"highest"}) else "lowest")
            else:
                self.problems.append(f"It is not clear what {name!r} means here; say highest or lowest.")
        if len(found) > 1:
            self.problems.append("The question asks for both ends of a ranking; ask for one at a time.")
        if not found and "default" in phrases.orders:
            return "highest"
        return found.pop() if len(found) == 1 else None


def _may_have_members(mentions: list[Mention]) -> bool:
    """Whether "... stocks" may mean those inside: of an index, a fund, or a word that looks like a ticker."""
    kinds = [mention.kind for mention in mentions]
    return "index" in kinds or "fund" in kinds or kinds == ["unknown"]
