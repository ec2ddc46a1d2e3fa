"""How many bars averages and indicators look back: one number, the two of a crossing, or several."""

import re
from dataclasses import dataclass, field

from api_server.language.figures import Figure, find_figures
from api_server.language.periods import NUMBER

AVERAGE = r"(?:simple )?(?:moving[ -]averages?|sma|dma|ma)\b"
INDICATOR = (
    r"(?:rsi|relative strength index|atr|average true range|emas?|exponential (?:moving )?averages?|adx|"
    r"stochastic|mfi|money flow index|cci|commodity channel index|williams %r|roc|rate of change|bollinger)\b"
)
LOOK_BACK = rf"{NUMBER}[ -]?(?:trading[ -])?(?:days?|d|periods?|sessions?)"
CROSSES = r"cross(?:es|ing)? (?:above|over)"
COUNTED = r"\d{1,3}(?:[ -]?(?:days?|d))?"
SEVERAL = rf"(?P<list>{COUNTED}(?:(?:, ?(?:and )?| and | ?& ?| ?/ ?){COUNTED})+)"

PAIRS = (
    rf"(?P<first>\d{{1,4}})(?:[ -]?days?)? ?(?:/|and|vs|over) ?(?:the |its )?(?P<second>\d{{1,4}})"
    rf"(?:[ -]?days?)?[ -]?(?:{AVERAGE}|(?=(?:golden |death )?cross))",
    rf"(?P<first>\d{{1,3}})(?:[ -]?days?)?[ -]?(?:{AVERAGE}|average)? ?(?P<crosses>{CROSSES}) (?:the |its )?"
    rf"(?P<second>\d{{1,3}})(?:[ -]?days?)?(?:[ -]?(?:{AVERAGE}|average\b))?",
)
LISTS = (
    rf"{SEVERAL}[ -]?(?P<average>{AVERAGE}|averages\b)",
    rf"{SEVERAL}[ -]?(?={INDICATOR})",
    rf"(?P<average>{AVERAGE}) (?:of|over|for) {SEVERAL}(?: days)?(?![\w/%])",
)
AVERAGES = (
    rf"{NUMBER}[ -]?(?:trading[ -])?(?:days?|d|sessions?)?[ -]?{AVERAGE}",
    r"(?:sma|dma|ma) ?\(?(?P<number>\d{1,4})\)?",
    rf"{AVERAGE} (?:of|over) (?:the )?(?:last |past )?{NUMBER} (?:trading )?(?:days|sessions)\b",
)
INDICATORS = (
    rf"{LOOK_BACK}[ -]?(?={INDICATOR})",
    rf"{NUMBER}[ -](?={INDICATOR})",
    rf"{INDICATOR}(?P<taken> ?\(? ?{NUMBER}\)?)(?![\w/%])(?! (?:trading )?(?:days?|weeks?|months?|years?)\b)",
    rf"rolling (?P<taken>{LOOK_BACK})\b",
    rf"{LOOK_BACK}[ -](?=rolling\b)",
    rf"{LOOK_BACK}[ -](?=(?:closing )?(?:highs?|lows?)\b)",
)
IN_A_RANGE = re.compile(r"\b(?:range|percentile|stands?|sits?)\b")
OF_A_RANGE = rf"{LOOK_BACK}[ -](?=vol(?:atility)?\b)"
"""Where a place in a range is asked for, "the 20-day volatility" is a rolling one."""
TOO_MANY = "The question names more than one {}; ask for one at a time."


@dataclass
class Windows:
    """What a text says of windows. `places` are its parts that say it; an indicator's name stays in it."""

    one: int | None = None
    pair: tuple[int, int] | None = None
    """The short and the long average of a crossing."""
    several: tuple[int, ...] = ()
    """Those of one indicator that is asked for over several."""
    are_averages: bool = False
    crosses: bool = False
    """Whether it says that the averages of `pair` cross."""
    places: list[tuple[int, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def concepts(self) -> set[str]:
        """What the places say beside numbers."""
        return {
            name
            for name, is_said in (("moving_average", self.are_averages), ("crossover", self.crosses))
            if is_said
        }


def read_windows(text: str) -> Windows:
    """The windows in `text`, which is in lower case."""
    found = Windows()
    text = _read_pairs(found, text)
    several = _read_lists(found, text)
    averages = find_figures(AVERAGES, text := _without(text, found.places))
    found.places += [(figure.start, figure.end) for figure in averages]
    found.are_averages = found.are_averages or found.pair is not None or bool(averages)
    patterns = (*INDICATORS, OF_A_RANGE) if IN_A_RANGE.search(text) else INDICATORS
    others = find_figures(patterns, _without(text, found.places))
    found.places += [(figure.start, figure.end) for figure in others]
    if len(averages) > 1:
        several.append(_whole(averages))
    ones = [*_whole(averages), *_whole(others)] if len(averages) < 2 else _whole(others)
    if len(several) > 1 or len(ones) > 1 or (several and ones):
        found.problems.append(TOO_MANY.format("number of days"))
    found.several = several[0] if several else ()
    found.one = ones[0] if ones else None
    return found


def _read_pairs(found: Windows, text: str) -> str:
    """The text without its pairs."""
    matches = [
        match for pattern in PAIRS for match in re.finditer(rf"(?<![\w.])(?<!\d,)(?<!\d, ){pattern}", text)
    ]
    if len(matches) > 1:
        found.problems.append(TOO_MANY.format("pair of averages"))
    for match in matches:
        first, second = int(match["first"]), int(match["second"])
        found.pair = found.pair or (min(first, second), max(first, second))
        found.crosses = found.crosses or "crosses" in match.groupdict()
        found.places.append(match.span())
    return _without(text, found.places)


def _read_lists(found: Windows, text: str) -> list[tuple[int, ...]]:
    several = []
    for pattern in LISTS:
        for match in re.finditer(rf"(?<![\w.]){pattern}", text):
            several.append(tuple(map(int, re.findall(r"\d+", match["list"]))))
            found.are_averages = found.are_averages or "average" in match.groupdict()
            found.places.append(match.span())
        text = _without(text, found.places)
    return several


def _whole(figures: list[Figure]) -> tuple[int, ...]:
    return tuple(int(figure.value) for figure in figures)


def _without(text: str, places: list[tuple[int, int]]) -> str:
    """`text` with signs that match nothing in these places."""
    for start, end in places:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text
