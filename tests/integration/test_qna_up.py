"""`qna up` with the real servers: it comes up, heals itself, and leaves nothing behind."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from qna.services import list_variables
from qna.settings import QnaSettings, move_to_free_ports
from tests.doubles.running_house import (
    DEADLINE_SECONDS,
    UP_COMMAND,
    Running,
    children,
    running_house,
    wait_until,
)

QUESTION = "What was AAPL's maximum drawdown in 2008?"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_house(tmp_path_factory.mktemp("up")) as house:
        yield house


def test_all_five_servers_say_where_they_are_up(running: Running) -> None:
    names = ("financial", "analytics", "validation", "executor", "api_server")
    for name in names:
        assert re.search(rf"^{name} +up at http://127\.0\.0\.1:\d+", running.said.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["financial", "analytics", "validation"])
def test_a_killed_tool_server_comes_back_and_the_next_question_works(running: Running, name: str) -> None:
    wait_until(lambda: running.health().status == "up")
    killed = running.server_pid(f"mcp_servers.{name}")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: running.part_status(name) == "down")
    wait_until(lambda: running.server_pid(f"mcp_servers.{name}") not in {-1, killed})
    answer = httpx2.post(
        f"{running.url}/analyze", json={"question": QUESTION}, trust_env=False, timeout=DEADLINE_SECONDS
    )
    assert answer.json()["status"] == "success"
    wait_until(lambda: running.health().status == "up")


def test_the_page_is_served(running: Running) -> None:
    assert "<title>qna-ai</title>" in httpx2.get(f"{running.url}/", trust_env=False).text


def test_a_second_one_on_the_same_ports_names_the_port_and_the_variable(
    running: Running, tmp_path: Path
) -> None:
    port = running.url.rpartition(":")[2]
    settings = move_to_free_ports(QnaSettings(_env_file=None, qna_data_dir=tmp_path))
    environment = {**os.environ, **list_variables(settings), "API_SERVER_PORT": port}
    second = subprocess.run(
        UP_COMMAND, env=environment, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 4
    assert port in second.stderr
    assert "API_SERVER_PORT" in second.stderr


def test_sigterm_stops_everything_in_order(running: Running) -> None:
    """The last one: it ends the servers of this file."""
    pids = [pid for pid, _ in children(running.process.pid)]
    assert len(pids) == 5
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=DEADLINE_SECONDS) == 0
    assert running.said.read_text().endswith("stopped\n")
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
