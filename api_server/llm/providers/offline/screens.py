"""Questions that rank a universe by a figure: which recipe answers them, and with which parameters.

The words left beside the universe have to be those of one figure, all of them: "rising", "after gaps" or
"stable" are in no entry, so a question with them is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from api_server.language.mentions import Mention
from api_server.language.reading import Order, Reading

UNIVERSES: Mapping[str, str] = {
    "holdings": "holdings",
    "funds": "funds",
    "active": "active",
    "sectors": "sectors",
    "coins": "crypto",
}
"""Concepts that name a universe, and its value."""

SECTORS = frozenset(["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"])
"""The group of symbols that is a universe too."""

BARE_UNIVERSE = "active"
"""Who is meant by "symbols" or "stocks" without more, which the explanation says."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")

ABOVE = (
    "share close above",
    "share close_above",
    "share days_above",
    "days_above",
    "share_days_above",
    "most_days_above",
)
"""Ways to ask for a share of closes."""

CONDITIONS: Mapping[str, str] = {
    "when_it_rose": "rose",
    "when_it_fell": "fell",
    "when_it_led": "beat",
    "when_it_beat": "beat",
}
"""Concepts of the days on which a return counts."""

AVERAGES: Mapping[str, str] = {"moving_average": "sma", "exponential_average": "ema"}

FIGURES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "screen_returns": {
        "return": ("return", "momentum", "momentum return", "rate_of_change"),
        "mean_return": ("mean daily_return",),
        "median_return": ("median daily_return",),
        "up_days": (
            "share up_days",
            "ratio up_days of_all",
            "ratio up_days",
            "share up_days of_all",
            "share_up_days",
            "most_up_days",
            "win_days",
        ),
        "up_weeks": (
            "share up_weeks",
            "ratio up_weeks of_all",
            "ratio up_weeks",
            "share up_weeks of_all",
            "share_up_weeks",
            "most_up_weeks",
            "win_weeks",
        ),
        "skewness": (
            "skew",
            "skew daily_return",
            "skew return",
            "negative_skew",
            "negative_skew daily_return",
        ),
        "excess_kurtosis": ("kurtosis", "kurtosis daily_return", "kurtosis return"),
        "volatility": ("volatility",),
        "variance": ("variance", "variance return", "variance daily_return"),
        "deviation": ("deviation daily_return", "deviation return", "tight_deviation daily_return"),
        "sharpe": ("sharpe",),
        "best_day": ("best_day",),
        "worst_day": ("worst_day",),
        "drawdown": ("drawdown",),
        "rising_streak": ("rising_streak",),
        "distance_from_high": (
            "near_high",
            "far_high",
            "near year_high",
            "far year_high",
            "far_below year_high",
        ),
        "distance_from_low": ("near_low", "far_low", "near year_low", "far year_low", "far_above year_low"),
        "weekday_return": ("a_weekday", "mean a_weekday", "a_weekday return", "mean a_weekday return"),
        "weekday_share": (
            "share up_a_weekday",
            "win_days a_weekday",
            "share_up_a_weekday",
            "most_up_a_weekday",
        ),
    },
    "screen_levels": {
        "above_average": tuple(f"{above} an_average" for above in ABOVE),
        "above_rising_average": (
            *("share close above_rising an_average", "kept_above_rising an_average"),
            "share kept_above_rising an_average",
        ),
        "average_distance": ("far_above an_average", "far_below an_average"),
        "new_highs": (
            *("share new_highs", "most_new_highs"),
            *("share new_year_highs", "most_new_year_highs"),
        ),
        "above_prior_high": tuple(f"{above} prior_high" for above in ABOVE),
        "above_open": ("share close_over_open",),
        "average_slope": ("slope an_average",),
        "band_width": ("band_width", "tight_bands", "wide_bands"),
        "atr_share": ("atr_share",),
        "gap_size": ("gap_size", "mean gap_size"),
        "mean_gap": ("mean_gap",),
        "day_range": ("day_range", "wide_range", "narrow_range"),
        "weekend_gap": ("weekend_gap", "mean weekend_gap"),
        "mean_open_to_close": ("mean open_to_close", "mean_open_to_close"),
        "median_open_to_close": ("median open_to_close",),
        "close_place": ("close_place", "mean close_place"),
    },
    "screen_against": {
        "correlation": ("correlation", "inverse_correlation", "tracking"),
        "beta": ("beta", "beta compare"),
        "mean_return": (
            *("an_event ahead", "an_event return", "an_event mean return", "an_event daily_return mean"),
            *("an_event", "an_event behind", "an_event loss"),
        ),
    },
}
"""The concepts by which each figure of each recipe is asked for."""

