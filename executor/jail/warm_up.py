"""An ordinary job, done for nobody before the real one comes."""

import sys
from typing import Any

TABLE_SCRIPT = '''
import numpy as np
import pandas as pd
from mcp_client import ToolError, call_many

def analyze(symbols: list[str] = ["A", "B"], days: int = 30) -> dict:
    """Measure.

    days: trading days, 5 to 1000
    """
    index = pd.date_range("2020-01-01", periods=300, freq="B")
    rows = []
    for place, symbol in enumerate(symbols):
        close = pd.Series(100 + np.sin(np.arange(300.0) + place), index=index)
        returns = close.pct_change().dropna()
        table = pd.DataFrame({"close": close, "month": index.month, "high": close.cummax()})
        table["change"] = close.diff()
        table["mean"] = close.rolling(20).mean()
        monthly = table.groupby("month")["close"].agg(["mean", "max"])
        volatility = float(returns.std() * 252**0.5)
        rows.append({"key": symbol, "value": volatility, "months": monthly["mean"].tolist()})
        rows[-1]["last"] = table.sort_values("close").tail(3).to_dict("records")[0]["close"]
    rows.sort(key=lambda row: row["value"], reverse=True)
    if not rows:
        raise ToolError("nothing", "no_data")
    print(f"{len(rows):.2f}")
    return {"description": f"{rows[0]['key']}: {rows[0]['value']:.2%}", "body": rows}
'''
PLAIN_SCRIPT = '''
import math
from datetime import date
from mcp_client import ToolError, call_many

def analyze(symbols: list[str] = ["A", "B"], days: int = 30) -> dict:
    """Measure.

    days: trading days, 5 to 1000
    """
    rows = []
    for place, symbol in enumerate(symbols):
        close = [100 + math.sin(day + place) for day in range(300)]
        returns = [new / old - 1 for old, new in zip(close, close[1:])]
        mean = sum(returns) / len(returns)
        variance = sum((change - mean) ** 2 for change in returns) / (len(returns) - 1)
        best = sorted(zip(close, range(300)), reverse=True)[:days]
        rows.append({"key": symbol, "value": math.sqrt(252 * variance), "best": [price for price, _ in best]})
    rows.sort(key=lambda row: row["value"], reverse=True)
    if not rows:
        raise ToolError("nothing", "no_data")
    print(f"{len(rows):.2f} {date(2020, 1, 1).isoformat()}")
    return {"description": f"{rows[0]['key']}: {rows[0]['value']:.2%}", "body": rows}
'''


def warm_up_job() -> dict[str, Any]:
    """The job, of tables where pandas is loaded."""
    return {
        "type": "execute",
        "script": TABLE_SCRIPT if "pandas" in sys.modules else PLAIN_SCRIPT,
        "compiled": None,
        "parameters": {"days": 20},
        "memory_bytes": 1,
        "cpu_seconds": 1,
        "tools": ["tool"],
        "clock": "2020-01-01T00:00:00+00:00",
        "seed": 1,
        "is_followed": False,
    }
