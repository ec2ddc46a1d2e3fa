"""Namespaces: an own user, network, IPC, host name, cgroup view and an empty file system."""

import os
import socket

from executor.jail.layers.kernel import LayerError, demand, mount, syscall, umount, unshare

NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY, MS_REMOUNT, MS_REC, MS_PRIVATE = 2, 4, 8, 1, 32, 0x4000, 0x40000
MNT_DETACH = 2
ROOT = "/tmp"  # noqa: S108  any directory does: an empty file system is put over it, then becomes the root


def enter_user_namespace() -> None:
    """Own user namespace, in which this process has every capability and outside of which it has none.

    The caller is unprivileged already, and dumpable, or /proc/self is not its to write.
    """
    uid, gid = os.getuid(), os.getgid()
    unshare(NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123  the path API would stat it first
                file.write(text)
        except OSError as error:
            raise LayerError(f"/proc/self/{name}: {error.strerror}") from error


def enter_other_namespaces() -> None:
    """Network without devices, own IPC, host name and cgroup view. Needs the user namespace."""
    unshare(NEWNET | NEWIPC | NEWUTS | NEWCGROUP)


def empty_file_system() -> None:
    """Replace the whole file system by an empty read-only one. Needs the user namespace."""
    unshare(NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    locked = MS_NOSUID | MS_NODEV | MS_NOEXEC
    mount("none", ROOT, "tmpfs", locked, "size=4k,nr_inodes=2,mode=0555")
    os.chdir(ROOT)
    syscall("pivot_root", b".", b".")
    umount(".", MNT_DETACH)
    os.chdir("/")
    mount("none", "/", None, MS_REMOUNT | MS_RDONLY | locked)


def verify_network() -> None:
    """Raises `LayerError` unless there is no network device but the loopback one."""
    demand([name for _, name in socket.if_nameindex()] == ["lo"], "other network devices can be seen")


def verify_file_system() -> None:
    """Raises `LayerError` unless the root directory is empty, or may not even be listed."""
    try:
        entries = os.listdir("/")  # noqa: PTH208  the path API would stat it first
    except PermissionError:
        entries = []
    demand(not entries and not os.path.exists("/proc") and not os.path.exists("/etc"), "there are files")  # noqa: PTH110


def verify_process() -> None:
    """Raises `LayerError` unless this process is the only one of its namespace."""
    demand(os.getpid() == 1, "other processes can be seen")
