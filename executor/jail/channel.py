"""Frames between the server and one child: four bytes of length, then JSON. The child's end."""

import os
import struct
from typing import Any

import orjson

HEADER = struct.Struct(">I")
CHUNK_BYTES = 65_536


class ChannelClosed(BaseException):
    """The server hung up. Not an `Exception`, so that no script holds on to a dead run."""


class Silence:
    """A channel to nobody, for rehearsing."""

    def send(self, *frames: dict[str, Any]) -> None:
        """Encode frames and forget them."""
        for frame in frames:
            orjson.dumps(frame)

    def send_bytes(self, *bodies: bytes) -> None:
        """Forget frames."""

    def receive(self) -> dict[str, Any]:
        """Nobody answers: raises `ChannelClosed`."""
        raise ChannelClosed


class Channel(Silence):
    """The descriptor of a blocking socket that carries frames both ways; it may be opened later."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""

    def send(self, *frames: dict[str, Any]) -> None:
        """Send frames at once, so that the server wakes once."""
        self.send_bytes(*map(orjson.dumps, frames))

    def send_bytes(self, *bodies: bytes) -> None:
        """Send frames that are JSON already."""
        data = b"".join([HEADER.pack(len(body)) + body for body in bodies])
        try:
            sent = os.write(self._descriptor, data)
            while sent < len(data):
                sent += os.write(self._descriptor, memoryview(data)[sent:])
        except OSError as error:
            raise ChannelClosed from error

    def receive(self) -> dict[str, Any]:
        """Wait for one frame."""
        (size,) = HEADER.unpack(self._take(HEADER.size))
        frame: dict[str, Any] = orjson.loads(self._take(size))
        return frame

    def _take(self, size: int) -> bytes | bytearray:
        while len(self._rest) < size <= CHUNK_BYTES:
            got = os.read(self._descriptor, CHUNK_BYTES)
            if not got:
                raise ChannelClosed
            self._rest += got
        if size > CHUNK_BYTES:
            return self._take_large(size)
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _take_large(self, size: int) -> bytearray:
        """Straight into its place: a large answer is not copied on its way."""
        data = bytearray(size)
        start = min(len(self._rest), size)
        data[:start], self._rest = self._rest[:start], self._rest[start:]
        view = memoryview(data)[start:]
        while view:
            got = os.readv(self._descriptor, [view])
            if got == 0:
                raise ChannelClosed
            view = view[got:]
        return data
