"""What a log line tells of an error, and what it must not."""

import subprocess
import sys

import pytest

CODE = """
import logging, sys
from service.logs import configure_logs
configure_logs("test", form=sys.argv[1])
def fail(key):
    token = "-".join(["value", key])
    raise ValueError("broken")
try:
    fail("hidden")
except ValueError:
    logging.getLogger("x").exception("failed")
"""


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_says_where_and_not_what_variables_held(form: str) -> None:
    done = subprocess.run([sys.executable, "-c", CODE, form], capture_output=True, text=True, check=True)
    assert "broken" in done.stderr
    assert "fail" in done.stderr
    assert "value-hidden" not in done.stderr
