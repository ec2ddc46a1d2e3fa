"""Tapes: the data of executions, compressed, each answer kept once however many executions saw it.

A tape is kept whole or not at all. What it was made of is found again by SHA-256, which is checked.
"""

import asyncio
import hashlib
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import and_, bindparam, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api_server.errors import NotReplayable
from api_server.storage.columns import UtcDateTime
from api_server.storage.database import Database
from api_server.storage.executions import execution_not_found
from api_server.storage.tables import execution_tapes, executions, tape_blob_uses, tape_blobs
from schemas.execution import ExecutionReport, Outcome
from schemas.replay import TapedRun
from schemas.wire import utc_now

MEBIBYTE = 1024 * 1024
COMPRESSION_LEVEL = 6
PACKED_AT_ONCE_BYTES_MAX = 20_000
"""Of answers: they are packed in less than a millisecond, and a thread would take longer to begin."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""A blob that nobody uses goes after this time: until then a run that needs it again may find it."""

DEPENDS_ON_THE_MACHINE = frozenset(
    [Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CANCELLED, Outcome.CRASHED]
)


# Statements of every question are built once.
KNOWN = (
    select(tape_blobs.c.digest)
    .where(tape_blobs.c.digest.in_(bindparam("wanted", expanding=True)))
    .order_by(tape_blobs.c.digest)
    .with_for_update()
)
COPY = insert(execution_tapes).from_select(
    ["execution_id", "header", "not_replayable_reason", "created_at"],
    select(
        bindparam("copy"),
        execution_tapes.c.header,
        execution_tapes.c.not_replayable_reason,
        bindparam("now", type_=UtcDateTime),
    ).where(execution_tapes.c.execution_id == bindparam("source")),
)
COPY_USES = insert(tape_blob_uses).from_select(
    ["execution_id", "digest"],
    select(bindparam("copy"), tape_blob_uses.c.digest).where(
        tape_blob_uses.c.execution_id == bindparam("source")
    ),
)


@dataclass(frozen=True)
class Packed:
    """A tape as it is stored: `blobs` by the SHA-256 of what they hold, with its size."""

    header: bytes
    blobs: dict[str, tuple[bytes, int]]
    not_replayable_reason: str | None = None
    """Why there is nothing in it."""


