"""From the parts of a question to its meaning. Errs towards telling questions apart."""

from collections.abc import Iterator, Sequence

from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.terms import Terms
from schemas.understanding import Meaning, MeantNumber

RANKING = frozenset(["highest", "lowest", "best", "worst", "higher", "lower", "better", "worse"])
UNBOUND = frozenset(["extreme", "comparison", "place", "adjustment", "side"])
"""Scales whose words say the same wherever they stand; "above" depends on what stands before it."""
ENDING = frozenset(["to", "by", "through"])
"""Before a period they make it the end of another one: "the return to 2019"."""
JOINING = frozenset(["and", "or"])
COMPARING = frozenset(["compare", "compared", "comparison", "vs", "versus"])
WORDS = (PartKind.WORD, PartKind.FILLER)
CLASSES = {"fund": "stock", "unknown": "stock", "proxy": "proxy", "group": "stock"}


def meaning_of(cut: Cut, terms: Terms) -> Meaning:
    """The meaning of a question that stands alone."""
    content = [part for part in cut.parts if _counts(part, cut, terms)]
    is_free = _is_order_free(content, cut, terms)
    symbols = _symbols(content)
    words = [_word(part) for part in content if part.kind in WORDS or part.family == "proxy"]
    return Meaning(
        topics=_sorted_if(is_free, [part.value for part in content if part.kind is PartKind.TOPIC]),
        symbols=_sorted_if(is_free, symbols),
        universe=tuple(sorted({part.value for part in content if part.kind is PartKind.UNIVERSE})),
        asset_classes=tuple(sorted({_class(part) for part in content if part.kind is PartKind.SYMBOL})),
        periods=tuple(part.value for part in content if part.kind is PartKind.PERIOD),
        frequency=" ".join(part.value for part in content if part.kind is PartKind.FREQUENCY) or None,
        numbers=tuple(
            MeantNumber(role=part.family, value=part.value)
            for part in content
            if part.kind is PartKind.NUMBER
        ),
        directions=_sorted_if(
            is_free, [f"{part.family}:{part.value}" for part in content if part.kind is PartKind.DIRECTION]
        ),
        output=" ".join(dict.fromkeys(part.value for part in content if part.kind is PartKind.OUTPUT))
        or None,
        words=_sorted_if(is_free, words),
        arrangement=() if is_free else tuple(_tokens(content)),
    )


def _counts(part: Part, cut: Cut, terms: Terms) -> bool:
    """Whether a part says anything. A past tense does, unless a period says when."""
    if part.kind is PartKind.FILLER:
        is_bound = part.value in terms.places and _stands_before(part, cut, PartKind.NUMBER)
        is_bound = is_bound or (part.value in ENDING and _stands_before(part, cut, PartKind.PERIOD))
        is_bound = is_bound or asks_where_it_is(part, cut) or _leads_somewhere(part, cut)
        return is_bound or (part.value in terms.past and not cut.of(PartKind.PERIOD))
    if part.kind is PartKind.WORD and part.value == "how":
        return _asks_how_much(part, cut)
    return not (part.kind is PartKind.WORD and part.value == "or" and _is_choice(part, cut))


def asks_where_it_is(part: Part, cut: Cut) -> bool:
    """Whether it is the last word of "What's KO at?", which asks for the price."""
    return part.value == "at" and part is cut.parts[-1]


def _leads_somewhere(part: Part, cut: Cut) -> bool:
    """As in "add it to the list", which is not "from the list"."""
    after = [other for other in cut.parts[cut.parts.index(part) + 1 :] if other.kind is not PartKind.FILLER]
    return part.value == "to" and bool(after) and after[0].kind in (PartKind.WORD, PartKind.FREQUENCY)


def _asks_how_much(part: Part, cut: Cut) -> bool:
    """Whether "how" is more than a way to begin: "how many", "how far", or a manner, as no topic is named."""
    words = cut.of(PartKind.WORD, PartKind.DIRECTION)
    return words != (part,) or not cut.of(PartKind.TOPIC)


def _stands_before(part: Part, cut: Cut, kind: PartKind) -> bool:
    """Whether a part of `kind` follows: "up by 10 %" is not "up to 10 %"."""
    return any(other.kind is kind for other in cut.parts[cut.parts.index(part) + 1 :][:1])


def _is_choice(part: Part, cut: Cut) -> bool:
    """Whether "or" lists whom a superlative chooses from, as "and" would."""
    place = cut.parts.index(part)
    beside = cut.parts[max(place - 1, 0) : place + 2]
    chooses = any(other.value in RANKING for other in cut.of(PartKind.DIRECTION))
    chooses = chooses and cut.text.lower().startswith(("which", "what", "who"))
    return chooses and sum(other.kind is PartKind.SYMBOL for other in beside) == 2


def _is_order_free(content: Sequence[Part], cut: Cut, terms: Terms) -> bool:
    """Whether the parts say the same in any order: one thing is asked of a group, nothing is bound."""
    topics = [part for part in content if part.kind is PartKind.TOPIC]
    directions = [part for part in content if part.kind is PartKind.DIRECTION]
    numbers = [part for part in content if part.kind is PartKind.NUMBER]
    periods = [part for part in content if part.kind is PartKind.PERIOD]
    words = [part for part in content if part.kind in WORDS and part.value not in COMPARING]
    symbols = _symbols(content)
    if any(part.family not in UNBOUND for part in directions):
        return False
    if len(directions) > 1 or len(numbers) > 1 or len(periods) > 1 or len(words) > 1:
        return False
    if len(topics) > 1 and (directions or numbers or words or not _are_joined(topics, cut)):
        return False
    if len(symbols) > 1:
        is_ranking = all(part.value in RANKING for part in directions)
        is_symmetric = all(part.value in terms.sets["symmetric"] for part in topics)
        return is_ranking and is_symmetric and not words and not numbers
    return not (directions and numbers and words)


def _are_joined(topics: Sequence[Part], cut: Cut) -> bool:
    """Whether topics stand beside one another: "revenue, EPS and net debt"."""
    between = cut.parts[cut.parts.index(topics[0]) : cut.parts.index(topics[-1])]
    return all(
        part.kind is PartKind.TOPIC or part.value in JOINING or part.value in ("the", "its")
        for part in between
    )


def _symbols(content: Sequence[Part]) -> list[str]:
    named = [part.value.split(" ") for part in content if part.kind is PartKind.SYMBOL]
    return list(dict.fromkeys(symbol for symbols in named for symbol in symbols))


def _class(part: Part) -> str:
    return CLASSES.get(part.family, part.family)


def _word(part: Part) -> str:
    """A residual word; of a fund that stands for a thing, the thing."""
    if part.family == "proxy":
        return part.words.lower()
    return "compare" if part.value in COMPARING else part.value


def _tokens(content: Sequence[Part]) -> Iterator[str]:
    for part in content:
        family = f"{part.family} " if part.kind in (PartKind.NUMBER, PartKind.DIRECTION) else ""
        value = _word(part) if part.kind in WORDS else part.value
        yield f"{part.kind}={family}{value}"


def _sorted_if(is_free: bool, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(values))) if is_free else tuple(values)
