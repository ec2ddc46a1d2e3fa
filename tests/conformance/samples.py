"""Arguments that a tool accepts, made from its schema, for calling every tool once."""

from datetime import date, timedelta
from typing import Any

SERIES = [round(100 + place * 0.3 + (place * 37 % 11), 2) for place in range(300)]
SCRIPT = "result = {'description': 'x', 'body': []}"
RETURNS = [round(0.001 * (place * 37 % 11 - 5), 4) for place in range(300)]
BY_NAME: dict[str, Any] = {
    "symbol": "AAPL",
    "weights": {"AAPL": 0.4, "MSFT": 0.6},
    "symbols": ["AAPL", "MSFT"],
    "timeframe": "1Day",
    "script": SCRIPT,
    "code": SCRIPT,
    "python_code": SCRIPT,
    "returns": RETURNS,
}


FIRST_DAY = date(2024, 1, 1)
BY_TOOL: dict[str, dict[str, Any]] = {
    "alpaca_market_crypto_bars": {"symbol": "BTC/USD"},
    "alpaca_market_crypto_snapshots": {"symbols": ["BTC/USD", "ETH/USD"]},
    "eodhd_constituents": {"symbol": "SPY"},
    "backtest_signal": {"positions": [place // 50 % 2 for place in range(300)]},
    "calculate_seasonality": {
        "returns": {str(FIRST_DAY + timedelta(days=place)): value for place, value in enumerate(RETURNS)}
    },
    "calculate_portfolio_metrics": {"returns": {"AAPL": RETURNS, "MSFT": RETURNS[::-1]}},
    "optimize_portfolio_weights": {
        "expected_returns": [0.06, 0.09],
        "cov_matrix": [[0.04, 0.01], [0.01, 0.09]],
    },
    "calculate_stress_scenarios": {"scenarios": {"crash": {"AAPL": -0.3, "MSFT": -0.2}}},
}
"""What a tool needs that is not to be guessed from its schema."""


def sample_arguments(tool: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The required arguments of `tool`."""
    own = BY_TOOL.get(tool, {})
    definitions = schema.get("$defs", {})
    properties = schema.get("properties", {})
    return {
        name: own[name]
        if name in own
        else BY_NAME[name]
        if name in BY_NAME
        else sample(properties[name], definitions)
        for name in schema.get("required", ())
    }


def sample(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """One value: the first of several kinds, columns of 300 numbers, the least integer."""
    if "$ref" in schema:
        return sample(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for key in ("enum", "examples"):
        if key in schema:
            return schema[key][0]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return sample(schema[key][0], definitions)
    match schema.get("type"):
        case "array":
            item = sample(schema.get("items", {}), definitions)
            return (
                SERIES[: schema.get("maxItems", 300)]
                if item == 1
                else [item] * max(2, schema.get("minItems", 0))
            )
        case "object":
            inner = sample(schema.get("additionalProperties") or {}, definitions)
            return {"AAPL": inner, "MSFT": inner[::-1] if isinstance(inner, list) else inner}
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return "2020-01-02" if schema.get("format") == "date" else "AAPL"