class TapeStore:
    """Every method raises `DatabaseUnavailable`; those that read also `ExecutionNotFound`."""

    def __init__(self, database: Database, size_max_mb: int) -> None:
        self._database = database
        self._size_max_bytes = size_max_mb * MEBIBYTE
        self._add = database.insert(execution_tapes).on_conflict_do_nothing()
        self._add_blob = database.insert(tape_blobs).on_conflict_do_nothing()
        self._add_use = database.insert(tape_blob_uses).on_conflict_do_nothing()

    async def pack(self, report: ExecutionReport) -> Packed:
        """The recording in `report`, which is as the jail gave it, or why it cannot be replayed."""
        reason = self._reason_against(report)
        if reason is not None:
            return Packed(b"", {}, reason)
        is_small = _size_of(report) <= PACKED_AT_ONCE_BYTES_MAX
        return pack(report) if is_small else await asyncio.to_thread(pack, report)

    async def put(self, connection: AsyncConnection, execution_id: str, packed: Packed) -> None:
        """Keep it, in the transaction in which the execution ends; the first one that is kept stays."""
        row = {
            "execution_id": execution_id,
            "header": packed.header,
            "not_replayable_reason": packed.not_replayable_reason,
            "created_at": utc_now(),
        }
        if (await connection.execute(self._add, row)).rowcount:
            await self._keep_blobs(connection, execution_id, packed.blobs)

    async def copy(self, connection: AsyncConnection, execution_id: str, source_id: str) -> None:
        """Let another execution of the same user replay what `source_id` recorded, stored once."""
        await connection.execute(COPY, {"copy": execution_id, "source": source_id, "now": utc_now()})
        await connection.execute(COPY_USES, {"copy": execution_id, "source": source_id})

    async def load(self, user_id: str, execution_id: str) -> TapedRun:
        """The recording, equal to what was saved. Raises `NotReplayable` with the reason."""
        async with self._database.reading() as connection:
            header, reason = await self._find(connection, user_id, execution_id)
            if reason is not None:
                raise _not_replayable(reason)
            blobs = await self._read_blobs(connection, execution_id)
        return await asyncio.to_thread(_unpack, header, blobs)

    async def why_not_replayable(self, user_id: str, execution_id: str) -> str | None:
        """The reason, without loading anything; None when it can be replayed."""
        async with self._database.reading() as connection:
            return (await self._find(connection, user_id, execution_id))[1]

    async def attach(self, execution_id: str, name: str, content: bytes) -> None:
        """Keep something that was found out from this tape beside it, for as long as it lives."""
        blob = {_attachment_key(execution_id, name): (zlib.compress(content), len(content))}
        async with self._database.writing() as connection:
            await self._keep_blobs(connection, execution_id, blob)

    async def find_attached(self, user_id: str, execution_id: str, name: str) -> bytes | None:
        """What was attached under this name."""
        async with self._database.reading() as connection:
            await self._find(connection, user_id, execution_id)
            key = tape_blobs.c.digest == _attachment_key(execution_id, name)
            content = (await connection.execute(select(tape_blobs.c.content).where(key))).scalar()
        return zlib.decompress(content) if content is not None else None

    async def sweep(self) -> int:
        """Remove the blobs that no execution uses any more; how many that were."""
        is_used = exists().where(tape_blob_uses.c.digest == tape_blobs.c.digest)
        old = tape_blobs.c.created_at < utc_now() - FORGOTTEN_AFTER
        async with self._database.writing() as connection:
            return (await connection.execute(delete(tape_blobs).where(old, ~is_used))).rowcount

    def _reason_against(self, report: ExecutionReport) -> str | None:
        if report.tape is None:
            return "nothing was recorded"
        if report.outcome in DEPENDS_ON_THE_MACHINE:
            return f"it ended as {report.outcome}, which depends on the machine and not on the data alone"
        size = _size_of(report)
        if size > self._size_max_bytes:
            limit = self._size_max_bytes // MEBIBYTE
            return f"its data has {size / MEBIBYTE:,.1f} MB, and at most {limit} MB of one execution are kept"
        return None

    async def _keep_blobs(
        self, connection: AsyncConnection, execution_id: str, blobs: dict[str, tuple[bytes, int]]
    ) -> None:
        now = utc_now()
        there = set((await connection.execute(KNOWN, {"wanted": list(blobs)})).scalars())
        if there:
            # Touched, so that no sweep takes them between here and the end of this transaction.
            fresh = update(tape_blobs).where(tape_blobs.c.digest.in_(there)).values(created_at=now)
            await connection.execute(fresh)
        new = [
            {"digest": digest, "content": content, "size": size, "created_at": now}
            for digest, (content, size) in sorted(
                blobs.items()
            )  # in one order, so that nobody waits in a ring
            if digest not in there
        ]
        if new:
            await connection.execute(self._add_blob, new)
        if blobs:
            uses = [{"execution_id": execution_id, "digest": digest} for digest in blobs]
            await connection.execute(self._add_use, uses)

    async def _find(
        self, connection: AsyncConnection, user_id: str, execution_id: str
    ) -> tuple[bytes, str | None]:
        """Header and reason; a finished execution without a tape has a reason too."""
        mine = and_(
            executions.c.id == execution_id,
            executions.c.user_id == user_id,
            executions.c.deleted_at.is_(None),
        )
        both = executions.outerjoin(execution_tapes)
        columns = (execution_tapes.c.header, execution_tapes.c.not_replayable_reason)
        row = (await connection.execute(select(*columns).select_from(both).where(mine))).first()
        if row is None:
            raise execution_not_found(execution_id)
        header, reason = row
        return (header, reason) if header is not None else (b"", "it did not run to an end")

    @staticmethod
    async def _read_blobs(connection: AsyncConnection, execution_id: str) -> dict[str, bytes]:
        used = tape_blobs.join(tape_blob_uses, tape_blobs.c.digest == tape_blob_uses.c.digest)
        columns = select(tape_blobs.c.digest, tape_blobs.c.content).select_from(used)
        rows = await connection.execute(columns.where(tape_blob_uses.c.execution_id == execution_id))
        return {digest: content for digest, content in rows}  # noqa: C416  rows are no tuples for `dict`


def _size_of(report: ExecutionReport) -> int:
    return sum(call.size for call in report.tape.calls) if report.tape else 0


def _not_replayable(reason: str) -> NotReplayable:
    return NotReplayable(
        f"this execution cannot be replayed: {reason}",
        suggestions=("Run it again on live data.",),
        reason=reason,
    )


def pack(report: ExecutionReport) -> Packed:
    """The recording in `report`, compressed."""
    tape = report.tape
    assert tape is not None
    blobs: dict[str, tuple[bytes, int]] = {}

    def put(value: Any) -> str:
        body = orjson.dumps(value)
        digest = hashlib.sha256(body).hexdigest()
        if digest not in blobs:
            blobs[digest] = (zlib.compress(body, COMPRESSION_LEVEL), len(body))
        return digest

    header = {
        "tape": tape.model_dump(mode="json", exclude={"calls": {"__all__": {"response"}}}),
        "responses": [put(call.response) for call in tape.calls],
        "report": report.model_dump(mode="json", exclude={"tape", "result"}),
        "result": put(report.result),
    }
    return Packed(zlib.compress(orjson.dumps(header), COMPRESSION_LEVEL), blobs)


def _unpack(packed: bytes, blobs: dict[str, bytes]) -> TapedRun:
    header = orjson.loads(zlib.decompress(packed))
    calls = [
        {**call, "response": _read_blob(blobs, digest)}
        for call, digest in zip(header["tape"]["calls"], header["responses"], strict=True)
    ]
    report = {**header["report"], "result": _read_blob(blobs, header["result"])}
    return TapedRun.model_validate({"tape": {**header["tape"], "calls": calls}, "report": report})


def _read_blob(blobs: dict[str, bytes], digest: str) -> Any:
    body = zlib.decompress(blobs[digest]) if digest in blobs else b""
    if hashlib.sha256(body).hexdigest() != digest:
        raise _not_replayable("its stored data is damaged")
    return orjson.loads(body)


def _attachment_key(execution_id: str, name: str) -> str:
    return hashlib.sha256(f"{name} of {execution_id}".encode()).hexdigest()
