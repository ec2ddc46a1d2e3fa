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

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class FixedClock:
    """Every clock of this process: they stand still from here on, at the time that `set` gives."""

    def __init__(self) -> None:
        self._shown = EPOCH
        self._fix_datetime()
        self._fix_time()
        self._fix_pandas()

    def set(self, now: datetime.datetime) -> None:
        """Show `now`, which has its zone."""
        self._shown = now

    @property
    def seconds(self) -> float:
        """Since 1970."""
        return self._shown.timestamp()

    @property
    def utc(self) -> datetime.datetime:
        """The same moment in UTC."""
        return self._shown.astimezone(datetime.UTC)

    def _fix_datetime(self) -> None:
        from_timestamp = datetime.datetime.fromtimestamp

        def read_now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> datetime.datetime:
            zone = tz if tz is not None else datetime.UTC
            shown = from_timestamp(self.seconds, zone).replace(tzinfo=tz)
            return shown if cls is datetime.datetime else cls.combine(shown.date(), shown.timetz())

        def read_today(cls: type[datetime.date]) -> datetime.date:
            return cls(self.utc.year, self.utc.month, self.utc.day)

        for name in ("now", "utcnow", "today"):
            _patch_type(datetime.datetime, name, classmethod(read_now))
        _patch_type(datetime.date, "today", classmethod(read_today))

    def _fix_time(self) -> None:
        gmtime, asctime, strftime = time.gmtime, time.asctime, time.strftime

        def read_parts(value: float | None = None) -> time.struct_time:
            return gmtime(self.seconds if value is None else value)

        def read_text(value: Any = None) -> str:
            return asctime(read_parts() if value is None else value)

        replacements: dict[str, Any] = {
            "time": lambda: self.seconds,
            "time_ns": lambda: round(self.seconds * 1_000_000) * 1000,
            "gmtime": read_parts,
            "localtime": read_parts,
            "asctime": read_text,
            "ctime": lambda value=None: asctime(read_parts(value)),
            "strftime": lambda form, value=None: strftime(form, read_parts() if value is None else value),
        }
        for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
            replacements |= {name: lambda: 0.0, f"{name}_ns": lambda: 0}
        vars(time).update(replacements)

    def _fix_pandas(self) -> None:
        pandas: Any = sys.modules.get("pandas")
        if pandas is None:
            return
        stamp = pandas.Timestamp

        def read_now(tz: Any = None) -> Any:
            shown = stamp(self.utc)
            return shown.tz_localize(None) if tz is None else shown.tz_convert(tz)

        stamp.now = stamp.today = staticmethod(read_now)
        stamp.utcnow = staticmethod(lambda: stamp(self.utc))


class FixedRandomness:
    """Every generator of this process, those that ask the kernel for entropy too: `set` seeds them all."""

    def __init__(self) -> None:
        self._source = random.Random(0)  # noqa: S311  reproducible on purpose
        self._numpy: Any = sys.modules.get("numpy")
        self._seed_from_source()
        os.urandom = self.randbytes
        if self._numpy is not None:
            vars(sys.modules["numpy.random.bit_generator"])["randbits"] = self.getrandbits

    def set(self, seed: int) -> None:
        """Begin again, from `seed`."""
        self._source = random.Random(seed)  # noqa: S311  reproducible on purpose
        random.seed(seed)
        if self._numpy is not None:
            self._numpy.random.seed(seed % 2**32)

    def randbytes(self, size: int) -> bytes:
        """What the kernel would give."""
        return self._source.randbytes(size)

    def getrandbits(self, bits: int) -> int:
        """The same, as a number."""
        return self._source.getrandbits(bits)

    def _seed_from_source(self) -> None:
        """Let generators that are seeded with nothing take their seed from here, not from the kernel."""
        seed = random.Random.seed

        def seed_generator(generator: random.Random, a: Any = None, version: int = 2) -> None:
            seed(generator, self.getrandbits(128) if a is None else a, version)

        table: Any = vars(random)
        random.Random.seed = seed_generator  # type: ignore[method-assign, assignment]
        table["seed"] = table["_inst"].seed
        table["_urandom"] = self.randbytes


def _patch_type(kind: type, name: str, value: Any) -> None:
    """Set an attribute of a type that is written in C, through the dictionary behind its proxy."""
    (attributes,) = [part for part in gc.get_referents(kind.__dict__) if isinstance(part, dict)]
    attributes[name] = value
    pythonapi.PyType_Modified(py_object(kind))
