"""An exported execution: any changed byte is noticed, and who wrote it can be checked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api_server.errors import BadExport
from api_server.trust.export_file import read_export, write_export
from api_server.trust.installation_key import InstallationKey, load_key
from schemas.execution import ExecutionReport, Outcome, RecordedCall, Tape
from schemas.export import ExportedExecution

KEY = InstallationKey(Ed25519PrivateKey.generate())


def an_execution() -> ExportedExecution:
    response = {"z": [1.5, None, "é"], "a": {"b": 1e-9}}
    call = RecordedCall(
        tool="bars", arguments={"symbol": "KO"}, started_ms=1, duration_ms=2, response=response
    )
    return ExportedExecution(
        product_version="0.1",
        execution_id="exec_1",
        created_at=datetime(2026, 1, 5, tzinfo=UTC),
        question="How is KO?",
        tape=Tape(
            execution_id="exec_1",
            script="result = 1",
            script_sha256="0" * 64,
            parameters={},
            policy_version="p",
            catalogue_digest="c",
            packages={"numpy": "2.4"},
            clock=datetime(2026, 1, 5, tzinfo=UTC),
            seed=1,
            calls=[call],
        ),
        report=ExecutionReport(
            success=True, execution_id="exec_1", outcome=Outcome.COMPLETED, execution_time_ms=3, result=1
        ),
    )


def test_a_file_is_read_as_it_was_written_keys_in_their_order() -> None:
    written = an_execution()
    read = read_export(write_export(written, KEY))
    assert read.model_dump(exclude={"signature"}) == written.model_dump()
    assert list(read.tape.calls[0].response) == ["z", "a"]
    assert read.signature.public_key == KEY.public


def test_every_changed_byte_is_noticed() -> None:
    content = write_export(an_execution(), KEY)
    for place in range(len(content)):
        for byte in {content[place] ^ 1, ord(" "), ord("0")} - {content[place]}:
            changed = content[:place] + bytes([byte]) + content[place + 1 :]
            with pytest.raises(BadExport):
                read_export(changed)


@pytest.mark.parametrize("change", [b"\n", b" ", b"\x00"])
def test_a_byte_more_or_less_is_noticed(change: bytes) -> None:
    content = write_export(an_execution(), KEY)
    for changed in (content + change, change + content, content[:-1], b""):
        with pytest.raises(BadExport):
            read_export(changed)


def test_values_in_another_order_are_noticed() -> None:
    document = orjson.loads(write_export(an_execution(), KEY))
    response = document["tape"]["calls"][0]["response"]
    document["tape"]["calls"][0]["response"] = dict(reversed(response.items()))
    with pytest.raises(BadExport, match="changed after it was signed"):
        read_export(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def test_a_signature_of_another_key_under_our_name_is_refused() -> None:
    other = InstallationKey(Ed25519PrivateKey.generate())
    document = orjson.loads(write_export(an_execution(), other))
    document["signature"]["public_key"] = KEY.public
    with pytest.raises(BadExport, match="not that of the key"):
        read_export(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_version_says_so_and_who_wrote_it(version: Any) -> None:
    document = {**orjson.loads(write_export(an_execution(), KEY)), "format_version": version}
    document["product_version"] = "9.9"
    with pytest.raises(BadExport, match="reads version 1") as caught:
        read_export(orjson.dumps(document))
    assert caught.value.suggestions == ("Use the version of qna that wrote it: 9.9.",)


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"format": "other"}', b"\xff"])
def test_what_is_no_export_is_refused(content: bytes) -> None:
    with pytest.raises(BadExport):
        read_export(content)


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = load_key(tmp_path / "data")
    assert load_key(tmp_path / "data").public == first.public
    (file,) = (tmp_path / "data").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path / "other").public != first.public
