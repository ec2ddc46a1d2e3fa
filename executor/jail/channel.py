"""Frames between the server and one child: four bytes of length, then JSON. The child's end."""

import socket
import struct
from typing import Any

import orjson

HEADER = struct.Struct(">I")


class ChannelClosed(BaseException):
    """The server hung up. Not an `Exception`, so that no script holds on to a dead run."""


class Silence:
    """A channel to nobody, for rehearsing."""

    def send(self, frame: dict[str, Any]) -> None:
        """Encode a frame and forget it."""
        orjson.dumps(frame)

    def send_bytes(self, body: bytes) -> None:
        """Forget a frame."""

    def receive(self) -> dict[str, Any]:
        """Nobody answers: raises `ChannelClosed`."""
        raise ChannelClosed


class Channel(Silence):
    """A blocking socket that carries frames both ways."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def send(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self.send_bytes(orjson.dumps(frame))

    def send_bytes(self, body: bytes) -> None:
        """Send one frame that is JSON already."""
        try:
            self._socket.sendall(HEADER.pack(len(body)) + body)
        except OSError as error:
            raise ChannelClosed from error

    def receive(self) -> dict[str, Any]:
        """Wait for one frame."""
        (size,) = HEADER.unpack(self._read(HEADER.size))
        frame: dict[str, Any] = orjson.loads(self._read(size))
        return frame

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = self._socket.recv_into(view)
            if got == 0:
                raise ChannelClosed
            view = view[got:]
        return data
