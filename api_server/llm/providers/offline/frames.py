"""The frame of a question: what is asked, without the symbols, dates and numbers it is asked about.

The sample questions of a recipe teach its frames, and a question is answered by the recipe that has its
very frame. Nothing is answered for being similar.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from api_server.language.reading import Reading
from api_server.llm.providers.offline.choices import (
    DAY_BARS,
    HOLIDAYS,
    INDICATORS,
    MANNERS,
    REPORT_ITEMS,
    RISK_FIGURES,
)
from api_server.llm.providers.offline.screens import find_screen
from prompts.library import Recipe

NEWEST = INDICATORS | {"rolling", "place_in_range", "overbought", "oversold"}
"""Concepts whose figure is that of the newest bar unless a period says otherwise."""
SCREENS = frozenset(["gainers", "losers", "active", "traded"])
"""Concepts that are always those of today."""
OBJECTIVES = frozenset(["equal_weight", "minimum_variance", "maximum_sharpe", "risk_parity", "sharpe"])
"""Concepts of which money is split by one at most."""
SIDES = frozenset(["above", "below"])
"""Concepts of which recipes for symbols tell both."""
WIDE = frozenset(["overview", "table"])
"""Concepts that say nothing beside another one: an overview of the dividends is the dividends."""

FAMILIES: Mapping[str, tuple[int, frozenset[str]]] = {
    "several indicators": (2, INDICATORS),
    "several risk figures": (2, RISK_FIGURES),
    "several report items": (2, REPORT_ITEMS | {"earnings_per_share"}),
    "report item": (1, REPORT_ITEMS),
    "within the day": (1, DAY_BARS),
    "holiday": (1, HOLIDAYS),
    "overbought": (1, frozenset(["overbought", "oversold"])),
    "weighting": (1, frozenset(["optimize", "weights"])),
    "extreme_day": (1, frozenset(["best_day", "worst_day"])),
    "streak": (1, frozenset(["streak", "rising_streak"])),
    "year_range": (1, frozenset(["year_high", "year_low", "year_range"])),
    "strategy test": (1, frozenset(["backtest", "strategy", "mean_reversion"])),
}
"""Concepts that recipes answer alike: so many of a family, or more, are one concept of a frame."""


class BadSample(Exception):
    """A sample question of a recipe is not understood, or another recipe has one with the same frame."""


CRYPTO = "crypto"
"""The slot of pairs of crypto currencies; recipes that fetch both kinds of bars need no samples for them."""
CRYPTO_TOOL = "alpaca_market_crypto_bars"
STOCK_TOOLS = frozenset(["alpaca_market_stocks_bars", "alpaca_market_stocks_multi_bars"])


@dataclass(frozen=True)
class Frame:
    """Concepts and filled slots. A period is kept apart, because most recipes have one to assume."""

    concepts: frozenset[str]
    slots: frozenset[str]
    has_period: bool


def frame_of(reading: Reading) -> Frame:
    """The frame of an understood question."""
    several = len(reading.symbols) > 1
    cardinality = "several symbols" if several else "one symbol" if reading.symbols else "no symbol"
    # A mix of symbols is a portfolio, and whether it was held or would have been changes no figure.
    mixed = {"portfolio", "hypothetical", "compare"} if reading.weights else set()
    is_day = bool(reading.period and reading.period.is_day)
    filled = {
        cardinality: True,
        "all stocks": reading.asks_all_stocks and not reading.concepts & SCREENS,
        "window": reading.window is not None,
        "window pair": reading.window_pair is not None or bool(reading.windows),
        "RSI level": reading.level is not None,
        "target volatility": reading.target_volatility is not None,
        "risk-free rate": reading.risk_free is not None,
        "confidence": reading.confidence is not None,
        "amount": reading.amount is not None,
        "weights": bool(reading.weights),
        CRYPTO: reading.is_about_crypto,
        "day": is_day,
        "ranked against others": reading.order is not None and several and reading.group_count > 1,
        # Several symbols are always ranked, so there the direction is only a parameter.
        "an extreme": reading.order is not None and cardinality == "one symbol",
        f"{reading.order} first": reading.order is not None and cardinality == "no symbol",
    }
    return Frame(
        concepts=_gather(_without_idle(reading.concepts - mixed, several)),
        slots=frozenset(slot for slot, is_filled in filled.items() if is_filled),
        has_period=reading.period is not None and not is_day,
    )


def _without_idle(concepts: frozenset[str], several: bool) -> frozenset[str]:
    """To rank several symbols is to compare them, a compound growth rate is always that of a year, and of a
    rolling figure its range is always told."""
    concepts = concepts - SIDES | {"beyond"} if concepts & SIDES else concepts
    concepts = concepts - {"mean_gap"} | {"mean", "gap"} if "mean_gap" in concepts else concepts
    told = concepts - WIDE if concepts - WIDE - MANNERS else concepts
    told = told - {"shared_equally"} | {"shared_out", "equal_weight"} if "shared_equally" in told else told
    told = told - {"beyond"} if told & {"moving_average", "exponential_average"} else told
    if "shared_out" in told and len(told & OBJECTIVES) < 2:
        told = told - OBJECTIVES - {"whole_shares", "optimize", "weights"}
    if not told & {*SCREENS, "holdings"}:  # for those one side is looked for
        told = (
            told - {"overbought_or_oversold"} | {"overbought"} if "overbought_or_oversold" in told else told
        )
    told = told - {"holdings_ahead"} | {"holdings", "ahead"} if "holdings_ahead" in told else told
    told = told - {"traded"} | {"active", "volume"} if "traded" in told else told
    told = told - {"today"} if told & SCREENS else told
    told = told - {"latest", "today"} if told & NEWEST else told
    told = told - {"place_in_range"} if "rolling" in told else told
    told = told - {"yearly"} if "cagr" in told else told
    told = told - {"momentum"} | {"return"} if told >= {"momentum", "holdings"} else told
    return told - {"compare"} if several and len(told) > 1 else told


def _gather(concepts: frozenset[str]) -> frozenset[str]:
    """The members of a family as one. The length of reports is a parameter, but earnings a share have one."""
    if concepts & REPORT_ITEMS and "earnings_per_share" not in concepts:
        concepts -= {"quarterly", "yearly"}
    for name, (least, members) in FAMILIES.items():
        if len(concepts & members) >= least:
            concepts = concepts - members | {name}
    return concepts


class FrameIndex:
    """The frames of every sample question of a library."""

    def __init__(self, recipes: Iterable[Recipe], read: Callable[[str], Reading]) -> None:
        self._recipes: dict[Frame, Recipe] = {}
        self._screens: dict[str, Recipe] = {}
        screened: list[tuple[str, Reading]] = []
        for recipe in recipes:
            for question in recipe.questions:
                reading = read(question)
                if not reading.is_understood:
                    raise BadSample(f"{recipe.name}: {question!r} has words that are not in vocabulary.toml")
                screen = find_screen(reading)
                if screen and screen.recipe == recipe.name:
                    self._screens[recipe.name] = recipe
                    screened.append((question, reading))
                    continue
                other = self._recipes.setdefault(frame_of(reading), recipe)
                if other is not recipe:
                    raise BadSample(f"{recipe.name}: {question!r} asks for what {other.name} answers")
        for question, reading in screened:
            answering = self.find(frame_of(reading))
            if answering:
                raise BadSample(f"a screen: {question!r} asks for what {answering.name} answers")

    def find_screen(self, reading: Reading) -> Recipe | None:
        """The recipe that ranks the universe of `reading`; asked when no frame is that of the question."""
        screen = find_screen(reading)
        return self._screens.get(screen.recipe) if screen else None

    def find(self, frame: Frame) -> Recipe | None:
        """The recipe that answers `frame`; whether a period was named decides only between two recipes."""
        exact = self._recipes.get(frame)
        found = exact or self._recipes.get(Frame(frame.concepts, frame.slots, not frame.has_period))
        found = found or self._find_for_each(frame)
        if found or CRYPTO not in frame.slots:
            return found
        found = self.find(Frame(frame.concepts, frame.slots - {CRYPTO}, frame.has_period))
        return found if found and CRYPTO_TOOL in found.tools and STOCK_TOOLS & set(found.tools) else None

    def _find_for_each(self, frame: Frame) -> Recipe | None:
        """One that answers the same about one symbol, and takes several without ranking them."""
        if "several symbols" not in frame.slots or "ranked against others" in frame.slots:
            return None
        slots = frame.slots - {"several symbols"} | {"one symbol"}
        periods = (frame.has_period, not frame.has_period)
        found = [self._recipes.get(Frame(frame.concepts, slots, has_period)) for has_period in periods]
        named = [(each, set(each.parameters["properties"])) for each in found if each]
        return next((each for each, names in named if "symbols" in names and "order" not in names), None)

    def needs_symbol(self, frame: Frame) -> bool:
        """Whether what is asked is answered for named symbols alone."""
        named = (known for known in self._recipes if "no symbol" not in known.slots)
        about_symbols = {c for known in named if "holdings" not in known.concepts for c in known.concepts}
        return frame.concepts - MANNERS <= about_symbols

    def closest(self, frame: Frame, recipes: Collection[Recipe]) -> Recipe | None:
        """Of `recipes`, the one about most of the same; None when none shares a concept that is a subject."""
        shared = {
            known: (
                len(known.concepts & frame.concepts),
                len(known.slots & frame.slots),
                -len(known.concepts ^ frame.concepts),
                -len(known.slots ^ frame.slots),
            )
            for known, recipe in self._recipes.items()
            if recipe in recipes and (known.concepts & frame.concepts) - MANNERS
        }
        best = max(shared, key=lambda known: shared[known], default=None)
        return self._recipes[best] if best else None
