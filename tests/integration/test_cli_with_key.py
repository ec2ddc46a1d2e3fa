"""The commands as a person types them who has a key, against five servers that want one."""

import json
import os
import subprocess
import sys
from pathlib import Path

from qna.failures import ExitCode
from tests.doubles.running_house import running_house

QNA = [sys.executable, "-c", "from qna.cli import main; main()"]


def qna(folder: Path, url: str, *words: str, key: str = "") -> subprocess.CompletedProcess[str]:
    port = url.rpartition(":")[2]
    environment = {**os.environ, "API_SERVER_PORT": port, "ENABLE_API_KEYS": "true", "QNA_API_KEY": key}
    command = [*QNA, "--data-dir", str(folder / "data"), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, text=True, timeout=100, capture_output=True
    )


def test_who_has_a_key_asks_replays_and_runs_again(tmp_path: Path) -> None:
    with running_house(tmp_path, ENABLE_API_KEYS="true") as house:
        key = qna(tmp_path, house.url, "keys", "create", "ann").stdout.strip()
        question = ("ask", "How volatile was PEP over the last 30 trading days?", "--json")
        assert qna(tmp_path, house.url, *question).returncode == ExitCode.MISUSE
        asked = qna(tmp_path, house.url, *question, key=key)
        assert asked.returncode == ExitCode.DONE, asked.stdout + asked.stderr
        execution_id = json.loads(asked.stdout)["data"]["execution_id"]

        replayed = qna(tmp_path, house.url, "replay", execution_id, key=key)
        assert "Identical to the byte" in replayed.stdout, replayed.stderr

        rerun = qna(tmp_path, house.url, "rerun", execution_id, "--param", "days=40", "--json", key=key)
        found = json.loads(rerun.stdout)
        assert (found["parent_id"], found["parameters"]["days"]) == (execution_id, 40)
        assert found["execution"]["success"]

        wrong = qna(tmp_path, house.url, "rerun", execution_id, "--param", "days=many", key=key)
        assert wrong.returncode == ExitCode.MISUSE
        assert "days" in wrong.stderr
