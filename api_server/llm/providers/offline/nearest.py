"""The nearest question that has an answer: a sample with the symbols and the period that were asked for."""

import re
from collections.abc import Collection, Iterator

from api_server.language.periods import Period
from api_server.language.reading import Reading
from api_server.llm.providers.offline.frames import frame_of
from api_server.llm.providers.offline.matching import Matcher
from prompts.library import Recipe

BEFORE_PERIOD = r"(?:over |in |during |for |on |with )?(?:the )?"


def nearest_question(asked: Reading, recipes: Collection[Recipe], matcher: Matcher) -> str | None:
    """A question that one of `recipes` answers, as near as possible to `asked`; None when there is none."""
    frame = frame_of(asked)
    ordered = _by_nearness(asked, recipes, matcher)
    for keeps_symbols in (True, False):
        for recipe in ordered:
            samples = [matcher.read(question) for question in recipe.questions]
            samples.sort(key=lambda sample: -len(frame_of(sample).concepts & frame.concepts))
            for question in (q for sample in samples for q in _rewordings(sample, asked, keeps_symbols)):
                if matcher.answers(question, recipe):
                    return question
    return None


def _by_nearness(asked: Reading, recipes: Collection[Recipe], matcher: Matcher) -> list[Recipe]:
    """First the recipe for what was asked, then the one that a missing capability names, then the others.

    Where several symbols were asked about, recipes for one come last.
    """
    several = len(asked.symbols) > 1
    names = [capability.nearest for capability, _ in asked.missing]
    names.append("compare_performance" if several else "performance")
    by_name = {recipe.name: recipe for recipe in recipes}
    closest = matcher.closest(asked, recipes)
    nearest = [closest] if closest else []
    nearest += [by_name[name] for name in names if name in by_name]
    nearest += recipes
    return sorted(nearest, key=lambda recipe: several and "symbol" in recipe.parameters["properties"])


def _rewordings(sample: Reading, asked: Reading, keeps_symbols: bool) -> Iterator[str]:
    """`sample` with the symbols and the period of `asked`, then with the symbols alone; or as it is."""
    symbols = asked.symbols
    if not keeps_symbols:
        yield sample.text
        return
    if symbols and not sample.mentions:
        return
    text = _with_symbols(sample, symbols) if symbols else sample.text
    if asked.period and sample.period and not (asked.problems or asked.unknown) and _words_of(asked.period):
        yield _with_period(text, sample.period, asked.period)
    yield text


def _with_symbols(sample: Reading, symbols: list[str]) -> str:
    """`sample.text` about other symbols; it names its own in one place."""
    first, last = sample.mentions[0].start, sample.mentions[-1].end
    chosen = symbols if len(sample.mentions) > 1 else symbols[:1]
    named = f"{', '.join(chosen[:-1])} and {chosen[-1]}" if len(chosen) > 1 else chosen[0]
    return sample.text[:first] + named + sample.text[last:]


def _with_period(text: str, old: Period, new: Period) -> str:
    return re.sub(BEFORE_PERIOD + re.escape(old.words), _words_of(new), text, count=1, flags=re.IGNORECASE)


def _words_of(period: Period) -> str:
    if period.start and period.end:
        return f"on {period.start}" if period.is_day else f"from {period.start} to {period.end}"
    if period.start:
        return f"since {period.start}"
    if period.days:
        return f"over the last {period.days} trading day{'s' if period.days > 1 else ''}"
    if period.months:
        return f"over the last {period.months} months" if period.months > 1 else "over the past month"
    return f"{period.to_date} to date" if period.to_date else ""
