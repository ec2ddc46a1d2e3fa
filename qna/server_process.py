"""One server as a child process: its start, its log, its end."""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from qna.services import Service
from service.lifeline import LIFELINE_VARIABLE

LOG_BYTES_MAX = 10_000_000
LINE_BYTES_MAX = 1_000_000
KNOWN_FIELDS = {"event", "level", "service", "timestamp", "exception", "logger", "request_id"}


class ServerProcess:
    """A running child in a process group of its own."""

    def __init__(self, process: asyncio.subprocess.Process, relay: asyncio.Task[None]) -> None:
        self._process = process
        self._relay = relay

    async def exit_code(self) -> int:
        """Waits for its end; minus the signal's number when a signal ended it."""
        return await self._process.wait()

    async def stop(self, grace_seconds: float) -> None:
        """SIGTERM, then after the grace SIGKILL for the whole group, so that nothing of it is left."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        # Somebody outside the group may still hold the pipe: the last lines get a second, no more.
        await asyncio.wait({self._relay}, timeout=1)
        self._relay.cancel()


async def start_process(
    service: Service, variables: Mapping[str, str], lifeline: int, log_dir: Path, warn: Callable[[str], None]
) -> ServerProcess:
    """Start `service`; it ends when the other end of `lifeline` closes. `warn` gets lines of weight."""
    log_path = log_dir / f"{service.name}.log"
    log = RotatingFileHandler(log_path, maxBytes=LOG_BYTES_MAX, backupCount=1, encoding="utf-8")
    # A pipe of our own: with one of asyncio's, Python 3.11 waits for grandchildren that hold it too.
    reading_end, writing_end = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *service.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing_end,
            stderr=writing_end,
            env={**os.environ, **variables, LIFELINE_VARIABLE: str(lifeline)},
            pass_fds=(lifeline,),
            start_new_session=True,
        )
    except BaseException:
        os.close(reading_end)
        raise
    finally:
        os.close(writing_end)
    return ServerProcess(process, asyncio.create_task(_relay_lines(reading_end, log, warn)))


async def _relay_lines(pipe: int, log: logging.Handler, warn: Callable[[str], None]) -> None:
    stream = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(pipe, "rb")
    )
    try:
        while line := await _read_line(stream):
            log.emit(logging.makeLogRecord({"msg": line.rstrip("\n")}))
            weighty = summarise_line(line)
            if weighty:
                warn(weighty)
    finally:
        log.close()
        transport.close()


async def _read_line(stream: asyncio.StreamReader) -> str:
    try:
        return (await stream.readline()).decode(errors="replace")
    except ValueError:
        return f"(a line of more than {LINE_BYTES_MAX} bytes was left out)\n"


def summarise_line(line: str) -> str:
    """What a terminal should show of a log line: "" below WARNING; what is not JSON comes from a crash."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line.rstrip()
    if not isinstance(entry, dict):
        return line.rstrip()
    if entry.get("level") not in ("warning", "error", "critical"):
        return ""
    facts = [f"{key}={value}" for key, value in entry.items() if key not in KNOWN_FIELDS]
    return " ".join([f"{entry['level']}: {entry.get('event', '')}", *facts])