WAYS: Mapping[frozenset[str], tuple[str, str]] = {
    frozenset(way.split()): (recipe, figure)
    for recipe, figures in FIGURES.items()
    for figure, ways in figures.items()
    for way in ways
}

HOLDINGS_RANKING = frozenset(["return", "sharpe", "volatility", "drawdown"])
"""Figures by which another recipe ranks holdings."""

INHERENT: Mapping[str, Order] = {
    "best_day": "highest",
    "worst_day": "highest",
    "drawdown": "highest",
    "rising_streak": "highest",
    "most_up_days": "highest",
    "most_up_weeks": "highest",
    "most_up_a_weekday": "highest",
    "most_days_above": "highest",
    "most_new_highs": "highest",
    "most_new_year_highs": "highest",
    "far_above": "highest",
    "far_below": "lowest",
    "tight_bands": "lowest",
    "wide_bands": "highest",
    "wide_range": "highest",
    "narrow_range": "lowest",
    "tight_deviation": "lowest",
    "tracking": "highest",
    "ahead": "highest",
    "behind": "lowest",
    "near_high": "highest",
    "far_high": "lowest",
    "near_low": "lowest",
    "far_low": "highest",
    "near year_high": "highest",
    "far year_high": "lowest",
    "near year_low": "lowest",
    "far year_low": "highest",
}
"""Ways that say themselves what comes first; any other needs a word for it."""

SIZED = frozenset(["best_day", "worst_day", "drawdown", "rising_streak"])
"""Those of them of which the least can come first too."""

TURNED = frozenset(["negative_skew", "inverse_correlation", "loss"])
"""Concepts whose most is the least of the figure."""

DISTANCES = frozenset(["distance_from_high", "distance_from_low"])
"""Figures of the newest day over a number of days, without a period."""

NEEDS_WINDOW = frozenset(
    ["above_average", "above_rising_average", "average_distance", "average_slope", "new_highs"]
)
TAKES_WINDOW = frozenset(["band_width", "atr_share"])
OF_NOW: Mapping[str, int] = {"average_distance": 1, "band_width": 1, "atr_share": 1, "average_slope": 5}
"""Figures that without a period are of so many of the newest days."""

