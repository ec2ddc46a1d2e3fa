"""The page over four API servers without affinity: any of them answers any request."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api_server.app import create_app
from api_server.settings import ApiSettings
from tests.browser.reader import next_reader
from tests.doubles.execution_server import running_server
from tests.doubles.house_tools import create_house_tools
from tests.doubles.outer_servers import running_outer_servers
from tests.doubles.postgresql import PostgreSQL
from tests.doubles.round_robin import RoundRobin, running_round_robin
from tests.doubles.tool_server import ToolServer

SERVERS = 4
QUESTIONS = 20
ANSWER_MS = 20_000


@pytest.fixture(scope="module")
def balanced(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL
) -> Iterator[tuple[str, RoundRobin]]:
    folder = tmp_path_factory.mktemp("many")
    with ExitStack() as stack:
        outer = stack.enter_context(running_outer_servers(folder, postgresql))
        tools = stack.enter_context(ToolServer(create_house_tools))
        executor = stack.enter_context(running_server(folder, tools))
        urls = []
        for number in range(SERVERS):
            settings = ApiSettings(
                _env_file=None,
                qna_data_dir=folder / str(number),
                execution_server_url=executor.url,
                database_url=SecretStr(outer.variables["DATABASE_URL"]),
                redis_url=outer.variables["REDIS_URL"],
                chroma_url=outer.variables["CHROMA_URL"],
            )
            server = stack.enter_context(ToolServer(partial(create_app, settings)))
            urls.append(server.url.removesuffix("/mcp"))
        yield stack.enter_context(running_round_robin(urls))


def test_twenty_questions_are_all_answered_wherever_each_request_goes(
    window: Page, balanced: tuple[str, RoundRobin]
) -> None:
    url, balancer = balanced
    with next_reader(window, url) as reader:
        reader.open()
        for days in range(60, 60 + QUESTIONS):
            reader.ask(f"How volatile was KO over the last {days} trading days?", until=None)
            expect(reader.find(".tile")).to_contain_text(f"from {days} daily returns", timeout=ANSWER_MS)
            reader.wait_for("result")
    assert min(balancer.shares.values()) > QUESTIONS
