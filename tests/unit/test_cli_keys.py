"""`qna keys` and `qna migrate` as a person types them."""

from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from qna.cli import app
from qna.failures import Misuse

SECRET = "an-hs256-secret-of-forty-characters-0001"  # noqa: S105  of tests only


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["--data-dir", str(folder), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_a_key_is_made_listed_without_its_secret_and_revoked(tmp_path: Path) -> None:
    text = run(tmp_path, "keys", "create", "ann", "--name", "notebook", "--administrator")
    listed = run(tmp_path, "keys", "list", "--user", "ann")
    assert "valid, administrator" in listed
    assert text.split("_", 2)[2] not in listed
    key_id = listed.split()[0]
    assert run(tmp_path, "keys", "revoke", key_id) == f"{key_id} is revoked"
    assert "revoked" in run(tmp_path, "keys", "list")
    with pytest.raises(Misuse, match="no valid key"):
        run(tmp_path, "keys", "revoke", key_id)


def test_a_token_is_signed_with_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JWT_SECRET", raising=False)
    with pytest.raises(Misuse, match="JWT_SECRET"):
        run(tmp_path, "keys", "token", "ann")
    monkeypatch.setenv("JWT_SECRET", SECRET)
    assert jwt.decode(run(tmp_path, "keys", "token", "ann"), SECRET, algorithms=["HS256"])["sub"] == "ann"


def test_migrating_says_what_it_did(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").startswith("sqlite: from nothing to revision")
    assert run(tmp_path, "migrate").endswith("nothing to do")
