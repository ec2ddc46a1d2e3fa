"""A fixed clock and fixed randomness, so that the same script on the same data gives the same bytes.

Patched in place, because pandas and scripts hold on to `datetime.datetime` itself.
"""

import datetime
import gc
import os
import random
import sys
import time
from ctypes import py_object, pythonapi
from typing import Any


def fix_clock(now: datetime.datetime) -> None:
    """Make `now` (with its zone) the time that every clock of this process shows from here on."""
    seconds = now.timestamp()
    utc = now.astimezone(datetime.UTC)
    _fix_datetime(seconds, utc)
    _fix_time(seconds)
    _fix_pandas(utc)


def _fix_datetime(seconds: float, utc: datetime.datetime) -> None:
    from_timestamp = datetime.datetime.fromtimestamp

    def read_now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> datetime.datetime:
        shown = from_timestamp(seconds, tz if tz is not None else datetime.UTC).replace(tzinfo=tz)
        return shown if cls is datetime.datetime else cls.combine(shown.date(), shown.timetz())

    def read_today(cls: type[datetime.date]) -> datetime.date:
        return cls(utc.year, utc.month, utc.day)

    for name in ("now", "utcnow", "today"):
        _patch_type(datetime.datetime, name, classmethod(read_now))
    _patch_type(datetime.date, "today", classmethod(read_today))


def _fix_time(seconds: float) -> None:
    gmtime, asctime, strftime = time.gmtime, time.asctime, time.strftime

    def read_parts(value: float | None = None) -> time.struct_time:
        return gmtime(seconds if value is None else value)

    def read_text(value: Any = None) -> str:
        return asctime(read_parts() if value is None else value)

    replacements: dict[str, Any] = {
        "time": lambda: seconds,
        "time_ns": lambda: round(seconds * 1_000_000) * 1000,
        "gmtime": read_parts,
        "localtime": read_parts,
        "asctime": read_text,
        "ctime": lambda value=None: asctime(read_parts(value)),
        "strftime": lambda form, value=None: strftime(form, read_parts() if value is None else value),
    }
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        replacements |= {name: lambda: 0.0, f"{name}_ns": lambda: 0}
    vars(time).update(replacements)


def _fix_pandas(utc: datetime.datetime) -> None:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None:
        return
    stamp = pandas.Timestamp

    def read_now(tz: Any = None) -> Any:
        shown = stamp(utc)
        return shown.tz_localize(None) if tz is None else shown.tz_convert(tz)

    stamp.now = stamp.today = staticmethod(read_now)
    stamp.utcnow = staticmethod(lambda: stamp(utc))


def _patch_type(kind: type, name: str, value: Any) -> None:
    """Set an attribute of a type that is written in C, through the dictionary behind its proxy."""
    (attributes,) = [part for part in gc.get_referents(kind.__dict__) if isinstance(part, dict)]
    attributes[name] = value
    pythonapi.PyType_Modified(py_object(kind))


def fix_randomness(seed: int) -> None:
    """Seed every generator that a script can reach, those that ask the kernel for entropy too."""
    source = random.Random(seed)  # noqa: S311  reproducible on purpose
    _seed_from(source)
    random.seed(seed)
    os.urandom = source.randbytes
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
        vars(sys.modules["numpy.random.bit_generator"])["randbits"] = source.getrandbits


def _seed_from(source: random.Random) -> None:
    """Let generators that are seeded with nothing take their seed from `source`, not from the kernel."""
    seed = random.Random.seed

    def seed_generator(self: random.Random, a: Any = None, version: int = 2) -> None:
        seed(self, source.getrandbits(128) if a is None else a, version)

    table: Any = vars(random)
    random.Random.seed = seed_generator  # type: ignore[method-assign]
    table["seed"] = table["_inst"].seed
    table["_urandom"] = source.randbytes
