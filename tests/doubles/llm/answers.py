"""Answers that a model might give."""

import json
from typing import Any

SCRIPT = '''"""Prices over a few days."""
from mcp_client import alpaca_market_stocks_bars


def analyze(symbols: list[str] = ["KO"], days: int = 5) -> dict:
    """Last closes of KO \\u2014 "quoted", with a \\\\ and a tab:\\t."""
    bars = alpaca_market_stocks_bars(symbols=symbols, timeframe="1Day")
    return {"description": "Schlu\u00dfkurse \U0001f4c8 \u65e5\u672c", "body": []}
'''
"""With everything in it that JSON has to escape, and characters of two, three and four bytes."""


def as_answer(python_code: str | None = SCRIPT, **others: Any) -> str:
    """The JSON that a model is asked for."""
    answer = {
        "python_code": python_code,
        "explanation": "It reads the last closes.",
        "mcp_calls": ["alpaca_market_stocks_bars"],
        "missing": None,
        "nearest_question": None,
    }
    return json.dumps({**answer, **others})


def as_refusal(missing: str = "There is no weather here.", nearest: str | None = "How did KO do?") -> str:
    """The JSON of an honest refusal."""
    return as_answer(None, explanation="", mcp_calls=[], missing=missing, nearest_question=nearest)


def long_script(length: int) -> str:
    """A script of at least `length` characters."""
    line = 'ROWS = ROWS + [1.25, 2.5, 3.75]  # \u00fc and a \\\\ and "quotes"\n'
    end = "\n\ndef analyze() -> dict:\n    return {'body': ROWS}\n"
    return f"ROWS = []\n{line * (length // len(line) + 1)}{end}"
