"""The key with which this installation signs what it exports. It is made once and stays in QNA_DATA_DIR."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FILE_NAME = "installation_key"
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class InstallationKey:
    """An Ed25519 key."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public half, 32 bytes in hexadecimal: what others know this installation by."""
        return self.private.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """The signature, 64 bytes in hexadecimal."""
        return self.private.sign(message).hex()


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the holder of `public_key` signed exactly `message`."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def load_key(folder: Path) -> InstallationKey:
    """The key of this installation; made when there is none. Of several that make one at once, one wins."""
    file = folder / FILE_NAME
    if not file.exists():
        _make(file)
    return InstallationKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii"))))


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    own = file.with_name(f"{FILE_NAME}.{os.getpid()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(Ed25519PrivateKey.generate().private_bytes_raw().hex())
    try:
        # A link, unlike a rename, does not take the place of what another process made meanwhile.
        file.hardlink_to(own)
    except FileExistsError:
        pass
    finally:
        own.unlink()
