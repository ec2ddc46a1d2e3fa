"""One execution as a file, `.qna.json`, that anyone can check and replay."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from schemas.execution import ExecutionReport, Tape
from schemas.wire import Wire, utc_now

FORMAT_VERSION: Literal[1] = 1


class Signature(Wire):
    """What shows that a file is as it was written.

    `sha256` shows that nothing was changed by accident. `value` shows that whoever holds the key wrote
    exactly this; it says neither who that is nor that the numbers are right. A replay shows that they follow
    from the tape.
    """

    sha256: str
    """Of everything else in the file, as JSON without white space, keys in the order of the file."""
    algorithm: Literal["ed25519"] = "ed25519"
    public_key: str
    """32 bytes in hexadecimal; its installation shows the same one in `GET /installation`."""
    value: str
    """64 bytes in hexadecimal, over the 32 bytes of `sha256`."""


class ExportedExecution(Wire):
    """Everything but the signature. `report` is as the jail gave it, before it was made to be shown."""

    format: Literal["qna-execution"] = "qna-execution"
    format_version: Literal[1] = FORMAT_VERSION
    exported_at: datetime = Field(default_factory=utc_now)
    product_version: str
    execution_id: str
    created_at: datetime
    question: str
    explanation: str = ""
    model: str = ""
    parameter_schema: dict[str, Any] = Field(default_factory=dict)
    tape: Tape
    report: ExecutionReport


class SignedExecution(ExportedExecution):
    """The whole file."""

    signature: Signature


Origin = Literal["this_installation", "another_installation"]


class ImportedExecution(Wire):
    """What came of an import."""

    execution_id: str
    """Of the execution as it is kept here."""
    original_id: str
    origin: Origin
    public_key: str


class ImportResponse(Wire):
    """The answer of `POST /executions/import`."""

    success: Literal[True] = True
    data: ImportedExecution


class InstallationResponse(Wire):
    """The answer of `GET /installation`."""

    success: Literal[True] = True
    public_key: str
    """Files exported here name it."""
