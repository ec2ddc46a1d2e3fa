"""The scripts that are measured. None of them is among what the jail rehearses."""

TRIVIAL = "result = 1 + 1"
TABLE = """
import numpy as np
import pandas as pd

place = np.arange(1000)
table = pd.DataFrame({"price": 100 + np.sin(place), "group": place % 7})
table["mean"] = table["price"].rolling(20).mean()
table["deviation"] = table["price"].rolling(20).std()
table["change"] = table["price"].pct_change()
by_group = table.groupby("group")["change"].agg(["mean", "std"])
result = {"last": float(table["mean"].iloc[-1]), "means": by_group["mean"].tolist()}
"""
HOT_LOOP = """
total = 0
counts = {"even": 0}
numbers = list(range(100))
for place in range(1_000_000):
    total += numbers[place % 100]
    counts["even"] += place & 1
result = total + counts["even"]
"""


def varied(script: str, number: int) -> str:
    """The same script in a text that was never seen before."""
    return f"{script}\n# variation {number}\n"
