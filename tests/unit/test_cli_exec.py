"""`qna exec`: what is read from the command line, and a script in the real jail."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qna.exec import make_request, parse_parameter
from qna.failures import ExitCode, Misuse

COUNT = '''
def analyze(n: int = 3) -> dict:
    """Count.

    n: how far
    """
    print("counting")
    return {"description": f"Counted to {n}.", "body": [{"key": "half", "value": n / (n - 13)}]}
'''


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "count.py"
    path.write_text(COUNT)
    return path


def qna_exec(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from qna.cli import main; main()",
        "exec",
        "--no-tools",
        *map(str, arguments),
    ]
    return subprocess.run(
        command, cwd=folder, env=os.environ, check=False, text=True, timeout=60, capture_output=True
    )


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("days=60", ("days", 60)),
        ('symbols=["AAPL", "KO"]', ("symbols", ["AAPL", "KO"])),
        ("symbol=AAPL", ("symbol", "AAPL")),
        ("note=a=b", ("note", "a=b")),
        ("since=2008-01-01", ("since", "2008-01-01")),
        ("is_raw=true", ("is_raw", True)),
        ("note=", ("note", "")),
    ],
)
def test_a_parameter_is_json_where_that_works_and_else_text(text: str, parameter: tuple[str, object]) -> None:
    assert parse_parameter(text) == parameter


@pytest.mark.parametrize("text", ["days", "=60", ""])
def test_a_parameter_without_a_name_or_a_value_is_misuse(text: str) -> None:
    with pytest.raises(Misuse, match="NAME=VALUE"):
        parse_parameter(text)


@pytest.mark.parametrize(
    "limits",
    [
        {"timeout_seconds": 121, "max_memory_mb": 512},
        {"timeout_seconds": 0, "max_memory_mb": 512},
        {"timeout_seconds": 30, "max_memory_mb": 4096},
    ],
)
def test_limits_beyond_what_the_jail_grants_are_misuse(script: Path, limits: dict[str, float]) -> None:
    with pytest.raises(Misuse):
        make_request(script, [], limits)


def test_a_file_that_is_not_text_is_misuse(tmp_path: Path) -> None:
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe")
    with pytest.raises(Misuse, match=r"bytes\.py"):
        make_request(tmp_path / "bytes.py", [], {})


def test_a_script_runs_with_its_parameters_and_its_prints_go_to_stderr(script: Path) -> None:
    done = qna_exec(script, "--param", "n=5", folder=script.parent)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "Counted to 5." in done.stdout
    assert "counting" in done.stderr
    assert "counting" not in done.stdout


def test_json_is_the_report_and_nothing_else(script: Path) -> None:
    report = json.loads(qna_exec(script, "--json", folder=script.parent).stdout)
    assert report["outcome"] == "completed"
    assert report["metadata"]["parameters"] == {"n": 3}


def test_a_script_that_raises_fails_with_the_line(script: Path) -> None:
    done = qna_exec(script, "--param", "n=13", folder=script.parent)
    assert done.returncode == ExitCode.SCRIPT_FAILED
    assert "division by zero" in done.stdout


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    assert qna_exec(tmp_path / "nothing.py", folder=tmp_path).returncode == ExitCode.MISUSE
