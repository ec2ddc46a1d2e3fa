"""Whom a question is about, in words: to carry it into the next question, or to put another in its place."""

import re
from collections.abc import Sequence

from api_server.dialogue.fragments import Fragment
from api_server.dialogue.parts import Cut, Part, PartKind
from api_server.dialogue.rewriting import Rewriter, join, symbol_groups

LEADING = re.compile(
    r"^(?:please |can you |could you |show me |show |give me |list |get |find |what (?:are|were|is|was) |"
    r"which (?:are|were) |who (?:are|were) |tell me |display |the )+",
    re.IGNORECASE,
)
RELATION = re.compile(r"\b(vs\.?|versus|against|to|with|for|than|from)\s+(?:the )?$", re.IGNORECASE)
PAIRED = frozenset(["correlation", "correlation_matrix", "compare", "compared", "comparison", "vs", "versus"])
MINE = re.compile(r"\b(?:my|i|am i|mine|our)\b", re.IGNORECASE)
OWN = {"positions": "my positions", "holdings": "my holdings", "orders": "my orders"}


def symbols_of(parts: Sequence[Part]) -> list[str]:
    """The symbols of these parts, each once; of a shared name, the first."""
    named = [part.value.split("|")[0].split(" ") for part in parts if part.kind is PartKind.SYMBOL]
    return list(dict.fromkeys(symbol for symbols in named for symbol in symbols))


def wanted_symbols(cut: Cut) -> list[str]:
    """The symbols of a follow-up, without those that it takes back: "not AAPL, MSFT"."""
    denied = re.compile(r"\b(?:not|instead of|rather than|in place of)\s+(?:for )?$", re.IGNORECASE)
    return symbols_of([part for part in cut.parts if not denied.search(cut.text[: part.start])])


def subject_text(cut: Cut) -> str:
    """Whom the question is about: "AAPL and MSFT", "the top 10 gainers today"; empty when nobody."""
    symbols = symbols_of(cut.parts)
    if symbols:
        return join(symbols)
    universes = [part.words for part in cut.of(PartKind.UNIVERSE)]
    if universes:
        return with_mine(universes[0])
    for part in cut.of(PartKind.TOPIC):
        if part.value in OWN:
            return OWN[part.value]
        if part.family == "market" and part.value not in ("market_open", "market_close", "market_hours"):
            return f"the {LEADING.sub('', cut.text.rstrip(' ?.!'))}"
    return "my portfolio" if MINE.search(cut.text) else ""


def with_mine(words: str) -> str:
    """As in "portfolio" alone is the caller's own."""
    is_own = words.lower() in ("portfolio", "account", "watchlist", "holdings", "positions")
    return f"my {words}" if is_own else words


def is_plural(cut: Cut, entities: Sequence[str]) -> bool:
    """Whether the question was about several."""
    one = len(symbols_of(cut.parts)) == 1
    return not one and (len(symbols_of(cut.parts)) > 1 or bool(entities) or bool(subject_text(cut)))


def change_subject(rewriter: Rewriter, fragment: Fragment) -> bool:
    """Put the fragment's symbols or universe where the base names its own. Whether anything changed."""
    cut = rewriter.cut
    if fragment.has_cue("remove"):
        return _remove(rewriter, fragment)
    symbols = wanted_symbols(fragment.cut)
    universes = [with_mine(part.words) for part in fragment.cut.of(PartKind.UNIVERSE)]
    if fragment.groups and fragment.has_cue("only") and not symbols:
        rewriter.append(f", only {join(fragment.groups)}")
        return True
    if not symbols and not universes:
        return False
    names = [*symbols, *universes]
    if (fragment.has_cue("add") and not fragment.has_cue("only")) or _completes(fragment, cut, names):
        _add(rewriter, fragment, names)
    else:
        _put(rewriter, fragment, names)
    return cut is rewriter.cut


def put_names(rewriter: Rewriter, names: str) -> None:
    """Put `names` in the place of all that the base is about."""
    subjects = rewriter.cut.of(PartKind.SYMBOL, PartKind.UNIVERSE)
    if subjects:
        rewriter.replace(subjects[0].start, subjects[-1].end, names)
    else:
        rewriter.append(f" for {names}")


def _completes(fragment: Fragment, cut: Cut, names: list[str]) -> bool:
    """As in "And INTC" after a comparison of several: one alone cannot be compared."""
    needs_several = any(part.value in PAIRED for part in cut.parts)
    return (
        len(names) == 1
        and needs_several
        and len(symbol_groups(cut)) == 1
        and len(symbols_of(cut.parts)) > 1
        and not fragment.has_cue("instead", "only")
    )


