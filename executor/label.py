"""The label on an answer's data, put together from what each tool said of its own."""

from collections.abc import Iterable
from typing import Any

from schemas.execution import ToolCall
from schemas.label import DataLabel, Disagreement, LabelField

ADVICE: dict[LabelField, str] = {
    "source": "the data is of several providers",
    "feed": "the data is of several feeds",
    "delay": "some data is more delayed than other, in seconds",
    "adjustment": "prices are adjusted in different ways: do not compare them",
    "currency": "amounts are in several currencies: do not compare them",
    "as_of": "the data is of several days",
    "market_state": "the market opened or closed between two calls",
}
SILENT = (None, "", "unknown")
"""A label that does not say cannot disagree."""
NAMED_MAX = 4


def make_label(calls: Iterable[ToolCall]) -> DataLabel | None:
    """The label of all `calls` that answered with labelled data; None when none did."""
    labelled = [call for call in calls if call.success and call.metadata.get("source")]
    if not labelled:
        return None
    values = {name: _values_of(name, labelled) for name in (*ADVICE, "simulated")}
    moments = sorted(str(call.metadata["as_of"]) for call in labelled if call.metadata.get("as_of"))
    differing = [
        Disagreement(field=name, tools={_write(value): tools for value, tools in found.items()})
        for name, found in values.items()
        if len(found) > 1
    ]
    return DataLabel(
        providers=[str(value) for value in values["source"]],
        feeds=[str(value) for value in values["feed"]],
        delays_seconds=sorted(int(value) for value in values["delay"] if _is_number(value)),
        adjustments=[str(value) for value in values["adjustment"]],
        currencies=[str(value) for value in values["currency"]],
        as_of_first=moments[0] if moments else None,
        as_of_last=moments[-1] if moments else None,
        market_states=[str(value) for value in values["market_state"]],
        simulated=_say_simulated(list(values["simulated"])),
        disagreements=differing,
        warnings=[_warn(disagreement, labelled) for disagreement in differing],
    )


def _values_of(name: LabelField, calls: list[ToolCall]) -> dict[Any, list[str]]:
    """Each value of one part of the label, and the tools that gave it, in the order of the calls."""
    found: dict[Any, dict[str, None]] = {}
    for call in calls:
        value = call.metadata.get(name)
        if isinstance(value, str | int | float) and value not in SILENT:
            key = value[:10] if name == "as_of" and isinstance(value, str) else value
            found.setdefault(key, {})[call.tool] = None
    return {value: list(tools) for value, tools in found.items()}


def _warn(disagreement: Disagreement, calls: list[ToolCall]) -> str:
    if disagreement.field == "simulated":
        real, simulated = (_sources(calls, is_simulated=flag) for flag in (False, True))
        return f"real data ({real}) and simulated data ({simulated}) are mixed: do not compare their figures"
    shown = list(disagreement.tools)
    if disagreement.field == "as_of":
        return f"{ADVICE['as_of']}, {min(shown)} to {max(shown)}"
    more = f" and {len(shown) - NAMED_MAX} more" if len(shown) > NAMED_MAX else ""
    return f"{ADVICE[disagreement.field]} ({', '.join(shown[:NAMED_MAX])}{more})"


def _sources(calls: list[ToolCall], *, is_simulated: bool) -> str:
    found = (call.metadata["source"] for call in calls if call.metadata.get("simulated") is is_simulated)
    return ", ".join(dict.fromkeys(map(str, found)))


def _say_simulated(flags: list[Any]) -> Any:
    if not flags:
        return None
    return "mixed" if len(flags) > 1 else "yes" if flags[0] else "no"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _write(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
