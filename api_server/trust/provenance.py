"""The source of every number: each call's data is moved, one call at a time, and what moves with it is noted.

Rounds: all calls shaken; then scaled, for elasticities; texts and dates, where an answer shows some; at last
far up and down, for calls that nothing seems to need and values that nothing seems to move.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from api_server.errors import NotReplayable
from api_server.trust.perturbation import Kind, has_listed_words
from api_server.trust.replay import call_key, judge_replay
from api_server.trust.values import Value, direction_of, elasticity_of, is_number, movements, values_of
from api_server.trust.variants import RunEncoded, Variants
from schemas.execution import ExecutionReport, RecordedCall, ToolCall
from schemas.provenance import CallSource, Influence, Movement, Provenance, ValueSource
from schemas.replay import TapedRun

MILDER = {Kind.SHAKEN: Kind.GENTLE, Kind.RELABELLED: Kind.REDATED}
"""What is tried when the script does not accept the data."""

CROSSINGS = (Kind.RAISED, Kind.LOWERED)

ALONE_MAX = 6
"""Up to so many calls are moved one by one: together they may keep a rank that each alone would change."""


@dataclass(frozen=True)
class Budget:
    """How much a provenance may take."""

    seconds: float = 20.0
    runs_at_once: int = 4


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
        self.variants = Variants(taped, run, budget.runs_at_once)
        self.calls = taped.tape.calls
        self.values = values_of(taped.report)
        self.findings = [CallFindings("yes" if call.success else "failed_call") for call in self.calls]
        self.open = {place for place, call in enumerate(self.calls) if call.success}
        """Calls that were not shaken yet."""
        self.is_complete = False
        self.started = time.perf_counter()
        self._places = {call_key(call): place for place, call in enumerate(self.calls)}

    async def run_rounds(self) -> None:
        """All rounds, each in parallel."""
        places = sorted(self.open)
        await asyncio.gather(self.check_replay(), self.try_each(places, Kind.SHAKEN))
        await asyncio.gather(
            self.try_each([place for place in places if self.moves_numbers(place)], Kind.SCALED),
            self.try_each([place for place in places if self.may_choose(place)], Kind.RELABELLED),
        )
        dead = [place for place in places if not self.is_used(place)]
        await self.try_crossing(dead, list(self.values))
        if orphans := self.orphans():
            await self.try_crossing(places, orphans)
        self.is_complete = not any(finding.tested == "script_fails" for finding in self.findings)

    async def check_replay(self) -> None:
        """Without an exact replay nothing can be said of what moved."""
        verdict = judge_replay(self.taped, await self.variants.run_unmoved())
        if not verdict.is_identical:
            first = verdict.divergences[0]
            raise NotReplayable(
                f"the sources cannot be found, because a replay is not exact: {first.message}",
                suggestions=("Run it again on live data.",),
                divergence=first.model_dump(mode="json"),
            )

    async def try_each(self, places: Iterable[int], kind: Kind) -> None:
        """Move the data of each of these calls, one in each run."""
        await asyncio.gather(*(self.try_one(place, kind) for place in places))

    async def try_one(self, place: int, kind: Kind) -> None:
        """Move the data of one call; more gently when the script does not accept it."""
        report = await self.variants.run({place: kind})
        if report is not None and not report.success and kind in MILDER:
            self.findings[place].decides = True
            report = await self.variants.run({place: MILDER[kind]})
        self.note(place, kind, report)

    async def try_crossing(self, places: list[int], watched: list[str]) -> None:
        """Move the data of these calls far up and far down, to see whether one of `watched` moves.

        Many calls are moved in one run first, half of them up; one by one only if something happens then.
        """
        if len(places) > ALONE_MAX:
            halves = (
                [CROSSINGS[number % 2] for number in range(turn, turn + len(places))] for turn in (0, 1)
            )
            runs = [self.variants.run(dict(zip(places, kinds, strict=True))) for kinds in halves]
            if not any(map(partial(self.shows, watched), await asyncio.gather(*runs))):
                return
        await asyncio.gather(*(self.try_each(places, kind) for kind in CROSSINGS))

    def shows(self, watched: list[str], report: ExecutionReport | None) -> bool:
        """Whether one of `watched` moved, or the script took another way."""
        if report is None:
            return False
        if not report.success or self.missed_calls(report.metadata.tool_calls):
            return True
        return not movements(self.values, values_of(report)).keys().isdisjoint(watched)

    def note(self, place: int, kind: Kind, report: ExecutionReport | None) -> None:
        """Keep what one variant showed; `report` is None when there was nothing to move."""
        finding = self.findings[place]
        if kind is Kind.SHAKEN:
            self.open.discard(place)
            finding.tested = "no_values" if report is None else "yes" if report.success else "script_fails"
        if report is None:
            return
        finding.next_calls |= self.missed_calls(report.metadata.tool_calls)
        if not report.success:
            finding.decides = True
            return
        if kind is not Kind.SHAKEN and finding.tested == "no_values":
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

    def moves_numbers(self, place: int) -> bool:
        """Whether a number of the answer moves with this call."""
        return any(is_number(self.values[name].value) for name in self.findings[place].moved)

    def may_choose(self, place: int) -> bool:
        """Whether texts of this call may show in the answer, or decide what is asked next."""
        shows_words = any(
            isinstance(value.value, str | bool) for value in self.values.values() if value.kind == "row"
        )
        return shows_words or not self.is_used(place) or has_listed_words(self.calls[place].response)

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
