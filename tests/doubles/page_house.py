"""The real API server with its page, over a real execution server and real tools, for the tests of the page.

Only three things are a test's: the model, which writes what is prepared for certain questions (`PageWriter`),
gates at which work waits until it was looked at, and a market that can be told to fail.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx2
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from api_server.app import create_app
from api_server.parts import Parts
from api_server.settings import ApiSettings
from mcp_servers.analytics.app import create_app as create_analytics
from mcp_servers.financial.app import create_app as create_financial
from mcp_servers.financial.market import Market
from mcp_servers.validation.app import create_app as create_validation
from prompts.library import load_library
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.gate import Gate
from tests.doubles.held_market import HeldMarket
from tests.doubles.held_steps import with_gates
from tests.doubles.page_memory import falsify_recording, forget_everything, make_up_questions
from tests.doubles.page_writer import PageWriter
from tests.doubles.simulated import CLOSED, vendor_at
from tests.doubles.tool_server import ToolServer

Value = TypeVar("Value")
ACT_SECONDS_MAX = 60.0
AT_ONCE, WAITING_MAX = 4, 4
LINE_MAX = AT_ONCE + WAITING_MAX
"""Executions under way and waiting for a turn; few, so that a test can fill the line."""


class Hold(Enum):
    """Where a question can be made to wait."""

    UNDERSTANDING = "understanding"
    WRITING = "writing"
    AMID_WRITING = "amid writing"
    CHECKING = "checking"
    MARKET = "market"


class PageHouse:
    """One API server at `url`, which can end and come back at its address. `courses`: see `PageWriter`."""

    def __init__(self, folder: Path, executor: ExecutionServer, market: HeldMarket, **settings: Any) -> None:
        self.executor = executor
        self.market = market
        self._writer = PageWriter(load_library())
        self._before_understanding, self._before_checking = Gate(), Gate()
        self._gates = {
            Hold.UNDERSTANDING: self._before_understanding,
            Hold.WRITING: self._writer.before_writing,
            Hold.AMID_WRITING: self._writer.amid_writing,
            Hold.CHECKING: self._before_checking,
            Hold.MARKET: market.gate,
        }
        given = {"execution_server_url": executor.url, **settings}
        self._settings = ApiSettings(_env_file=None, qna_data_dir=folder, **given)
        self._has_begun = threading.Event()
        self._ran_before = 0
        self._server = ToolServer(self._create)
        self.url = self._server.url.removesuffix("/mcp")
        self.http = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    @property
    def courses(self) -> Any:
        """What the model answers to questions with a certain word."""
        return self._writer.courses

    def start(self) -> None:
        """Listen, and return when questions are answered."""
        self._server.start()
        assert self._has_begun.wait(ACT_SECONDS_MAX)

    def stop(self) -> None:
        """End in order, as on SIGTERM: every connection breaks, what is under way is marked."""
        self._server.stop(in_order=True)
        self._has_begun.clear()

    def hold(self, where: Hold) -> None:
        """Let questions wait there; what the market has told before is told anew."""
        self._gates[where].close()
        if where is Hold.MARKET:
            self.forget_market()

    def forget_market(self) -> None:
        """What the market has told before must be asked for again."""
        self.executor.http.delete("/cache").raise_for_status()

    def let_go(self) -> None:
        """Everything that waits goes on."""
        for gate in self._gates.values():
            gate.open()

    def forget(self) -> None:
        """As new: no question was ever asked."""
        self.let_go()
        self.courses.clear()
        self.market.problems.clear()
        self.market.label.clear()
        self.act(forget_everything)
        self._ran_before = self._count_runs()

    @property
    def scripts_run(self) -> int:
        """How many scripts the execution server has run since the house was new."""
        return self._count_runs() - self._ran_before

    def executions(self, **filters: str) -> list[dict[str, Any]]:
        """What the API lists, latest first."""
        reply = self.http.get("/executions", params=filters).raise_for_status()
        found: list[dict[str, Any]] = reply.json()["data"]["executions"]
        return found

    def latest(self) -> dict[str, Any]:
        """All that the API says of the execution that was asked for last."""
        return self.find(self.executions()[0]["execution_id"])

    def find(self, execution_id: str) -> dict[str, Any]:
        """All that the API says of one execution."""
        found: dict[str, Any] = self.http.get(f"/executions/{execution_id}").raise_for_status().json()["data"]
        return found

    def sentence(self) -> str:
        """What the latest answer says."""
        said: str = self.latest()["execution"]["result"]["description"]
        return said

    def assumptions(self) -> list[str]:
        """What the latest answer was based on without being told."""
        made: list[str] = self.latest()["metadata"]["understanding"]["assumptions"]
        return made

    def wait_for_index(self) -> None:
        """Return when the questions until now can be found by their likes."""
        self.act(lambda parts: parts.pipeline.reusing.memory.finish(ACT_SECONDS_MAX))

    def ask(self, question: str, **body: Any) -> dict[str, Any]:
        """The API's answer to a question, as somebody else at the same house asks it."""
        reply = self.http.post("/analyze", json={"question": question, **body}).raise_for_status()
        found: dict[str, Any] = reply.json()["data"]
        return found

    def wait_for_line(self) -> None:
        """Return when the execution server takes no more."""
        _wait_until(lambda: _present(self.executor) == LINE_MAX)

    def wait_until_over(self) -> None:
        """Return when the execution that was asked for last is over."""
        _wait_until(lambda: self.executions()[0]["status"] in ("success", "failed"))

    def create_key(self, user_id: str) -> str:
        """A key for a user, as `qna keys create` makes one."""
        return self.act(lambda parts: parts.storage.api_keys.create(user_id, "a test's"))[1]

    def remember(self, count: int, apart: timedelta = timedelta(minutes=2), **facts: Any) -> None:
        """Have `count` questions answered before now, `exec_1` the latest; `facts` are its columns."""
        self.act(lambda parts: make_up_questions(parts, count, apart, facts))

    def falsify_recording(self, place: Sequence[str | int], value: Any, packages: Mapping[str, str]) -> None:
        """Put another value into the recorded result of the latest execution, and other versions."""
        execution_id = self.latest()["execution_id"]
        self.act(lambda parts: falsify_recording(parts, execution_id, place, value, packages))

    def act(self, action: Callable[[Parts], Awaitable[Value]]) -> Value:
        """Do something with the server's own parts in its own thread, and wait for it."""

        async def work() -> Value:
            return await action(self._parts)

        assert self._has_begun.wait(ACT_SECONDS_MAX)
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(ACT_SECONDS_MAX)

    @contextmanager
    def beside(self, **settings: Any) -> Iterator["PageHouse"]:
        """Another API server with other settings and a memory of its own, over the same execution server."""
        with TemporaryDirectory() as folder:
            other = PageHouse(Path(folder), self.executor, self.market, **settings)
            with other.running():
                yield other

    @contextmanager
    def running(self) -> Iterator["PageHouse"]:
        """The server, until the block ends."""
        self.start()
        try:
            with self.http:
                yield self
        finally:
            self.let_go()
            self._server.stop(in_order=True)

    def _create(self) -> FastAPI:
        app = create_app(self._settings, self._writer)
        opened = app.router.lifespan_context

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with opened(app):
                gates = (self._before_understanding, self._before_checking)
                self._parts = app.state.parts = with_gates(app.state.parts, *gates)
                self._loop = asyncio.get_running_loop()
                self._has_begun.set()
                yield

        app.router.lifespan_context = lifespan
        return app

    def _count_runs(self) -> int:
        return _measure(self.executor, "qna_executions_total")


def _present(executor: ExecutionServer) -> int:
    return _measure(executor, "qna_executions_running") + _measure(executor, "qna_executions_waiting")


def _measure(executor: ExecutionServer, name: str) -> int:
    families = text_string_to_metric_families(executor.http.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return sum(int(sample.value) for sample in samples if sample.name == name)


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ACT_SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@contextmanager
def running_page_house(folder: Path) -> Iterator[PageHouse]:
    """The whole house, its state in `folder`, until the block ends."""
    market = HeldMarket(vendor_at(CLOSED))
    servers = {
        "financial": ToolServer(lambda: create_financial(Market([market]))),
        "analytics": ToolServer(create_analytics),
        "validation": ToolServer(create_validation),
    }
    addresses = {f"{name}_mcp_url": server.url for name, server in servers.items()}
    with ExitStack() as stack:
        for server in servers.values():
            server.start()
            stack.callback(server.stop, in_order=True)
        line: dict[str, Any] = {"executions_at_once": AT_ONCE, "executions_waiting": WAITING_MAX}
        executor = stack.enter_context(running_server(folder, servers["financial"], **addresses, **line))
        yield stack.enter_context(PageHouse(folder, executor, market).running())
