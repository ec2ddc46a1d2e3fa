"""What a vague question is taken to mean: the sensible default, said as such, and its alternatives."""

from dataclasses import dataclass

from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.rewriting import Rewriter, as_sentence, join
from api_server.dialogue.subjects import subject_text, symbols_of
from api_server.dialogue.terms import Terms
from schemas.understanding import Alternative

CERTAIN, DEFAULT_PERIOD, DEFAULT_TOPIC, DEFAULT_SUBJECT, UNCLEAR = 1.0, 0.9, 0.7, 0.45, 0.3
PERIOD = "over the last year"


@dataclass(frozen=True)
class Expansion:
    """`question` equals the one that was asked when nothing had to be assumed."""

    question: str
    confidence: float = CERTAIN
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


def expand(cut: Cut, terms: Terms) -> Expansion:
    """The question with what it leaves open filled in."""
    if not is_financial(cut):
        return Expansion(cut.text)
    named = [
        f"“{part.words}” was read as {_read_as(part)}"
        for part in cut.of(PartKind.SYMBOL)
        if _is_by_name(part)
    ]
    expansion = (
        _choice(cut)
        or _topicless(cut, terms)
        or _subjectless(cut, terms)
        or _timeless(cut, terms)
        or Expansion(cut.text)
    )
    return Expansion(
        expansion.question,
        expansion.confidence,
        (*named, *expansion.assumptions),
        expansion.alternatives,
    )


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
        for part in cut.of(PartKind.WORD, PartKind.NUMBER, PartKind.DIRECTION)
        if part.value not in terms.sets["vague"]
    ]
    is_vague = all(part.value in ("day_change",) for part in cut.of(PartKind.TOPIC))
    if says_more or not is_vague or (cut.of(PartKind.TOPIC) and cut.of(PartKind.SYMBOL)):
        return None
    symbols, subject = symbols_of(cut.parts), subject_text(cut)
    period = "" if cut.of(PartKind.PERIOD) else f" {PERIOD}"
    own = " ".join(part.words for part in cut.of(PartKind.PERIOD)) or PERIOD
    if len(symbols) > 1:
        return _several(subject, own)
    if symbols and period:
        return _one(subject)
    if symbols:
        return Expansion(
            as_sentence(f"How did {subject} perform {own}?"), DEFAULT_TOPIC, ("the return is meant",)
        )
    if subject in ("my portfolio", "my account"):
        return Expansion(
            f"What are the value, today's profit and loss, and the largest gain and loss in {subject}?",
            DEFAULT_TOPIC,
            ("value and profit and loss of today are meant",),
            (
                Alternative(
                    question=f"What are the volatility and Sharpe ratio of {subject} {own}?",
                    reason="its risk",
                ),
            ),
        )
    return Expansion(
        as_sentence(f"How did {subject} perform {own}?"), DEFAULT_TOPIC, ("the return is meant",)
    )


def _one(symbol: str) -> Expansion:
    return Expansion(
        f"What are the latest price, today's change and the 1-month return of {symbol}?",
        DEFAULT_TOPIC,
        ("the price and its latest changes are meant",),
        (
            Alternative(
                question=f"What are the P/E ratio, revenue and market cap of {symbol}?", reason="the company"
            ),
            Alternative(
                question=f"What are the volatility and maximum drawdown of {symbol} {PERIOD}?",
                reason="the risk",
            ),
            Alternative(question=f"What is the latest news on {symbol}?", reason="the news"),
        ),
    )


def _several(subject: str, period: str) -> Expansion:
    return Expansion(
        f"Compare the return, volatility and maximum drawdown of {subject} {period}",
        DEFAULT_TOPIC,
        (f"return and risk {period} are compared",),
        (
            Alternative(question=f"Compare the P/E ratio and revenue of {subject}", reason="the companies"),
            Alternative(
                question=f"What is the correlation of {subject} {period}?", reason="how they move together"
            ),
        ),
    )


def _subjectless(cut: Cut, terms: Terms) -> Expansion | None:
    """Something is asked and nobody is named."""
    topics = cut.of(PartKind.TOPIC)
    if cut.of(PartKind.SYMBOL) or subject_text(cut) or not topics:
        return None
    if not all(part.family in ("series", "now", "company") for part in topics):
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
