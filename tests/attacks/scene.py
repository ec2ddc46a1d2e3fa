"""What attacks are after: planted secrets and places to leave a mark, and whether one was reached."""

import http.server
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.execution import ExecutionReport

SECRET_VARIABLE = "CANARY_SECRET"  # noqa: S105  its name
PLAIN_RUN = """
import json, os, sys
namespace = {"__name__": "__main__"}
exec(compile(sys.stdin.read(), "<script>", "exec"), namespace)
print(json.dumps({"result": namespace.get("result")}, default=str))
"""
"""No jail at all: what a naive service does with a script."""
FOR_LACK_OF = ("ImportError", "ModuleNotFoundError", "NameError", "SyntaxError", "AttributeError", "NotJson")
"""Exceptions that would mean that an attack never came as far as the kernel."""


class Listener(http.server.ThreadingHTTPServer):
    """Answers every request with a secret, and counts who connects."""

    def __init__(self, secret: str) -> None:
        self.hits = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(f"name,secret\\na,{secret}\\n".encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self) -> Any:
        self.hits += 1
        return super().get_request()


@dataclass
class Scene:
    """A folder that everybody may read and write, and secrets: contents, name, environment, network."""

    folder: Path
    secrets: dict[str, str]
    listener: Listener
    server_pid: int = field(default_factory=os.getpid)

    def place(self, script: str) -> str:
        """The script with the places filled in."""
        places = {
            "@FILE@": str(self.folder / "canary.csv"),
            "@FOLDER@": str(self.folder),
            "@PORT@": str(self.listener.server_port),
            "@PID@": str(self.server_pid),
        }
        for mark, value in places.items():
            script = script.replace(mark, value)
        return script

    def evidence(self, said: str, result: Any) -> set[str]:
        """What an attack reached, by what it answered and what it left; the scene is then as before."""
        found = {kind for kind, secret in self.secrets.items() if secret in said}
        found |= {"folder" for _ in self.folder.glob("pwned*")}
        found |= {"listener" for _ in range(self.listener.hits)}
        if isinstance(result, dict) and result.get("escaped"):
            found.add("flag")
        for left in self.folder.glob("pwned*"):
            left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
        self.listener.hits = 0
        return found

    def attack_plainly(self, script: str) -> set[str]:
        """What the script reaches without a jail."""
        said, result = self.run_plainly(script)
        return self.evidence(said, result)

    def run_plainly(self, script: str, timeout_seconds: float = 30) -> tuple[str, Any]:
        """Everything a fresh process says that runs the script, and its result."""
        done = subprocess.run(
            [sys.executable, "-c", PLAIN_RUN],
            input=self.place(script),
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=timeout_seconds,
            check=False,
        )
        last = done.stdout.splitlines()[-1:] or ["null"]
        try:
            result = json.loads(last[0])["result"]
        except (ValueError, TypeError):
            result = None
        return done.stdout + done.stderr, result

    def evidence_in(self, report: ExecutionReport) -> set[str]:
        """What a script reached inside a jail."""
        return self.evidence(report.model_dump_json(exclude={"tape"}), report.result)


def came_as_far_as_the_kernel(report: ExecutionReport) -> bool:
    """Whether it was not for lack of a module or a name that the attack failed."""
    exception = report.error.details.get("exception") if report.error else None
    return exception not in FOR_LACK_OF
