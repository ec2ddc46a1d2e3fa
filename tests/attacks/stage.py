"""What an attack would like to reach, and how one sees that it did."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLAIN_PYTHON = """
import sys
space = {"__name__": "__main__"}
exec(compile(sys.argv[1], "<script>", "exec"), space)
print(space.get("result"))
"""
PLAIN_SECONDS = 30


@dataclass(frozen=True)
class Attack:
    """A script of ours that does harm where it can. `shows` is the harm, as `Stage.leaks` names it."""

    id: str
    shows: str
    script: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True)
class Planted:
    """Secrets of the server: in its environment, and behind a descriptor that it holds open."""

    variable: str
    variable_value: str
    descriptor: int
    descriptor_text: str


@dataclass
class Stage:
    """A secret file in a folder that anybody may write to, listeners, a process: all to be left alone."""

    folder: Path
    planted: Planted
    tcp: socket.socket
    udp: socket.socket
    local: socket.socket
    victim: subprocess.Popen[bytes]

    def __post_init__(self) -> None:
        self.secret = f"secret-{secrets.token_hex(12)}"
        self.secret_file.write_text(self.secret)
        self.secret_name = f"unknown-{secrets.token_hex(12)}"
        (self.folder / self.secret_name).touch()

    @property
    def secret_file(self) -> Path:
        """Readable by everybody."""
        return self.folder / "secret.txt"

    @property
    def loot(self) -> Path:
        """The beginning of the name of whatever an attack writes."""
        return self.folder / "loot"

    def aim(self, script: str) -> str:
        """`script` with its placeholders filled in."""
        places = {
            "@SECRET@": self.secret_file,
            "@LOOT@": self.loot,
            "@FOLDER@": self.folder,
            "@TCP@": self.tcp.getsockname()[1],
            "@UDP@": self.udp.getsockname()[1],
            "@LOCAL@": self.local.getsockname().decode()[1:],
            "@VICTIM@": self.victim.pid,
            "@VARIABLE@": self.planted.variable,
            "@DESCRIPTOR@": self.planted.descriptor,
        }
        for place, value in places.items():
            script = script.replace(place, str(value))
        return script

    def run_plainly(self, attack: Attack) -> str:
        """Run it with nothing around it: all that it says."""
        done = subprocess.run(
            [sys.executable, "-s", "-P", "-W", "ignore", "-c", PLAIN_PYTHON, self.aim(attack.script)],
            env={self.planted.variable: self.planted.variable_value, "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[self.planted.descriptor],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PLAIN_SECONDS,
            check=False,
        )
        if attack.shows == "signalled":
            self.victim.wait(timeout=PLAIN_SECONDS)
        return done.stdout + done.stderr

    def leaks(self, said: str) -> list[str]:
        """What an attack that `said` this has reached."""
        signs = {
            "file": self.secret in said,
            "environment": self.planted.variable_value in said,
            "descriptor": self.planted.descriptor_text in said,
            "names": self.secret_name in said,
            "written": any(self.folder.glob("loot*")) or self.secret_file.read_text() != self.secret,
            "tcp": was_hit(self.tcp),
            "udp": was_hit(self.udp),
            "local": was_hit(self.local),
            "signalled": self.victim.poll() is not None,
        }
        return [name for name, is_seen in signs.items() if is_seen]


def was_hit(listener: socket.socket) -> bool:
    """Whether anybody connected or sent something; what was in the queue is gone then."""
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


@contextmanager
def planted_secrets(folder: Path) -> Iterator[Planted]:
    """Secrets in this very process, in which the engine runs too."""
    text = f"behind-{secrets.token_hex(12)}"
    (folder / "open").write_text(text)
    descriptor = os.open(folder / "open", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    planted = Planted("QNA_PLANTED_TOKEN", f"token-{secrets.token_hex(12)}", descriptor, text)
    os.environ[planted.variable] = planted.variable_value
    try:
        yield planted
    finally:
        del os.environ[planted.variable]
        os.close(descriptor)


@contextmanager
def open_stage(folder: Path, planted: Planted) -> Iterator[Stage]:
    """A fresh stage in `folder`, which anybody may write to."""
    folder.chmod(0o777)
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as local,
        subprocess.Popen(["sleep", "120"]) as victim,
    ):
        udp.bind(("127.0.0.1", 0))
        local.bind(f"\0attack-{secrets.token_hex(8)}")
        local.listen()
        for listener in (tcp, udp, local):
            listener.setblocking(False)
        try:
            yield Stage(folder, planted, tcp, udp, local, victim)
        finally:
            victim.kill()
