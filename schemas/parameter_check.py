"""Whether values fit the parameters of a script."""

from typing import Any

import jsonschema_rs

from schemas.signature import JsonSchema


def find_problems(schema: JsonSchema, values: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with the parameters, by field."""
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [
        {"field": ".".join(map(str, problem.instance_path)) or "parameters", "message": problem.message}
        for problem in validator.iter_errors(values)
    ]
