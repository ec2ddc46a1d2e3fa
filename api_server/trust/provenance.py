"""The source of every number: each call's data is moved, one call at a time, and what moves with it is noted.

Rounds: all calls shaken, relabelled too where an answer shows texts, and scaled for elasticities; at last far
up and down, for calls that nothing seems to need and values that nothing seems to move.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, TypeVar

from api_server.trust.perturbation import Kind, has_listed_words
from api_server.trust.replay import call_key
from api_server.trust.values import Value, direction_of, elasticity_of, movements, values_of
from api_server.trust.variants import TOGETHER_MAX, Answers, RunEncoded, Variants
from schemas.execution import ExecutionReport, RecordedCall, ToolCall
from schemas.provenance import CallSource, Influence, Movement, Provenance, ValueSource
from schemas.replay import TapedRun

MILDER = {
    Kind.STIRRED: (Kind.SHAKEN, Kind.RELABELLED),
    Kind.SHAKEN: (Kind.GENTLE,),
    Kind.RELABELLED: (Kind.REDATED,),
}
"""What is tried when the script does not accept the data."""

SHAKING = (Kind.STIRRED, Kind.SHAKEN, Kind.GENTLE)

CROSSINGS = (Kind.RAISED, Kind.LOWERED)

RUNS_AT_ONCE_MAX = 4
PAIR, ALONE_MAX = 2, 6
"""Between them calls are moved one by one: together they may keep a rank that each alone would change. A pair
does not, as one goes up while the other goes down."""


Found = TypeVar("Found")
Move = tuple[int, Kind]
"""The place of a call, and how its data is moved."""


@dataclass(frozen=True)
class Budget:
    """How much a provenance may take."""

    seconds: float = 20.0
    runs_at_once: int = 2

    @classmethod
    def fitting(cls, seconds: float, runs_at_once: int | None) -> Self:
        """So many runs at once, or as many as this machine has cores, up to 4."""
        return cls(seconds, runs_at_once or min(os.cpu_count() or 1, RUNS_AT_ONCE_MAX))


@dataclass
class CallFindings:
    """What moving the data of one call showed."""

    tested: str = "yes"
    moved: dict[str, set[Movement]] = field(default_factory=lambda: defaultdict(set))
    scaled: dict[str, Value] = field(default_factory=dict)
    next_calls: set[int] = field(default_factory=set)
    """Calls whose arguments moved, or that were no longer made."""
    decides: bool = False
    """Whether other data made the script fail, or call other tools."""


async def find_sources(taped: TapedRun, run: RunEncoded, budget: Budget) -> Provenance:
    """The provenance of a completed execution.

    Raises `NotReplayable` when its replay is not exact, `ExecutorUnavailable`.
    """
    search = Search(taped, run, budget)
    try:
        async with asyncio.timeout(budget.seconds):
            await search.run_rounds()
    except TimeoutError:
        search.give_up()
    return search.conclude()


class Search:
    """One search for sources. `findings` are by place of the call on the tape."""

    def __init__(self, taped: TapedRun, run: RunEncoded, budget: Budget) -> None:
        self.taped = taped
        self.budget = budget
        self.variants = Variants(taped, run, budget.seconds)
        self.calls = taped.tape.calls
        self.values = values_of(taped.report)
        self.findings = [CallFindings("yes" if call.success else "failed_call") for call in self.calls]
        self.open = {place for place, call in enumerate(self.calls) if call.success}
        """Calls that were not shaken yet."""
        self.is_complete = False
        self.started = time.perf_counter()
        self._places = {call_key(call): place for place, call in enumerate(self.calls)}

    async def run_rounds(self) -> None:
        """All rounds, each in parallel. The first one is enough for most scripts."""
        places = sorted(self.open)
        shown = {place for place in places if self.may_show(place)}
        shaken = [(place, Kind.STIRRED if place in shown else Kind.SHAKEN) for place in places]
        await self.try_all([*shaken, *((place, Kind.SCALED) for place in places)])
        unused = [place for place in places if not self.is_used(place)]
        await self.try_all([(place, Kind.RELABELLED) for place in unused if place not in shown])
        dead = [place for place in unused if not self.is_used(place)]
        await self.try_crossing(dead, list(self.values))
        if orphans := self.orphans():
            await self.try_crossing(places, orphans)
        if not self.variants.runs:
            await self.variants.run([])  # there was nothing to move: only whether it is exact
        self.is_complete = not any(finding.tested == "script_fails" for finding in self.findings)

    async def try_all(self, moves: list[Move]) -> None:
        """Move the data of one call in each run; more gently where the script does not accept it."""
        while moves:
            refused = await self.try_each(moves)
            for place, _ in refused:
                self.findings[place].decides = True
            moves = [(place, milder) for place, kind in refused for milder in MILDER.get(kind, ())]

    async def try_each(self, moves: list[Move]) -> list[Move]:
        """Make these runs, and note what they show. Those with which the script failed."""
        variants = [(move, self.variants.move(dict([move]))) for move in moves]
        for move, answers in variants:
            if not answers:
                self.note(move, None)
        there = [variant for variant in variants if variant[1]]
        parts = [there[start :: self.lanes(there)] for start in range(self.lanes(there))]
        refused = await _all_or_none(*(self.try_part(part) for part in parts))
        return [move for part in refused for move in part]

    async def try_part(self, part: list[tuple[Move, Answers]]) -> list[Move]:
        """Make these runs in one child."""
        reports = await self.variants.run([answers for _, answers in part])
        for (move, _), report in zip(part, reports, strict=True):
            self.note(move, report)
        return [move for (move, _), report in zip(part, reports, strict=True) if not report.success]

    def lanes(self, variants: list[Any]) -> int:
        """How many children share these runs."""
        return max(min(self.budget.runs_at_once, len(variants)), -(-len(variants) // TOGETHER_MAX))

    async def try_crossing(self, places: list[int], watched: list[str]) -> None:
        """Move the data of these calls far up and far down, to see whether one of `watched` moves.

        Many calls are moved in one run first, half of them up; one by one only if something happens then.
        """
        if len(places) == PAIR or len(places) > ALONE_MAX:
            halves = (
                [CROSSINGS[number % 2] for number in range(turn, turn + len(places))] for turn in (0, 1)
            )
            moved = [self.variants.move(dict(zip(places, kinds, strict=True))) for kinds in halves]
            reports = await _all_or_none(*(self.variants.run([answers]) for answers in moved if answers))
            if not any(self.shows(watched, report) for (report,) in reports):
                return
        await self.try_all([(place, kind) for kind in CROSSINGS for place in places])

    def shows(self, watched: list[str], report: ExecutionReport) -> bool:
        """Whether one of `watched` moved, or the script took another way."""
        if not report.success or self.missed_calls(report.metadata.tool_calls):
            return True
        return not movements(self.values, values_of(report)).keys().isdisjoint(watched)

    def note(self, move: Move, report: ExecutionReport | None) -> None:
        """Keep what one variant showed; `report` is None when there was nothing to move."""
        place, kind = move
        finding = self.findings[place]
        if kind in SHAKING:
            self.open.discard(place)
            finding.tested = "no_values" if report is None else "yes" if report.success else "script_fails"
        if report is None or (not report.success and kind in MILDER):
            return
        finding.next_calls |= self.missed_calls(report.metadata.tool_calls)
        if not report.success:
            return
        if kind not in SHAKING and finding.tested == "no_values":
            finding.tested = "yes"
        after = values_of(report)
        for name, moved in movements(self.values, after).items():
            finding.moved[name] |= moved
        if kind is Kind.SCALED:
            finding.scaled = after

    def missed_calls(self, made: list[ToolCall]) -> set[int]:
        """Places of recorded calls that a variant did not make: it made others, or none."""
        identities = {call_key(call) for call in made}
        return {place for key, place in self._places.items() if key not in identities}

    def may_show(self, place: int) -> bool:
        """Whether texts of this call may show in the answer, or decide what is asked next."""
        shows_words = any(
            isinstance(value.value, str | bool) for value in self.values.values() if value.kind == "row"
        )
        return shows_words or has_listed_words(self.calls[place].response)

    def is_used(self, place: int) -> bool:
        """Whether anything depends on this call."""
        finding = self.findings[place]
        return bool(finding.moved or finding.decides or finding.next_calls)

    def orphans(self) -> list[str]:
        """Figures and charts that nothing has moved."""
        moved = {name for finding in self.findings for name in finding.moved}
        return [
            name for name, value in self.values.items() if value.kind != "description" and name not in moved
        ]

    def give_up(self) -> None:
        """The time is over."""
        for place in self.open:
            self.findings[place].tested = "out_of_budget"

    def conclude(self) -> Provenance:
        """What was found so far."""
        influences = {name: self.influences_on(name) for name in self.values}
        clock = self.taped.tape.clock
        return Provenance(
            execution_id=self.taped.report.execution_id,
            values=[
                ValueSource(
                    id=value.id,
                    kind=value.kind,
                    key=value.key,
                    value=value.value,
                    influences=influences[name],
                    is_from_data=bool(influences[name]),
                )
                for name, value in self.values.items()
            ],
            calls=[
                _source_of(call, finding, clock, is_used=self.is_used(place))
                for place, (call, finding) in enumerate(zip(self.calls, self.findings, strict=True))
            ],
            is_complete=self.is_complete,
            runs=self.variants.runs,
            duration_ms=(time.perf_counter() - self.started) * 1000,
        )

    def influences_on(self, name: str) -> list[Influence]:
        """The calls that a value depends on: those that move it, and those that move their arguments."""
        reached = {place for place, finding in enumerate(self.findings) if name in finding.moved}
        found = [self._direct(place, name) for place in sorted(reached)]
        frontier = set(reached)
        while frontier:
            behind = {
                place: sorted(finding.next_calls & frontier)
                for place, finding in enumerate(self.findings)
                if place not in reached and finding.next_calls & frontier
            }
            found += [Influence(call=place, through=through) for place, through in behind.items()]
            frontier = set(behind)
            reached |= frontier
        return found

    def _direct(self, place: int, name: str) -> Influence:
        finding, before = self.findings[place], self.values[name].value
        after = finding.scaled.get(name)
        return Influence(
            call=place,
            moves=sorted(finding.moved[name]),
            direction=direction_of(before, after.value) if after else None,
            elasticity=elasticity_of(before, after.value) if after else None,
        )


async def _all_or_none(*work: Coroutine[Any, Any, Found]) -> list[Found]:
    """As `asyncio.gather`, but what fails leaves nothing behind that still runs."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _source_of(call: RecordedCall, finding: CallFindings, clock: datetime, *, is_used: bool) -> CallSource:
    facts = call.model_dump(exclude={"response", "size"})
    return CallSource.model_validate(
        {
            **facts,
            "cache_age_seconds": _age_seconds(call, clock),
            "is_used": is_used,
            "tested": finding.tested,
        }
    )


def _age_seconds(call: RecordedCall, clock: datetime) -> float | None:
    stamp = call.metadata.get("timestamp")
    if not call.cache_hit or not isinstance(stamp, str):
        return None
    try:
        made = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return max((clock - made).total_seconds(), 0.0) if made.tzinfo else None