def _put(rewriter: Rewriter, fragment: Fragment, names: list[str]) -> None:
    cut = rewriter.cut
    groups = symbol_groups(cut)
    universes = cut.of(PartKind.UNIVERSE)
    if groups:
        chosen = _chosen(groups, fragment, cut)
        rewriter.replace(chosen[0].start, chosen[-1].end, join(names))
        for other in groups if len(groups) == 1 or _is_all_new(names, groups) else ():
            if other is not chosen:
                rewriter.replace(_start_with_relation(cut, other), other[-1].end, "")
    elif universes:
        rewriter.replace(_with_article(cut, universes[0]), universes[0].end, join(names))
    elif own := _own_account(cut, fragment):
        rewriter.replace(own[0], own[1], join(names))
    else:
        rewriter.append(f" for {join(names)}")


def _own_account(cut: Cut, fragment: Fragment) -> tuple[int, int] | None:
    """Where the base names another part of the account: "my current positions"."""
    part = next((part for part in cut.of(PartKind.TOPIC) if part.value in OWN), None)
    if part is None or not fragment.cut.of(PartKind.UNIVERSE):
        return None
    mine = re.search(r"\bmy $", cut.text[: part.start], re.IGNORECASE)
    return (mine.start() if mine else part.start), part.end


def _is_all_new(names: list[str], groups: list[list[Part]]) -> bool:
    """Whether as many were named as the base compares: "AMD vs NVDA" after "AAPL vs MSFT"."""
    return len(names) > 1 and len(names) >= sum(len(group) for group in groups)


def _add(rewriter: Rewriter, fragment: Fragment, names: list[str]) -> None:
    cut = rewriter.cut
    groups = symbol_groups(cut)
    relation = _relation(fragment)
    against = next((group for group in groups if relation and _relation_before(cut, group[0])), None)
    if against:
        rewriter.replace(against[0].start, against[-1].end, join(names))
    elif relation and not cut.text.lower().startswith("compare"):
        rewriter.append(f" {relation} {join(names)}")
    elif groups:
        own = symbols_of(groups[0])
        new = [name for name in names if name not in own]
        rewriter.replace(groups[0][0].start, groups[0][-1].end, join([*own, *new]))
    elif cut.of(PartKind.UNIVERSE):
        part = cut.of(PartKind.UNIVERSE)[-1]
        rewriter.replace(part.end, part.end, f" and {join(names)}")
    else:
        rewriter.append(f" and {join(names)}")


def _relation(fragment: Fragment) -> str:
    """The word by which a comparison is asked: "vs", "against"; empty when a member is added."""
    words = " ".join(cue.words for cue in fragment.cues if cue.value == "add")
    found = re.search(r"\b(vs|versus|against|compared?)\b", words)
    return "" if found is None else "compared to" if found[1].startswith("compare") else found[1]


def _remove(rewriter: Rewriter, fragment: Fragment) -> bool:
    cut = rewriter.cut
    symbols = symbols_of(fragment.cut.parts)
    own = symbols_of(cut.parts)
    kept = [symbol for symbol in own if symbol not in symbols]
    groups = symbol_groups(cut)
    if symbols and len(groups) == 1 and kept and len(kept) < len(own):
        rewriter.replace(groups[0][0].start, groups[0][-1].end, join(kept))
        return True
    left_out = symbols or [_after_cue(fragment)]
    if not any(left_out):
        return False
    rewriter.append(f", excluding {join(left_out)}")
    return True


def _after_cue(fragment: Fragment) -> str:
    end = next(cue.end for cue in fragment.cues if cue.value == "remove")
    return fragment.cut.text[end:].strip(" ,.?!")


def _chosen(groups: list[list[Part]], fragment: Fragment, cut: Cut) -> list[Part]:
    """The group to replace: the one that stands after the same word as in the fragment, else the first."""
    first = fragment.cut.of(PartKind.SYMBOL, PartKind.UNIVERSE)[0]
    relation = _relation_before(fragment.cut, first)
    same = [group for group in groups if relation and _relation_before(cut, group[0]) == relation]
    return same[0] if same else groups[0]


def _relation_before(cut: Cut, part: Part) -> str:
    match = RELATION.search(cut.text[: part.start])
    return match[1].lower().rstrip(".") if match else ""


def _start_with_relation(cut: Cut, group: list[Part]) -> int:
    match = RELATION.search(cut.text[: group[0].start])
    return match.start() if match else group[0].start


def _with_article(cut: Cut, part: Part) -> int:
    match = re.search(r"\bthe $", cut.text[: part.start], re.IGNORECASE)
    return match.start() if match else part.start
