"""From states of a signal to its answer."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from mcp_servers.analytics.answers import price_point, without_nan
from mcp_servers.analytics.series import Series, Values
from mcp_servers.analytics.signals.states import Positions, States, changes, start_of_last
from schemas.analytics.signals import SignalEvent, Signals

Columns: TypeAlias = Mapping[str, Values]


def signals(
    series: Series, columns: Columns, states: States, names: Mapping[int, str], kinds: Mapping[int, str]
) -> Signals:
    """An answer whose events are the changes of one state; `names` and `kinds` are by state."""
    events = events_at(series, columns, changes(states), lambda position: kinds[int(states[position])])
    return make_answer(series, columns, events, states, names)


def make_answer(
    series: Series, columns: Columns, events: list[SignalEvent], states: States, names: Mapping[int, str]
) -> Signals:
    """An answer with its events in order of time."""
    start = start_of_last(states)
    return Signals(
        events=sorted(events, key=lambda event: event.position),
        state=names.get(int(states[-1])),
        since=None if start is None else price_point(series, start),
        latest=_values_at(columns, -1),
        observations=len(series.values),
        reason=_why_nothing(bool(states[-1]), bool(events)),
    )


def events_at(
    series: Series, columns: Columns, positions: Positions, kind: Callable[[int], str]
) -> list[SignalEvent]:
    """One event at each position."""
    return [
        SignalEvent(
            position=position,
            date=series.date_at(position),
            kind=kind(position),
            price=series.values[position],
            values=_values_at(columns, position),
        )
        for position in positions.tolist()
    ]


def _values_at(columns: Columns, position: int) -> dict[str, float | None]:
    return {name: without_nan(values[[position]])[0] for name, values in columns.items()}


def _why_nothing(has_state: bool, has_events: bool) -> str | None:
    if not has_state:
        return "the prices have not moved enough for a signal"
    return None if has_events else "the signal never changed"
