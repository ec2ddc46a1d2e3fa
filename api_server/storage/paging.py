"""Lists in pages, newest first, that stay right while rows are added: a cursor is the last row's place."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Boolean, Column, ColumnElement, RowMapping, Select, bindparam, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.storage.columns import UtcDateTime
from api_server.storage.records import Page
from service.errors import BadRequest

PAGE_LENGTH = 50
Item = TypeVar("Item")


class BadCursor(BadRequest):
    """The cursor is not one that an earlier page gave."""

    code = "BAD_CURSOR"


async def read_page(
    connection: AsyncConnection,
    query: Select[Any],
    order: Sequence[Column[Any]],
    cursor: str | None,
    read: Callable[[RowMapping], Item],
) -> Page[Item]:
    """The page of `query` after `cursor`, in descending `order`, whose last column is unique."""
    if cursor is not None:
        query = query.where(_is_after(order, _read_cursor(cursor, order)))
    query = query.order_by(*(column.desc() for column in order)).limit(PAGE_LENGTH + 1)
    rows = (await connection.execute(query)).mappings().all()
    shown = rows[:PAGE_LENGTH]
    is_last = len(rows) <= PAGE_LENGTH
    next_cursor = None if is_last else _write_cursor([shown[-1][column.name] for column in order])
    return Page([read(row) for row in shown], next_cursor)


def _is_after(order: Sequence[Column[Any]], place: list[Any]) -> ColumnElement[bool]:
    values = [bindparam(None, value, column.type) for column, value in zip(order, place, strict=True)]
    return tuple_(*order) < tuple_(*values)


def _write_cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _read_cursor(cursor: str, order: Sequence[Column[Any]]) -> list[Any]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        read = [_read_value(value, column) for value, column in zip(place, order, strict=True)]
    except (ValueError, TypeError, UnicodeEncodeError, binascii.Error) as error:
        raise BadCursor(
            "the cursor is not one of this list", suggestions=("Start again without `cursor`.",)
        ) from error
    return read


def _read_value(value: Any, column: Column[Any]) -> Any:
    if isinstance(column.type, UtcDateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment
    if not isinstance(value, bool if isinstance(column.type, Boolean) else str):
        raise TypeError("another type than the column's")
    return value
