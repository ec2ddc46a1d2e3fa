"""Ordinary operations, done once in the zygote, so that no child ever needs a file for a lazy import.

Also the warm-up: what was touched here costs a child neither a page fault nor a cold cache.
"""

import json
import math
import statistics
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from executor.jail.values import Converter
from executor.jail.warm_up import warm_up_job
from sandbox_policies.analyser import analyse
from sandbox_policies.policy import Policy


def rehearse(policy: Policy) -> None:
    """Run every rehearsal once."""
    analyse(warm_up_job()["script"], policy)
    for part in (_time, _numbers, _text, _results):
        part()


def _time() -> None:
    datetime.strptime("2020-01-01", "%Y-%m-%d").replace(tzinfo=UTC).astimezone(
        ZoneInfo("America/New_York")
    ).isoformat()
    date(2020, 1, 1).strftime("%A %d %B")
    time.strftime("%Y", time.gmtime(0))


def _numbers() -> None:
    statistics.quantiles([1, 2, 3, 4])
    math.prod([1.0, 2.0])


def _text() -> None:
    json.loads(json.dumps({"a": [1, 2.5, None]}, indent=1))
    "{:,.2f} {:>10}".format(1.5, "x")
    f"{1234.5:,.2f} {0.25:.1%}"


def _results() -> None:
    Converter(8, 1000, 1000).convert(
        {"a": [1, 2.5, float("nan")], "b": date(2020, 1, 1), "c": {1, 2}, "d": None}
    )
