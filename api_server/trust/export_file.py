"""`.qna.json`: one execution with its tape in one file. A changed byte, even of white space, is noticed."""

import hashlib
from typing import Any

import orjson
from pydantic import ValidationError

from api_server.errors import BadExport
from api_server.trust.installation_key import InstallationKey, is_signed
from schemas.export import FORMAT_VERSION, ExportedExecution, Signature, SignedExecution

SIZE_MAX_BYTES = 256 * 1024 * 1024


def write_export(exported: ExportedExecution, key: InstallationKey) -> bytes:
    """The file: JSON with two spaces of indentation. Keys keep their order, which a script can see."""
    document = exported.model_dump(mode="json")
    digest = _digest(document)
    signature = Signature(sha256=digest, public_key=key.public, value=key.sign(bytes.fromhex(digest)))
    return _write({**document, "signature": signature.model_dump(mode="json")})


def read_export(content: bytes) -> SignedExecution:
    """The execution in a file that is exactly as it was written. Raises `BadExport` saying what is wrong."""
    document = _parse(content)
    _check_version(document)
    try:
        signed = SignedExecution.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _bad(f"{place}: {first['msg']}") from error
    _check_signature(document, signed.signature)
    if _write(document) != content:
        raise _bad("its text was changed, although its values were not")
    return signed


def refuse_size() -> BadExport:
    """The error for a file that is too large to be read."""
    return _bad(f"it has more than {SIZE_MAX_BYTES // 1024**2} MB")


def _parse(content: bytes) -> dict[str, Any]:
    if len(content) > SIZE_MAX_BYTES:
        raise refuse_size()
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _bad("it is not JSON") from error
    if not isinstance(document, dict) or document.get("format") != "qna-execution":
        raise _bad("it is no exported execution")
    return document


def _check_version(document: dict[str, Any]) -> None:
    version = document.get("format_version")
    if version != FORMAT_VERSION:
        written_by = document.get("product_version")
        raise BadExport(
            f"the file has format version {version!r}, and this program reads version {FORMAT_VERSION}",
            suggestions=(f"Use the version of qna that wrote it: {written_by}.",),
            format_version=version,
            product_version=written_by,
        )


def _check_signature(document: dict[str, Any], signature: Signature) -> None:
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    if _digest(unsigned) != signature.sha256:
        raise _bad("it was changed after it was signed")
    if not is_signed(bytes.fromhex(signature.sha256), signature.value, signature.public_key):
        raise _bad("its signature is not that of the key it names")


def _write(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(document)).hexdigest()


def _bad(problem: str) -> BadExport:
    return BadExport(
        f"the file cannot be used: {problem}",
        suggestions=("Export the execution again where it was made.",),
        reason=problem,
    )
