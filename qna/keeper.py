"""Keeps one server running: watches its health, restarts it when it dies, gives it up in the end."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from qna.failures import PortTaken, ServiceLost
from qna.health import ask_health, describe_troubles
from qna.server_process import ServerProcess, start_process
from qna.services import Service

Tell = Callable[[str, str], None]
"""Called with a service's name and a line about it."""


@dataclass(frozen=True)
class Pace:
    """How patient the supervisor is."""

    first_backoff_seconds: float = 0.2
    last_backoff_seconds: float = 10.0
    settled_after_seconds: float = 30.0
    failed_starts_max: int = 5
    starting_poll_seconds: float = 0.1
    poll_seconds: float = 2.0
    degraded_start_seconds: float = 15.0
    """How long a server that answers may look for the others until it counts as started without them."""
    grace_seconds: float = 5.0


@dataclass(frozen=True)
class Surroundings:
    """What all servers of one supervisor share. `variables` are added to the environment."""

    variables: Mapping[str, str]
    log_dir: Path
    tell: Tell
    pace: Pace = field(default_factory=Pace)


class Keeper:
    """One server, until its task is cancelled or the server is given up."""

    def __init__(
        self, service: Service, surroundings: Surroundings, lifeline: int, client: httpx2.AsyncClient
    ) -> None:
        self.service = service
        self.is_started = asyncio.Event()
        self._surroundings = surroundings
        self._pace = surroundings.pace
        self._lifeline = lifeline
        self._client = client
        self._healthy_since: float | None = None
        self._is_stopping = False

    async def keep_running(self) -> None:
        """Raises `PortTaken`, or `ServiceLost` after too many deaths in a row without any health between."""
        backoff = self._pace.first_backoff_seconds
        failed_starts = 0
        while True:
            exit_code, healthy_seconds = await self._run_once()
            failed_starts = failed_starts + 1 if healthy_seconds is None else 0
            if failed_starts == self._pace.failed_starts_max:
                raise self._describe_loss(exit_code)
            if healthy_seconds is not None and healthy_seconds >= self._pace.settled_after_seconds:
                backoff = self._pace.first_backoff_seconds
            self._tell(f"died ({describe_exit(exit_code)}); starts again in {backoff:g} s")
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, self._pace.last_backoff_seconds)

    async def _run_once(self) -> tuple[int, float | None]:
        """One life: its exit code, and for how many seconds it was healthy; None when it never was."""
        check_port(self.service)
        self._healthy_since = None
        process = await self._start()
        watching = asyncio.create_task(self._watch_health())
        try:
            exit_code = await process.exit_code()
        except asyncio.CancelledError:
            self._is_stopping = True
            raise
        finally:
            watching.cancel()
            self.is_started.clear()
            await process.stop(self._pace.grace_seconds)
        healthy_since = self._healthy_since
        return exit_code, None if healthy_since is None else time.monotonic() - healthy_since

    async def _start(self) -> ServerProcess:
        return await start_process(
            self.service,
            self._surroundings.variables,
            self._lifeline,
            self._surroundings.log_dir,
            self._tell,
        )

    async def _watch_health(self) -> None:
        began = time.monotonic()
        shown = "up"
        while True:
            health = await ask_health(self._client, self.service.url)
            now = time.monotonic()
            if health is not None and self._healthy_since is None:
                self._healthy_since = now
            state = health.status if health else "does not answer"
            if not self.is_started.is_set():
                if self._counts_as_started(state, now):
                    self._tell(f"{state} at {self.service.url} in {now - began:.1f} s")
                    self.is_started.set()
            elif state != shown:
                self._tell(": ".join(filter(None, [state, describe_troubles(health)])))
                shown = state
            await asyncio.sleep(
                self._pace.poll_seconds if self.is_started.is_set() else self._pace.starting_poll_seconds
            )

    def _counts_as_started(self, state: str, now: float) -> bool:
        """`up` counts at once, an answer with troubles after a while: the others may still be starting."""
        if self._healthy_since is None:
            return False
        return state == "up" or now - self._healthy_since >= self._pace.degraded_start_seconds

    def _tell(self, line: str) -> None:
        if not self._is_stopping:
            self._surroundings.tell(self.service.name, line)

    def _describe_loss(self, exit_code: int) -> ServiceLost:
        return ServiceLost(
            f"{self.service.name} died {self._pace.failed_starts_max} times in a row before it answered "
            f"({describe_exit(exit_code)})",
            f"Read {self._surroundings.log_dir / self.service.name}.log.",
        )


def describe_exit(exit_code: int) -> str:
    """An exit code in words, as the `subprocess` module counts: minus the signal's number."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    return f"signal {-exit_code}, {signal.strsignal(-exit_code)}"


def check_port(service: Service) -> None:
    """Raises `PortTaken` when nobody could listen at the service's address now."""
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((service.host, service.port))
        except OSError as error:
            raise PortTaken(
                f"{service.name} cannot listen on port {service.port} of {service.host}: {error.strerror}",
                f"Stop what listens there, or set {service.variable} to another one.",
            ) from error
