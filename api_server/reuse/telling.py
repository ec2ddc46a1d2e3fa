"""What the record of an answer says about it, in sentences for a person."""

from collections.abc import Callable, Mapping
from typing import Any

from api_server.dialogue.rewriting import join
from api_server.storage.records import Execution, Trust
from schemas.label import DataLabel
from schemas.understanding import Aspect

RECIPE = "recipe:"
SIMULATED = "simulated"
"""The provider whose name says no more than that."""
TRUSTED = {
    Trust.RAN: "Its script ran, and nobody has checked it yet.",
    Trust.CHECKED: "Its script is checked by tests.",
    Trust.CONFIRMED: "You confirmed its script.",
    Trust.WITHDRAWN: "You said that it is wrong: do not rely on it.",
}


def tell_of(execution: Execution, aspect: Aspect) -> str:
    """The `aspect` of an answer that has a script."""
    return TELLERS[aspect](execution)


def _tell_assumptions(execution: Execution) -> str:
    given = {name: value for name, value in execution.parameters.items() if value is not None}
    values = [f"{name.replace('_', ' ')} {_write(value)}" for name, value in given.items()]
    assumed = (execution.metadata.get("understanding") or {}).get("assumptions", [])
    with_values = f"It was worked out with {'; '.join(values)}." if values else "Nothing in it can be set."
    return f"{with_values} Assumed: {'; '.join(assumed)}." if assumed else with_values


def _tell_method(execution: Execution) -> str:
    return execution.explanation or "Its script says how; nothing else explains it."


def _tell_data(execution: Execution) -> str:
    label = execution.report.metadata.label if execution.report else None
    if label is None:
        return "It was worked out without market data."
    return f"Its data is {_origin(label)}. Every number can be traced to the tool call that it is from."


def _tell_script(execution: Execution) -> str:
    source = execution.reused_from or ""
    if source.startswith(RECIPE):
        return f"The recipe {source.removeprefix(RECIPE)} answered it; its script is shown with this answer."
    by = f", written by {execution.model}" if execution.model and not source else ""
    return f"The script that is shown with this answer gave it{by}."


def _tell_trust(execution: Execution) -> str:
    return f"{TRUSTED[execution.trust]} The run is recorded and can be replayed to the same bytes."


TELLERS: Mapping[Aspect, Callable[[Execution], str]] = {
    "assumptions": _tell_assumptions,
    "data": _tell_data,
    "method": _tell_method,
    "script": _tell_script,
    "trust": _tell_trust,
}


def _write(value: Any) -> str:
    return join([str(each) for each in value]) if isinstance(value, list) else str(value)


def _origin(label: DataLabel) -> str:
    """As in "in part simulated, from alpaca, as of 2026-01-02"."""
    simulated = {"yes": ["simulated"], "mixed": ["in part simulated"]}.get(label.simulated or "no", [])
    real = [provider for provider in label.providers if provider != SIMULATED]
    providers = [f"from {join(real)}"] if real else []
    moments = [f"as of {label.as_of_last}"] if label.as_of_last else []
    return ", ".join([*simulated, *providers, *moments]) or "of an unnamed source"
