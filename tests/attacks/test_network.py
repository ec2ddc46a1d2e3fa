"""Reaching other machines, this machine, and other processes by sockets."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "connect": """
import socket
connection = socket.create_connection(('127.0.0.1', @PORT@))
connection.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
result = connection.makefile().read()
""",
    "connect_without_names": """
import socket
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect(('127.0.0.1', @PORT@))
""",
    "ipv6": "import socket; result = {'escaped': socket.socket(socket.AF_INET6).fileno()}",
    "urllib": "from urllib.request import urlopen; result = urlopen('http://127.0.0.1:@PORT@/').read().decode()",
    "http_client": """
from http.client import HTTPConnection
connection = HTTPConnection('127.0.0.1', @PORT@)
connection.request('GET', '/')
result = connection.getresponse().read().decode()
""",
    "asyncio": """
import asyncio
async def main():
    reader, writer = await asyncio.open_connection('127.0.0.1', @PORT@)
    writer.write(b'GET / HTTP/1.0\\r\\n\\r\\n')
    return (await reader.read()).decode()
result = asyncio.run(main())
""",
    "pandas": "import pandas as pd; result = pd.read_csv('http://127.0.0.1:@PORT@/').to_dict()",
    "datagram": """
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
result = {'escaped': sender.sendto(b'secret', ('127.0.0.1', 9))}
""",
    "raw": "import socket as s; result = {'escaped': s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP).fileno()}",
    "netlink": "import socket as s; result = {'escaped': s.socket(s.AF_NETLINK, s.SOCK_RAW, 0).fileno()}",
    "listen": """
import socket
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen()
result = {'escaped': server.getsockname()}
""",
    "unix_socket": """
import socket
server = socket.socket(socket.AF_UNIX)
server.bind('@FOLDER@/pwned')
""",
    "abstract_socket": """
import socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0pwned-@PORT@')
result = {'escaped': True}
""",
    "socket_pair": "import socket; result = {'escaped': [end.fileno() for end in socket.socketpair()]}",
    "interfaces": "import socket; result = {'escaped': socket.if_nameindex()}",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_works_without_a_jail(scene: Scene, attack: str) -> None:
    assert scene.attack_plainly(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_jail_holds(scene: Scene, executor: ExecutionServer, attack: str) -> None:
    assert not scene.evidence_in(executor.execute(scene.place(ATTACKS[attack])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_kernel_alone_holds(scene: Scene, bare_jail: BareJail, attack: str) -> None:
    report = bare_jail.execute(scene.place(ATTACKS[attack]))
    assert not scene.evidence_in(report)
    assert came_as_far_as_the_kernel(report), report.error
