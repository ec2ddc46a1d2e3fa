"""What a vague question is taken to mean: the sensible default, said as such, and its alternatives."""

import re
from dataclasses import dataclass, replace

from api_server.dialogue.meaning import asks_where_it_is
from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.rewriting import Rewriter, as_sentence, join
from api_server.dialogue.subjects import subject_text, symbols_of
from api_server.dialogue.terms import Terms
from schemas.understanding import Alternative

CERTAIN, DEFAULT_PERIOD, DEFAULT_TOPIC, DEFAULT_SUBJECT, UNCLEAR = 1.0, 0.9, 0.7, 0.45, 0.3
PERIOD = "over the last year"
PRICE_CHARTS = frozenset(["chart"])
OF_ANY = re.compile(
    r"\b(?:which|what|any)\b.*\b(?:stocks?|companies|etfs?|funds?|coins?|cryptos?)\b", re.IGNORECASE
)
WHAT_IT_DOES = re.compile(r"\bwhat (?:does|do) .+ do\b", re.IGNORECASE)
LISTED = frozenset(["my holdings", "my orders", "my watchlist"])


@dataclass(frozen=True)
class Expansion:
    """`question` equals the one that was asked when nothing had to be assumed."""

    question: str
    confidence: float = CERTAIN
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    names: tuple[str, ...] = ()
    """What the names in the question were read as, which holds without the defaults too."""


def expand(cut: Cut, terms: Terms) -> Expansion:
    """The question with what it leaves open filled in."""
    if not is_financial(cut):
        return Expansion(cut.text)
    names = tuple(
        f"“{part.words}” was read as {_read_as(part)}"
        for part in cut.of(PartKind.SYMBOL)
        if _is_by_name(part)
    )
    expansion = (
        _choice(cut)
        or _with_output(_topicless(cut, terms), cut)
        or _subjectless(cut, terms)
        or _timeless(cut, terms)
        or Expansion(cut.text)
    )
    return replace(expansion, names=names)


def is_financial(cut: Cut) -> bool:
    """Whether anything in it belongs to our field."""
    return bool(cut.of(PartKind.SYMBOL, PartKind.UNIVERSE, PartKind.TOPIC))


def _is_by_name(part: Part) -> bool:
    return part.family not in ("choice", "unknown") and part.words.strip("$").upper() not in part.value.split(
        " "
    )


def _read_as(part: Part) -> str:
    return join(part.value.split(" "))


def _choice(cut: Cut) -> Expansion | None:
    """A name that several symbols share: the first is taken, the others are offered."""
    part = next(
        (part for part in cut.of(PartKind.SYMBOL) if part.family == "choice" and "$" not in part.value), None
    )
    if part is None:
        return None
    first, *others = part.value.split("|")
    return Expansion(
        _with(cut, part, first),
        DEFAULT_TOPIC,
        (f"“{part.words}” was read as {first}; {join(others)} exists too",),
        tuple(
            Alternative(question=_with(cut, part, other), reason=f"“{part.words}” as {other}")
            for other in others
        ),
    )


def _with(cut: Cut, part: Part, symbol: str) -> str:
    rewriter = Rewriter(cut)
    rewriter.replace_part(part, symbol)
    return rewriter.finish()


def _topicless(cut: Cut, terms: Terms) -> Expansion | None:
    """Only somebody is named: "apple", "compare apple and tesla", "how's my portfolio?"."""
    says_more = [
        part
        for part in cut.of(PartKind.WORD, PartKind.NUMBER, PartKind.DIRECTION, PartKind.FREQUENCY)
        if part.value not in terms.sets["vague"]
    ]
    says_more += [part for part in cut.of(PartKind.FILLER) if asks_where_it_is(part, cut)]
    is_vague = all(part.value in ("day_change",) for part in cut.of(PartKind.TOPIC))
    if says_more or not is_vague or (cut.of(PartKind.TOPIC) and cut.of(PartKind.SYMBOL)):
        return None
    symbols, subject = symbols_of(cut.parts), subject_text(cut)
    is_listed = any(part.value in LISTED for part in cut.of(PartKind.UNIVERSE)) or subject == "my account"
    if is_listed or WHAT_IT_DOES.search(cut.text):
        return None  # to be named, or described, is what is asked of them
    if any(part.value in PRICE_CHARTS for part in cut.of(PartKind.OUTPUT)) and len(symbols) < 2:
        return _timeless_chart(cut)
    period = "" if cut.of(PartKind.PERIOD) else f" {PERIOD}"
    own = " ".join(part.words for part in cut.of(PartKind.PERIOD)) or PERIOD
    are_coins = any(part.family == "crypto" for part in cut.of(PartKind.SYMBOL))
    if len(symbols) > 1:
        return _several(subject, own, are_coins=are_coins)
    if symbols and period:
        return _one(subject, _of_coin(subject) if are_coins else _of_company(subject))
    if symbols:
        return Expansion(
            as_sentence(f"How did {subject} perform {own}?"), DEFAULT_TOPIC, ("the return is meant",)
        )
    if subject == "my portfolio" and period:
        return Expansion(
            f"What are the value of {subject}, today's profit and loss, and the largest gain and loss?",
            DEFAULT_TOPIC,
            ("value and profit and loss of today are meant",),
            (Alternative(question=f"What is the risk of {subject}?", reason="its risk"),),
        )
    return Expansion(
        as_sentence(f"How did {subject} perform {own}?"), DEFAULT_TOPIC, ("the return is meant",)
    )


