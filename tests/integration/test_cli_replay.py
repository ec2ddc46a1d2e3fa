"""`qna replay FILE`: in the jail alone, without a server, and never of a file that was changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api_server.trust.export_file import write_export
from api_server.trust.installation_key import InstallationKey
from qna.failures import ExitCode
from schemas.export import ExportedExecution
from schemas.wire import utc_now
from tests.doubles.execution_server import running_server
from tests.doubles.sources_desk import create_sources_desk
from tests.doubles.tool_server import ToolServer

SCRIPT = """
from mcp_client import quote
import numpy as np

result = {"price": quote(symbol="AAA")["data"]["price"], "noise": np.random.rand()}
"""
COMMAND = [sys.executable, "-c", "from qna.cli import main; main()", "replay"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> ExportedExecution:
    with (
        ToolServer(create_sources_desk) as desk,
        running_server(tmp_path_factory.mktemp("cli_replay"), desk) as server,
    ):
        report = server.execute(SCRIPT)
    assert report.tape is not None
    return ExportedExecution(
        product_version="1",
        execution_id="exec_1",
        created_at=utc_now(),
        question="What is AAA worth?",
        tape=report.tape,
        report=report.model_copy(update={"tape": None}),
    )


def write(exported: ExportedExecution, folder: Path) -> Path:
    file = folder / "answer.qna.json"
    file.write_bytes(write_export(exported, InstallationKey(Ed25519PrivateKey.generate())))
    return file


def replay(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, str(file), *options]
    return subprocess.run(
        command, cwd=file.parent, env=os.environ, check=False, text=True, timeout=100, capture_output=True
    )


def test_a_file_is_replayed_to_the_byte_without_any_server(
    exported: ExportedExecution, tmp_path: Path
) -> None:
    done = replay(write(exported, tmp_path))
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "Identical to the byte" in done.stdout
    assert "Signed with the key" in done.stdout


def test_a_result_that_does_not_follow_from_the_tape_is_shown_with_its_place(
    exported: ExportedExecution, tmp_path: Path
) -> None:
    claimed = {**exported.report.result, "price": 200.0}
    forged = exported.model_copy(update={"report": exported.report.model_copy(update={"result": claimed})})
    done = replay(write(forged, tmp_path), "--json")
    assert done.returncode == ExitCode.SCRIPT_FAILED
    (divergence,) = json.loads(done.stdout)["divergences"]
    assert (divergence["path"], divergence["recorded"], divergence["replayed"]) == ("price", 200.0, 100.0)


def test_a_changed_file_is_refused_before_anything_runs(exported: ExportedExecution, tmp_path: Path) -> None:
    file = write(exported, tmp_path)
    file.write_bytes(file.read_bytes().replace(b"AAA", b"BBB"))
    done = replay(file)
    assert done.returncode == ExitCode.MISUSE
    assert "changed after it was signed" in done.stderr
