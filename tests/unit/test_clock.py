"""The fixed clock and seed. Each probe runs in a process of its own: they patch the interpreter."""

import json
import subprocess
import sys
from typing import Any

import pytest

NOW = "2024-02-29T12:34:56.789012+00:00"
PROBE = """
import json, sys
from datetime import datetime
import {libraries}
from executor.jail.clock import FixedClock, FixedRandomness
FixedClock().set(datetime.fromisoformat({now!r}))
FixedRandomness().set({seed})
import datetime as dt, time, random, uuid, os, calendar, zoneinfo
print(json.dumps({expression}))
"""


def probe(expression: str, *, seed: int = 7, libraries: str = "numpy, pandas as pd, numpy as np") -> Any:
    """The value of `expression` in a fresh process with the clock and the seed fixed."""
    code = PROBE.format(libraries=libraries, now=NOW, seed=seed, expression=expression)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def probe_all(expressions: dict[str, str], **options: Any) -> dict[str, Any]:
    """Several expressions in one process."""
    table = ", ".join(f"{name!r}: {expression}" for name, expression in expressions.items())
    found: dict[str, Any] = probe(f"{{{table}}}", **options)
    return found


def test_every_clock_shows_the_fixed_time() -> None:
    clocks = {
        "datetime.now": ("str(datetime.now())", "2024-02-29 12:34:56.789012"),
        "datetime.now utc": ("str(datetime.now(dt.UTC))", "2024-02-29 12:34:56.789012+00:00"),
        "datetime.now zone": (
            "str(datetime.now(zoneinfo.ZoneInfo('America/New_York')))",
            "2024-02-29 07:34:56.789012-05:00",
        ),
        "datetime.utcnow": ("str(datetime.utcnow())", "2024-02-29 12:34:56.789012"),
        "datetime.today": ("str(datetime.today())", "2024-02-29 12:34:56.789012"),
        "date.today": ("str(dt.date.today())", "2024-02-29"),
        "time.time": ("time.time()", 1709210096.789012),
        "time.time_ns": ("time.time_ns() // 1000", 1709210096789012),
        "time.gmtime": ("time.gmtime()[:6]", [2024, 2, 29, 12, 34, 56]),
        "time.localtime": ("time.localtime()[:6]", [2024, 2, 29, 12, 34, 56]),
        "time.strftime": ("time.strftime('%Y-%m-%d %H:%M')", "2024-02-29 12:34"),
        "time.ctime": ("time.ctime()", "Thu Feb 29 12:34:56 2024"),
        "time.asctime": ("time.asctime()", "Thu Feb 29 12:34:56 2024"),
        "pd.Timestamp.now": ("str(pd.Timestamp.now())", "2024-02-29 12:34:56.789012"),
        "pd.Timestamp.now zone": (
            "str(pd.Timestamp.now(tz='Europe/Paris'))",
            "2024-02-29 13:34:56.789012+01:00",
        ),
        "pd.Timestamp.today": ("str(pd.Timestamp.today())", "2024-02-29 12:34:56.789012"),
        "pd.to_datetime now": ("str(pd.to_datetime('now'))[:19]", "2024-02-29 12:34:56"),
        "pd.to_datetime today": ("str(pd.to_datetime('today'))[:10]", "2024-02-29"),
        "pd.Timestamp text": ("str(pd.Timestamp('now'))[:19]", "2024-02-29 12:34:56"),
    }
    shown = probe_all({name: expression for name, (expression, _) in clocks.items()})
    assert shown == {name: expected for name, (_, expected) in clocks.items()}


def test_a_fixed_clock_stands_still() -> None:
    expressions = {
        name: f"sum(abs(time.{name}() - time.{name}()) for _ in range(100))"
        for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "perf_counter_ns")
    }
    assert set(probe_all(expressions).values()) == {0}


def test_dates_that_are_asked_for_are_not_touched() -> None:
    shown = probe_all(
        {
            "parts": "time.gmtime(0)[:3]",
            "text": "time.strftime('%Y', time.gmtime(0))",
            "stamp": "str(pd.Timestamp('2020-03-01'))",
            "from": "str(datetime.fromtimestamp(0, dt.UTC))",
            "subclass": "str(type('D', (dt.date,), {}).today())",
            "parsed": "str(pd.to_datetime('2020-03-01'))",
        }
    )
    assert shown == {
        "parts": [1970, 1, 1],
        "text": "1970",
        "stamp": "2020-03-01 00:00:00",
        "from": "1970-01-01 00:00:00+00:00",
        "subclass": "2024-02-29",
        "parsed": "2020-03-01 00:00:00",
    }


RANDOM = {
    "random": "[random.random(), random.choice('abcdef'), random.gauss(0, 1)]",
    "random instance": "random.Random().random()",
    "random seeded by nobody": "(random.seed(), random.random())[1]",
    "system": "random.SystemRandom().random()",
    "urandom": "os.urandom(8).hex()",
    "uuid4": "str(uuid.uuid4())",
    "numpy global": "np.random.rand(2).tolist()",
    "numpy generator": "np.random.default_rng().normal(size=2).tolist()",
    "numpy state": "np.random.RandomState().rand(2).tolist()",
    "numpy sequence": "int(np.random.SeedSequence().generate_state(1)[0])",
    "numpy generators differ": "[np.random.default_rng().random() for _ in range(2)]",
    "pandas sample": "pd.Series(range(100)).sample(3).tolist()",
}


@pytest.fixture(scope="module")
def draws() -> list[dict[str, Any]]:
    return [probe_all(RANDOM, seed=seed) for seed in (7, 7, 8)]


@pytest.mark.parametrize("source", RANDOM)
def test_one_seed_gives_the_same_numbers_and_another_others(draws: list[dict[str, Any]], source: str) -> None:
    first, again, other = (draw[source] for draw in draws)
    assert first == again
    assert first != other


def test_two_generators_of_one_run_are_not_the_same(draws: list[dict[str, Any]]) -> None:
    first, second = draws[0]["numpy generators differ"]
    assert first != second


def test_the_clock_works_without_pandas_and_numpy() -> None:
    shown = probe("[str(datetime.now()), 'pandas' in sys.modules, random.random() > 0]", libraries="math")
    assert shown == ["2024-02-29 12:34:56.789012", False, True]