YEAR = 252
EVENT_DAYS_MIN = 20
"""Fewer days are rather those of the event itself."""
MARKET = "SPY"
"""What a beta is to, and who is beaten by what leads, when nobody else is named."""
COMPARED_WITH = re.compile(
    r"\b(?:to|with|against|vs\.?|versus)(?: (?!(?:in|of|from|inside|within)\b)[\w&]+){0,3} ?\(?$", re.I
)
"""What stands before a benchmark; "the stocks in QQQ" is none."""
IDLE = frozenset(["latest", "chart", "table"])
ONE_OF_ALL = re.compile(r"(?:which|what) (?:stock|symbol|ticker) (?!in\b|of\b|from\b)", re.IGNORECASE)
MEMBERS = re.compile(r"^ *(?:stocks?|shares|companies|equities|symbols|tickers|names)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Screen:
    """The recipe that ranks a universe, its parameters and what was assumed."""

    recipe: str
    values: Mapping[str, Any]
    assumptions: tuple[str, ...]


def find_screen(reading: Reading) -> Screen | None:
    """What `reading` ranks; None when it ranks nothing, or by something that no entry accounts for."""
    concepts, details = _name_kinds(_spread(reading.concepts))
    asked = concepts - frozenset(UNIVERSES) - IDLE
    if details is None or asked not in WAYS:
        return None
    recipe, figure = WAYS[asked]
    find = _find_both_sides if recipe == "screen_against" else _find_universe
    universe = find(reading, concepts)
    if universe is None:
        return None
    is_elsewhere = universe.get("universe") == "holdings" and figure in HOLDINGS_RANKING
    # "Which stocks performed best?" is about all there are.
    is_too_wide = _is_bare(reading) and asked == {"return"}
    order, lengths = _order_of(reading, asked), _lengths(reading, figure, asked)
    if (
        is_elsewhere
        or is_too_wide
        or order is None
        or lengths is None
        or _is_length_of_returns(reading, asked)
    ):
        return None
    values = {**universe, **details, **lengths, "measure": figure, "order": order}
    return Screen(recipe, values, tuple(_assumed(reading, asked, universe)))


def _is_length_of_returns(reading: Reading, asked: frozenset[str]) -> bool:
    """Whether the period may be the length of each return or of the event, not the days that are looked at.

    As in "skewness of 5-day returns", or "when it fell for 3 days".
    """
    period = reading.period
    if period is None or not period.days:
        return False
    is_attribute = "-" in period.words or not period.words.endswith("s")
    if asked & {"an_event", "a_weekday", "up_a_weekday"}:
        return is_attribute or ("an_event" in asked and period.days < EVENT_DAYS_MIN)
    return is_attribute and "return" in asked and len(asked) > 1 and "momentum" not in asked


def _lengths(reading: Reading, figure: str, asked: frozenset[str]) -> dict[str, int | None] | None:
    """The number of days of a high, an average or an indicator, and the days of what is of now.

    None when one is missing or means nothing.
    """
    window, has_period = reading.window, reading.period is not None
    if figure in DISTANCES:
        is_year = bool(asked & {"year_high", "year_low"})
        is_clear = not has_period and is_year is (window is None)
        return {"window": YEAR if is_year else window} if is_clear else None
    if "rate_of_change" in asked and has_period is (window is None):
        return {"days": window, "window": None} if window else {}
    if asked & {"new_year_highs", "most_new_year_highs"}:
        return {"window": YEAR} if window is None else None
    if "rate_of_change" in asked or (window is None and figure in NEEDS_WINDOW):
        return None
    if window is not None and figure not in NEEDS_WINDOW | TAKES_WINDOW:
        return None
    given: dict[str, int | None] = {} if window is None else {"window": window}
    return given if has_period or figure not in OF_NOW else {**given, "days": OF_NOW[figure]}


def _spread(concepts: frozenset[str]) -> frozenset[str]:
    """What one phrase says of two things, as two."""
    together = concepts & {"holdings_ahead", "holdings_led"}
    return concepts - together | {"holdings", "ahead"} if together else concepts


def _name_kinds(concepts: frozenset[str]) -> tuple[frozenset[str], dict[str, str] | None]:
    """The concepts with any weekday as `a_weekday` and any average as `an_average`, and which they are.

    None for several of a kind.
    """
    days = [(concept, day) for concept in concepts for day in WEEKDAYS if concept.endswith(f"{day}s")]
    averages = concepts & AVERAGES.keys()
    events = concepts & CONDITIONS.keys()
    details = {}
    for concept, day in days:
        concepts = concepts - {concept} | {concept.replace(f"{day}s", "a_weekday")}
        details["weekday"] = day
    for concept in averages:
        concepts = concepts - {concept} | {"an_average"}
        details["average"] = AVERAGES[concept]
    for concept in events:
        concepts = concepts - {concept} | {"an_event"}
        details["condition"] = CONDITIONS[concept]
    return concepts, None if max(len(days), len(averages), len(events)) > 1 else details


def _find_universe(reading: Reading, concepts: frozenset[str]) -> dict[str, Any] | None:
    """The parameters that say whom to rank; None when that is not clear."""
    named = [UNIVERSES[concept] for concept in sorted(concepts.intersection(UNIVERSES))]
    if _is_bare(reading) or (reading.asks_all_stocks and named == [BARE_UNIVERSE] and not reading.symbols):
        return {"universe": BARE_UNIVERSE}
    if reading.asks_all_stocks:
        return None
    groups = [mention for mention in reading.mentions if mention.kind == "group"]
    if groups and groups == list(reading.mentions) and len(groups) == 1 and named in ([], ["funds"]):
        return {"universe": "sectors"} if set(reading.symbols) == SECTORS else {"symbols": reading.symbols}
    if reading.symbols:
        is_one_list = len(reading.symbols) > 1 and reading.group_count == 1
        return {"symbols": reading.symbols} if is_one_list and not named else None
    return {"universe": named[0]} if len(named) == 1 else None


def _find_both_sides(reading: Reading, concepts: frozenset[str]) -> dict[str, Any] | None:
    """The parameters that say whom to rank, and against whom; None when either is not clear."""
    is_open = reading.asks_all_stocks or ONE_OF_ALL.match(reading.text)
    listed = [mention for mention in reading.mentions if mention.kind == "group"]
    others = [mention for mention in reading.mentions if mention.kind != "group"]
    if not concepts & UNIVERSES.keys() and not listed and not is_open:
        # "Which of A, B and C": the list stands apart from the benchmark.
        if reading.benchmark is None or "tracking" in concepts:
            return None
        listed, others = others[:-1], others[-1:]
    whom = _find_universe(replace(reading, mentions=tuple(listed), group_count=1 if listed else 0), concepts)
    names = [mention.symbols[0] for mention in others]
    against = _find_benchmark(reading, others, names)
    is_mixed = ("/" in "".join(names)) != (whom is not None and whom.get("universe") == "crypto")
    if whom is None or against is None or is_mixed:
        return None
    return {**whom, **against}


def _find_benchmark(reading: Reading, others: list[Mention], names: list[str]) -> dict[str, str] | None:
    """Against whom; None when that is not one, or two where one beats the other."""
    if any(MEMBERS.search(reading.text[mention.end :]) for mention in others):
        return None
    if "when_it_beat" in reading.concepts:
        return {"benchmark": names[0], "rival": names[1]} if len(names) == 2 else None
    if "when_it_led" in reading.concepts:
        return {"benchmark": names[0], "rival": MARKET} if len(names) == 1 and names != [MARKET] else None
    if "beta" in reading.concepts and not names:
        return {"benchmark": MARKET}
    is_said = reading.concepts & {*CONDITIONS, "tracking"} or all(
        COMPARED_WITH.search(reading.text[: mention.start]) for mention in others
    )
    return {"benchmark": names[0]} if len(names) == 1 and is_said else None


def _is_bare(reading: Reading) -> bool:
    """Whether it ranks "stocks" or "symbols" without saying which."""
    asks_all = reading.asks_all_stocks or bool(ONE_OF_ALL.match(reading.text))
    return asks_all and not reading.symbols and not reading.concepts & UNIVERSES.keys()


def _order_of(reading: Reading, asked: frozenset[str]) -> Order | None:
    """Which end comes first; None when the question does not say."""
    inherent = next((order for way, order in INHERENT.items() if asked.issuperset(way.split())), None)
    if inherent:
        # "The smallest worst day", but nothing is "the highest nearest".
        return reading.order or inherent if asked <= SIZED else inherent
    if reading.order and asked & TURNED:
        # "The smallest negative skew" can be either end.
        return "lowest" if reading.order == "highest" else None
    return reading.order or ("highest" if reading.count else None)


def _assumed(reading: Reading, asked: frozenset[str], universe: Mapping[str, Any]) -> list[str]:
    notes = []
    if universe.get("universe") == BARE_UNIVERSE and BARE_UNIVERSE not in reading.concepts:
        notes.append("no universe was named, so the most active stocks were ranked")
    if "beta" in asked and not reading.benchmark and not reading.symbols:
        notes.append(f"no benchmark was named, so {MARKET} was taken")
    if "when_it_led" in reading.concepts:
        notes.append(f"to lead was read as a higher return than {MARKET} on that day")
    if "tracking" in asked:
        notes.append("to track was read as a high correlation of daily returns")
    if asked & {"year_high", "year_low", "new_year_highs", "most_new_year_highs"}:
        notes.append("52 weeks are counted as 252 trading days")
    return notes