def _timeless_chart(cut: Cut) -> Expansion | None:
    """As in "Plot KO": that its price is meant needs no words, but for how long does."""
    if cut.of(PartKind.PERIOD):
        return Expansion(cut.text)
    rewriter = Rewriter(cut)
    rewriter.append(f" {PERIOD}")
    return Expansion(rewriter.finish(), DEFAULT_PERIOD, ("no period was named, so the last year was taken",))


def _with_output(expansion: Expansion | None, cut: Cut) -> Expansion | None:
    """With the table or chart that was asked for."""
    if expansion is None:
        return None
    said = expansion.question.lower()
    outputs = [part for part in cut.of(PartKind.OUTPUT) if part.words.lower() not in said]
    wanted = dict.fromkeys(part.value.replace("_", " ") for part in outputs)
    if not wanted:
        return expansion
    mark = "?" if expansion.question.endswith("?") else ""
    question = f"{expansion.question.rstrip('?')} as a {' and '.join(wanted)}{mark}"
    return replace(expansion, question=question)


def _one(symbol: str, alternatives: tuple[Alternative, ...]) -> Expansion:
    return Expansion(
        f"What are the latest price, today's change and the 1-month return of {symbol}?",
        DEFAULT_TOPIC,
        ("the price and its latest changes are meant",),
        alternatives,
    )


def _of_company(symbol: str) -> tuple[Alternative, ...]:
    return (
        Alternative(question=f"What is the P/E ratio of {symbol}?", reason="the company"),
        Alternative(
            question=f"What are the volatility and maximum drawdown of {symbol} {PERIOD}?", reason="the risk"
        ),
        Alternative(question=f"What is the latest news on {symbol}?", reason="the news"),
    )


def _of_coin(symbol: str) -> tuple[Alternative, ...]:
    """Nobody reports its earnings."""
    return (
        Alternative(question=f"How has {symbol} performed {PERIOD}?", reason="the return"),
        Alternative(question=f"What was the maximum drawdown of {symbol} {PERIOD}?", reason="the risk"),
    )


def _several(subject: str, period: str, *, are_coins: bool) -> Expansion:
    together = Alternative(
        question=f"What is the correlation of {subject} {period}?", reason="how they move together"
    )
    companies = Alternative(question=f"Compare the P/E ratios of {subject}", reason="the companies")
    return Expansion(
        f"Compare the return, volatility and maximum drawdown of {subject} {period}",
        DEFAULT_TOPIC,
        (f"return and risk {period} are compared",),
        (together,) if are_coins else (companies, together),
    )


def _subjectless(cut: Cut, terms: Terms) -> Expansion | None:
    """Something is asked and nobody is named."""
    topics = cut.of(PartKind.TOPIC)
    if cut.of(PartKind.SYMBOL) or subject_text(cut) or not topics:
        return None
    if OF_ANY.search(cut.text) or not all(part.family in ("series", "now", "company") for part in topics):
        return None
    if cut.of(PartKind.WORD) or cut.of(PartKind.NUMBER):
        return Expansion(cut.text, UNCLEAR)
    names = join([terms.topics[part.value].noun for part in topics])
    return Expansion(
        as_sentence(f"{cut.text.rstrip(' ?.!')} of SPY"),
        DEFAULT_SUBJECT,
        ("no symbol was named, so the S&P 500 (SPY) was taken",),
        (Alternative(question=f"What is the {names} of my portfolio?", reason="your own portfolio"),),
    )


def _timeless(cut: Cut, terms: Terms) -> Expansion | None:
    """A statistic of a period, and no period."""
    is_over_period = any(part.value in terms.sets["over_a_period"] for part in cut.of(PartKind.TOPIC))
    says_when = cut.of(PartKind.PERIOD, PartKind.NUMBER, PartKind.FREQUENCY) or any(
        part.family in ("place", "time") for part in cut.of(PartKind.DIRECTION)
    )
    if not is_over_period or says_when or (cut.of(PartKind.WORD) and not _is_comparison(cut, terms)):
        return None
    rewriter = Rewriter(cut)
    rewriter.append(f" {PERIOD}")
    return Expansion(
        as_sentence(rewriter.finish()), DEFAULT_PERIOD, ("no period was named, so the last year was taken",)
    )


def _is_comparison(cut: Cut, terms: Terms) -> bool:
    return all(part.value in terms.sets["vague"] for part in cut.of(PartKind.WORD))
