"""Attacks over the network: connect, send, look up, and speak to local sockets of the machine."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack(
        "connect",
        "tcp",
        "import socket\nresult = str(socket.create_connection(('127.0.0.1', @TCP@), timeout=1))",
    ),
    Attack(
        "connect without waiting",
        "tcp",
        """
import socket
patient = socket.socket()
patient.setblocking(False)
result = patient.connect_ex(("127.0.0.1", @TCP@))
""",
    ),
    Attack(
        "connect by another name",
        "tcp",
        "import socket\nresult = socket.socket().connect_ex(('localhost', @TCP@))",
    ),
    Attack(
        "connect through IPv6",
        "tcp",
        "import socket\nresult = socket.socket(socket.AF_INET6).connect_ex(('::ffff:127.0.0.1', @TCP@))",
    ),
    Attack(
        "connect below socket",
        "tcp",
        "import _socket\nresult = _socket.socket().connect_ex(('127.0.0.1', @TCP@))",
    ),
    Attack(
        "send a datagram",
        "udp",
        """
import socket
result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", @UDP@))
""",
    ),
    Attack(
        "send a datagram with a list of buffers",
        "udp",
        """
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
result = sender.sendmsg([b"x", b"y"], [], 0, ("127.0.0.1", @UDP@))
""",
    ),
    Attack(
        "connect to an abstract local socket",
        "local",
        "import socket\nresult = socket.socket(socket.AF_UNIX).connect_ex('\\0@LOCAL@')",
    ),
    Attack(
        "fetch an address with urllib",
        "tcp",
        "from urllib.request import urlopen\nresult = urlopen('http://127.0.0.1:@TCP@/', timeout=0.2).read()",
    ),
    Attack(
        "ask a mail server",
        "tcp",
        "import smtplib\nresult = str(smtplib.SMTP('127.0.0.1', @TCP@, timeout=0.2))",
    ),
    Attack(
        "open a stream with asyncio",
        "tcp",
        """
import asyncio
async def reach():
    await asyncio.open_connection("127.0.0.1", @TCP@)
    return 1
result = asyncio.run(reach())
""",
    ),
    Attack(
        "log to a socket",
        "tcp",
        """
import logging.handlers
result = logging.handlers.SocketHandler("127.0.0.1", @TCP@).makeSocket(timeout=1) and 1
""",
    ),
]
