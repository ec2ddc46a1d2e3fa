"""The zygote's memory in huge pages, where the kernel has them: a fork then copies fewer page tables."""

import ctypes
from pathlib import Path

HUGE_PAGE_BYTES = 2 * 1024 * 1024
MADV_HUGEPAGE, MADV_COLLAPSE = 14, 25
ARENA_BYTES = 1024 * 1024
"""What Python takes from the kernel at a time, for its small objects."""
SMALL_BYTES = 496
"""A size of which Python's allocator fills whole arenas."""


def reserve_arenas(count: int) -> list[bytes]:
    """Let Python take its next arenas now, side by side, where later they would lie between libraries.

    Returns what keeps them: an object in each. To be called before much is imported.
    """
    small = [b""] * (count * ARENA_BYTES // SMALL_BYTES)
    for place in range(len(small)):
        small[place] = bytes(SMALL_BYTES - b"".__sizeof__())
    return small[:: ARENA_BYTES // SMALL_BYTES // 2]


def collapse_memory() -> int:
    """Put every private writable region into huge pages as far as they fit; returns how many regions were.

    Advice only: the kernel may refuse any of it (no such pages, Linux before 6.1), and nothing changes.
    """
    libc = ctypes.PyDLL(None)
    collapsed = 0
    for start, end in _writable_regions():
        first = -(-start // HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES
        size = end // HUGE_PAGE_BYTES * HUGE_PAGE_BYTES - first
        if size > 0:
            place, length = ctypes.c_void_p(first), ctypes.c_size_t(size)
            libc.madvise(place, length, MADV_HUGEPAGE)
            collapsed += libc.madvise(place, length, MADV_COLLAPSE) == 0
    return collapsed


def _writable_regions() -> list[tuple[int, int]]:
    """First and last address of what is neither a file nor shared."""
    regions = []
    for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
        addresses, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights == "rw-p" and name in ([], ["[heap]"]):
            start, _, end = addresses.partition("-")
            regions.append((int(start, 16), int(end, 16)))
    return regions
