"""cgroup: a bound on the memory and the processes of the whole jail, where this process may set one.

Version 2 or version 1, below the group that the server itself is in. What each script may use is bounded
by its resource limits; this is the backstop that keeps the jail as a whole from starving the machine.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from executor.jail.layers.kernel import LayerError, demand

PREFIX = "qna-jail-"
FILES = {
    "cgroup2": {"memory": "memory.max", "pids": "pids.max"},
    "cgroup": {"memory": "memory.limit_in_bytes", "pids": "pids.max"},
}
OOM_FILES = ("memory.events", "memory.oom_control")


@dataclass(frozen=True)
class Group:
    """One folder per hierarchy: one with version 2, two with version 1."""

    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Move a process in; what it forks is born inside. Raises `LayerError`."""
        for folder in self.folders:
            _write(folder / "cgroup.procs", str(pid))

    def verify(self, pid: int) -> None:
        """Raises `LayerError` unless `pid` is inside."""
        for folder in self.folders:
            demand(str(pid) in (folder / "cgroup.procs").read_text("ascii").split(), "the zygote is outside")

    def oom_kills(self) -> int:
        """How many processes the kernel has ended here for want of memory."""
        for path in (folder / name for folder in self.folders for name in OOM_FILES):
            with suppress(OSError):
                counts = dict(line.split() for line in path.read_text("ascii").splitlines())
                return int(counts.get("oom_kill", 0))
        return 0

    def remove(self) -> None:
        """Remove it, once its processes have ended; what the kernel still holds goes at the next start."""
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


def create(memory_share: float, processes_max: int) -> Group:
    """A group for this server's jail: at most `memory_share` of the machine's memory.

    Raises `LayerError` where no hierarchy with both controllers may be written.
    """
    memory_bytes = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * memory_share)
    limits = {"memory": str(memory_bytes), "pids": str(processes_max)}
    name = f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    folders: dict[str, Path] = {}
    for kind, controller, parent in _own_groups():
        folder = parent / name
        try:
            _remove_left_over(parent)
            folder.mkdir(exist_ok=True)
            _write(folder / FILES[kind][controller], limits[controller])
        except (OSError, LayerError):
            with suppress(OSError):
                folder.rmdir()
            continue
        folders.setdefault(controller, folder)
    group = Group(tuple(dict.fromkeys(folders.values())))
    if folders.keys() != limits.keys():
        group.remove()
        raise LayerError("no cgroup with memory and pids is delegated to this process")
    return group


def _own_groups() -> Iterator[tuple[str, str, Path]]:
    """Hierarchy kind, controller, and the folder of the group that this process is in."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        _, controllers, path = line.split(":", maxsplit=2)
        own.update(dict.fromkeys(controllers.split(","), path))
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        place, _, system = line.partition(" - ")
        root, mounted = place.split()[3:5]
        kind, _, options = system.split(maxsplit=2)
        found = {"cgroup2": ("memory", "pids"), "cgroup": options.split(",")}.get(kind, ())
        for controller in {"memory", "pids"} & set(found):
            path = own.get("" if kind == "cgroup2" else controller, "/")
            yield kind, controller, Path(mounted) / os.path.relpath(path, root)


def _remove_left_over(parent: Path) -> None:
    """Groups of servers that were killed: only an empty group can be removed."""
    for folder in parent.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            with suppress(OSError):
                folder.rmdir()


def _write(path: Path, text: str) -> None:
    try:
        # Without creating it: a missing file means a missing controller.
        with path.open("r+", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise LayerError(f"{path.name}: {error.strerror}") from error
