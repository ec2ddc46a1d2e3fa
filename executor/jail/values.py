"""From what a script returns to JSON values, or a refusal that says where."""

import math
import sys
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import GeneratorType
from typing import Any

WARNINGS_MAX = 20


class NotJson(Exception):
    """A value that has no form in JSON; the message says which and where."""


class TooManyValues(Exception):
    """The result holds more values, or more text, than one answer may."""


class Converter:
    """Converts one result. `warnings` names the places that lost something."""

    def __init__(self, depth_max: int, values_max: int, characters_max: int) -> None:
        self.warnings: list[str] = []
        self._depth_max = depth_max
        self._values_left = values_max
        self._characters_left = characters_max
        self._pandas: Any = sys.modules.get("pandas")
        self._numpy: Any = sys.modules.get("numpy")

    def convert(self, value: Any, where: str = "result", depth: int = 0) -> Any:
        """`value` as JSON: NaN and infinities become null, tables lists of rows, dates ISO 8601.

        Raises `NotJson` for anything that has no such form.
        """
        self._values_left -= 1
        if self._values_left < 0:
            raise TooManyValues
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str or kind is int:
            return self._plain(value, where)
        if kind is float:
            return self._number(value, where)
        if depth >= self._depth_max:
            raise NotJson(f"{where}: nested deeper than {self._depth_max} levels")
        if isinstance(value, dict):
            return self._object(value, where, depth)
        if isinstance(value, list | tuple):
            return self._named_tuple(value, where, depth) or [
                self.convert(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(_items(value))
            ]
        return self._other(value, where, depth)

    def _plain(self, value: str | int, where: str) -> Any:
        if isinstance(value, str):
            self._characters_left -= len(value)
            if self._characters_left < 0:
                raise TooManyValues
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                self._warn(f"{where} held characters that are not text; they became '?'")
                return value.encode("utf-8", "replace").decode("utf-8")
            return value
        if not -(2**63) <= value < 2**64:
            self._warn(f"{where} is too large an integer for JSON and became text")
            return str(value)
        return value

    def _number(self, value: float, where: str) -> float | None:
        if math.isfinite(value):
            return value
        self._warn(f"{where} is {value} and became null")
        return None

    def _object(self, value: dict[Any, Any], where: str, depth: int) -> dict[str, Any]:
        converted: dict[str, Any] = {}
        for key, item in dict.items(value):
            name = self._key(key, where)
            if name in converted:
                raise NotJson(f"{where}: two keys become the same text {name!r}")
            converted[name] = self.convert(item, f"{where}.{name}", depth + 1)
        return converted

    def _key(self, key: Any, where: str) -> str:
        if isinstance(key, str):
            return str(self._plain(str(key), where))
        if isinstance(key, tuple):
            return ", ".join(self._key(part, where) for part in key)
        text = self.convert(key, f"a key of {where}")
        if isinstance(text, list | dict):
            raise _not_json(key, f"a key of {where}")
        if isinstance(text, bool) or text is None:
            return {True: "true", False: "false", None: "null"}[text]
        return str(text)

    def _named_tuple(self, value: Any, where: str, depth: int) -> dict[str, Any] | None:
        names = getattr(type(value), "_fields", None)
        if not isinstance(value, tuple) or not isinstance(names, tuple):
            return None
        return self._object(dict(zip(names, value, strict=True)), where, depth)

    def _other(self, value: Any, where: str, depth: int) -> Any:
        if isinstance(value, Enum):
            return self.convert(value.value, where, depth + 1)
        if isinstance(value, str | int):
            return self._plain(str(value) if isinstance(value, str) else int(value), where)
        if isinstance(value, float | Decimal | Fraction):
            return self._number(float(value), where)
        if isinstance(value, set | frozenset):
            return self._set(value, where, depth)
        if is_dataclass(value) and not isinstance(value, type):
            return self._object(
                {field.name: getattr(value, field.name) for field in fields(value)}, where, depth
            )
        return self._moment(value, where, depth)

    def _moment(self, value: Any, where: str, depth: int) -> Any:
        if self._pandas is not None and (value is self._pandas.NaT or value is self._pandas.NA):
            return None
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, timedelta):
            return value.total_seconds()
        return self._scientific(value, where, depth)

    def _set(self, value: Any, where: str, depth: int) -> list[Any]:
        items = [self.convert(item, f"{where} (a set)", depth + 1) for item in value]
        return sorted(
            items,
            key=lambda item: (str(type(item)), item if isinstance(item, int | float | str) else str(item)),
        )

    def _scientific(self, value: Any, where: str, depth: int) -> Any:
        if self._numpy is not None and isinstance(value, self._numpy.ndarray | self._numpy.generic):
            return self._array(value, where, depth)
        if self._pandas is not None:
            pandas = self._pandas
            if isinstance(value, pandas.DataFrame):
                return self.convert(self._rows(value, where), where, depth)
            if isinstance(value, pandas.Series):
                return self.convert(self._series(value, where), where, depth)
            if isinstance(value, pandas.Index | pandas.api.extensions.ExtensionArray):
                return self.convert(list(value), where, depth)
            if isinstance(value, pandas.Period | pandas.Interval):
                return str(value)
        if isinstance(value, range | GeneratorType | map | filter | zip | KeysView | ValuesView | ItemsView):
            return self.convert(list(value), where, depth)
        raise _not_json(value, where)

    def _array(self, value: Any, where: str, depth: int) -> Any:
        """A numpy array or scalar; dates go through pandas, which knows their units."""
        numpy, pandas = self._numpy, self._pandas
        if value.dtype.kind in "mM" and pandas is not None:
            dates = pandas.Series(numpy.ravel(value)).tolist()
            return self.convert(dates if value.ndim else dates[0], where, depth)
        plain = value.tolist()
        if isinstance(plain, numpy.generic | complex | bytes):
            raise _not_json(value, where)
        return self.convert(plain, where, depth)

    def _is_counted(self, index: Any) -> bool:
        """Whether an index only numbers the rows; years are a `RangeIndex` too, but have a name."""
        return isinstance(index, self._pandas.RangeIndex) and index.name is None

    def _series(self, value: Any, where: str) -> list[Any] | dict[Any, Any]:
        if self._is_counted(value.index):
            plain: list[Any] = value.tolist()
            return plain
        _demand_unique(value.index, f"{where}: the labels of the index")
        return dict(zip(value.index, value, strict=True))

    def _rows(self, table: Any, where: str) -> list[dict[Any, Any]]:
        """A table as one object per row; an index that means something becomes a column."""
        if not self._is_counted(table.index):
            table = table.reset_index(allow_duplicates=True)
        _demand_unique(table.columns, f"{where}: the columns and the index")
        return [
            dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)
        ]

    def _warn(self, text: str) -> None:
        if len(self.warnings) < WARNINGS_MAX:
            self.warnings.append(text)
        elif len(self.warnings) == WARNINGS_MAX:
            self.warnings.append("more values were changed in the same way")


def _items(value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    """What the sequence holds, whatever a subclass says."""
    return list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)


def _demand_unique(labels: Any, what: str) -> None:
    """Of two values under one label only one would be left."""
    if not labels.is_unique:
        raise NotJson(
            f"{what} hold {labels[labels.duplicated()][0]!r} more than once; rename or reset_index first"
        )


def _not_json(value: Any, where: str) -> NotJson:
    kind = type(value).__name__
    return NotJson(f"{where}: a {kind} cannot be part of a result; return numbers, text, lists or dicts")
