"""What a person is shown of a result: rows with stable ids, whatever shape the script returned."""

import re
from typing import Any

from pydantic import ValidationError

from schemas.execution import ExecutionReport
from schemas.result import Chart, Result, Row

ROWS_MAX = 200


def present(report: ExecutionReport) -> ExecutionReport:
    """`report` without its tape, its result in the form of `schemas.result.Result`.

    A chart that is not in the agreed form is left out, and a result of any other shape is kept as rows of its
    leaves, with a warning that says so.
    """
    if not report.success:
        return report.model_copy(update={"tape": None})
    returned, warnings = without_bad_charts(report.result)
    try:
        result = Result.model_validate(returned)
    except ValidationError as error:
        result = _from_anything(report.result)
        field = ".".join(map(str, error.errors()[0]["loc"])) or "result"
        warnings += [f"the script's result is not in the agreed form ({field}: {error.errors()[0]['msg']})"]
    metadata = report.metadata.model_copy(update={"warnings": [*report.metadata.warnings, *warnings]})
    shown = result.model_copy(update={"body": with_ids(result.body)}).model_dump(mode="json")
    return report.model_copy(update={"tape": None, "result": shown, "metadata": metadata})


def without_bad_charts(result: Any) -> tuple[Any, list[str]]:
    """`result` with only those of its charts that can be shown, and a warning for each of the others."""
    if not isinstance(result, dict) or not isinstance(result.get("charts"), list):
        return result, []
    good, warnings = [], []
    for number, chart in enumerate(result["charts"], 1):
        try:
            good.append(Chart.model_validate(chart))
        except ValidationError as error:
            title = chart.get("title") if isinstance(chart, dict) else None
            name = f"“{title}”" if isinstance(title, str) and title else str(number)
            field = ".".join(map(str, error.errors()[0]["loc"])) or "chart"
            warnings.append(f"chart {name} cannot be shown ({field}: {error.errors()[0]['msg']})")
    return {**result, "charts": good}, warnings


def with_ids(rows: list[Row]) -> list[Row]:
    """Rows that each have an id of their own: given, else made of the key and, if need be, a number."""
    taken: set[str] = set()
    made = []
    for row in rows:
        base = row.id or re.sub(r"[^a-z0-9]+", "_", row.key.lower()).strip("_") or "row"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        made.append(row.model_copy(update={"id": name}))
    return made


def _from_anything(value: Any) -> Result:
    description = value.get("description") if isinstance(value, dict) else None
    leaves = list(_leaves(value, ""))
    rows = [Row(key=key or "result", value=leaf) for key, leaf in leaves[:ROWS_MAX]]
    return Result(
        description=description if isinstance(description, str) else "The script returned these values.",
        body=rows,
    )


def _leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    """Every scalar in `value` with its place, in reading order."""
    if isinstance(value, dict):
        return [
            leaf
            for key, part in value.items()
            for leaf in _leaves(part, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in _leaves(part, f"{path}[{place}]")]
    return [(path, value)]
