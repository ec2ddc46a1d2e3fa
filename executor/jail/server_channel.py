"""The server's end of a child's channel: frames of four bytes of length, then a body.

What a child sends is read no faster than it is taken, and a child that sends without end does not
keep the server from other work.
"""

import asyncio
import socket

CHUNK_BYTES = 65_536
"""Small enough that the allocator asks the kernel for nothing."""
TURN_FRAMES = 64
"""Frames taken in a row before others get their turn."""


class FrameTooLarge(Exception):
    """The child announced more bytes than a frame may have."""


class ServerChannel:
    """A socket to one child, until `close` or the child ends it: `is_open` says whether it has."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._arrived = bytearray()
        self._leaving = b""
        self._waiter: asyncio.Future[None] | None = None
        self._sender: asyncio.Future[None] | None = None
        self.is_open = True
        self._is_reading = False
        self._taken_in_a_row = 0
        self._read(True)

    async def receive(self, size_max: int) -> bytes | None:
        """The body of the next frame; None when the child hung up.

        Raises `FrameTooLarge` before reading such a frame.
        """
        if self.is_open and not self._arrived:
            self._take_in()  # of a short script it is there already: no need to come round the loop
        while True:
            if len(self._arrived) >= 4:
                size = int.from_bytes(self._arrived[:4], "big")
                if size > size_max:
                    raise FrameTooLarge
                if len(self._arrived) >= 4 + size:
                    body = bytes(memoryview(self._arrived)[4 : 4 + size])
                    del self._arrived[: 4 + size]
                    await self._give_way()
                    return body
            if not self.is_open:
                return None
            self._read(True)
            self._taken_in_a_row = 0
            self._waiter = self._loop.create_future()
            await self._waiter

    def send(self, data: bytes) -> None:
        """Send now what the socket takes, the rest later. Frames to a child that hung up are lost."""
        if self._leaving:
            self._leaving += data
            return
        try:
            sent = self._socket.send(data) if self.is_open else len(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the reading side sees the end
        if sent < len(data):
            self._leaving = data[sent:]
            self._loop.add_writer(self._socket, self._send_on)

    async def drain(self) -> None:
        """Wait until everything is sent, or the child has hung up."""
        if self._leaving:
            self._sender = self._loop.create_future()
            await self._sender

    def close(self) -> None:
        """Hang up; whoever waits is told so."""
        if self.is_open:
            self._end()
        if self._socket.fileno() >= 0:
            self._stop_sending()
            self._socket.close()

    async def _give_way(self) -> None:
        self._taken_in_a_row += 1
        if self._taken_in_a_row >= TURN_FRAMES:
            self._taken_in_a_row = 0
            await asyncio.sleep(0)

    def _read(self, is_wanted: bool) -> None:
        if is_wanted is not self._is_reading and self.is_open:
            self._is_reading = is_wanted
            if is_wanted:
                self._loop.add_reader(self._socket, self._on_readable)
            else:
                self._loop.remove_reader(self._socket)

    def _take_in(self) -> bool:
        """Take what has arrived, the end included; False when nothing has."""
        try:
            data = self._socket.recv(CHUNK_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._end()
        self._arrived += data
        return True

    def _on_readable(self) -> None:
        if not self._take_in() or not self.is_open:
            return
        if self._waiter is None and len(self._arrived) > CHUNK_BYTES:
            self._read(False)
        self._wake()

    def _send_on(self) -> None:
        try:
            sent = self._socket.send(self._leaving)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._leaving)
        self._leaving = self._leaving[sent:]
        if not self._leaving:
            self._stop_sending()

    def _stop_sending(self) -> None:
        self._leaving = b""
        self._loop.remove_writer(self._socket)
        if self._sender is not None and not self._sender.done():
            self._sender.set_result(None)

    def _end(self) -> None:
        self._read(False)
        self.is_open = False
        self._stop_sending()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._waiter = None
