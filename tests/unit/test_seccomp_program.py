"""The seccomp filter, followed instruction by instruction as the kernel does it."""

import errno
import platform
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.jail.layers import kernel
from executor.jail.layers.seccomp import build_program
from sandbox_policies.policy import Policy, load_policy

POLICY = load_policy()
PROGRAM = build_program(POLICY)
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
READ, WRITE, EXEC = 1, 2, 4
SHARED, PRIVATE, SHARED_VALIDATE, ANONYMOUS = 1, 2, 3, 32
UNSIGNED = st.integers(0, 2**64 - 1)
FORBIDDEN = """
open=2 stat=4 lseek=8 ioctl=16 access=21 pipe=22 shmget=29 dup=32 socket=41 connect=42 bind=49
socketpair=53 clone=56 fork=57 vfork=58 execve=59 kill=62 fcntl=72 getcwd=79 chdir=80 mkdir=83
unlink=87 readlink=89 chmod=90 ptrace=101 setuid=105 personality=135 prctl=157 setrlimit=160
chroot=161 mount=165 tkill=200 io_setup=206 keyctl=250 openat=257 newfstatat=262 unshare=272
pipe2=293 perf_event_open=298 setns=308 process_vm_readv=310 process_vm_writev=311 memfd_create=319
bpf=321 execveat=322 userfaultfd=323 pkey_mprotect=329 statx=332 io_uring_setup=425 pidfd_open=434
clone3=435 openat2=437 pidfd_getfd=438
"""
FORBIDDEN_ON_X86_64 = {
    name: int(number) for name, _, number in (pair.partition("=") for pair in FORBIDDEN.split())
}


def follow(
    program: list[tuple[int, int, int, int]], number: int, arguments: tuple[int, ...] = (), machine: str = ""
) -> int:
    """What the filter answers to one system call."""
    values = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine or platform.machine()], 0, *values)
    place, held = 0, 0
    for _ in range(len(program)):
        code, if_true, if_false, value = program[place]
        if code == 0x06:
            return value
        if code == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
            place += 1
            continue
        holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
        place += 1 + (if_true if holds else if_false)
    raise AssertionError("the program does not end")


@pytest.fixture(params=list(ARCHITECTURES))
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    monkeypatch.setattr(platform, "machine", lambda: name)
    return name


def number_of(name: str) -> int:
    """The number of a call that this machine has."""
    number = kernel.number(name)
    assert number is not None
    return number


def test_exactly_the_listed_calls_are_let_through(machine: str) -> None:
    program = build_program(POLICY)
    listed = {number for name in POLICY.system_calls.allowed if (number := kernel.number(name)) is not None}
    through = {number for number in range(1024) if follow(program, number) == ALLOW}
    assert through == listed
    assert all(follow(program, number) == REFUSE for number in set(range(1024)) - listed)


def test_every_listed_call_is_known_on_x86_64() -> None:
    unknown = [name for name in POLICY.system_calls.allowed if name not in kernel.NUMBERS["x86_64"]]
    assert not unknown


@pytest.mark.parametrize("name", FORBIDDEN_ON_X86_64)
def test_what_reaches_outside_answers_eperm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert follow(build_program(POLICY), FORBIDDEN_ON_X86_64[name]) == REFUSE


def test_the_other_architecture_is_killed(machine: str) -> None:
    program = build_program(POLICY)
    (other,) = ARCHITECTURES.keys() - {machine}
    assert follow(program, number_of("read"), machine=other) == KILL


def test_x32_calls_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    program = build_program(POLICY)
    assert follow(program, 0x40000000) == KILL
    assert follow(program, 0x40000000 + number_of("read")) == KILL
    assert follow(program, 0xFFFFFFFF) == KILL


@pytest.mark.parametrize(
    ("protection", "flags", "answer"),
    [
        (READ | WRITE, PRIVATE | ANONYMOUS, ALLOW),
        (0, PRIVATE | ANONYMOUS, ALLOW),
        (READ | EXEC, PRIVATE | ANONYMOUS, REFUSE),
        (EXEC, PRIVATE, REFUSE),
        (READ | WRITE, SHARED | ANONYMOUS, REFUSE),
        (READ, SHARED_VALIDATE, REFUSE),
        (READ | WRITE | EXEC, SHARED, REFUSE),
    ],
)
def test_pages_are_neither_executable_nor_shared(
    machine: str, protection: int, flags: int, answer: int
) -> None:
    assert follow(build_program(POLICY), number_of("mmap"), (0, 4096, protection, flags)) == answer


@pytest.mark.parametrize(
    ("protection", "answer"), [(READ, ALLOW), (READ | WRITE, ALLOW), (READ | EXEC, REFUSE)]
)
def test_pages_do_not_become_executable(machine: str, protection: int, answer: int) -> None:
    assert follow(build_program(POLICY), number_of("mprotect"), (0, 4096, protection)) == answer


@pytest.mark.parametrize(("pid", "answer"), [(0, ALLOW), (1, REFUSE), (4242, REFUSE), (0xFFFFFFFF, REFUSE)])
def test_limits_are_only_those_of_the_caller(machine: str, pid: int, answer: int) -> None:
    assert follow(build_program(POLICY), number_of("prlimit64"), (pid, 2)) == answer


@given(st.integers(0, 2**32 - 1), st.tuples(*[UNSIGNED] * 6))
def test_the_filter_ends_with_one_of_three_answers(number: int, arguments: tuple[int, ...]) -> None:
    assert follow(PROGRAM, number, arguments) in {ALLOW, REFUSE, KILL}


@given(UNSIGNED, UNSIGNED)
def test_no_upper_half_of_an_argument_smuggles_executable_pages(upper: int, flags: int) -> None:
    protection = (upper << 32 | READ | EXEC) % 2**64
    assert follow(PROGRAM, number_of("mmap"), (0, 4096, protection, flags)) == REFUSE


def test_an_operator_may_refuse_a_call_that_we_allow() -> None:
    tighter = [name for name in POLICY.system_calls.allowed if name != "getrandom"]
    policy: Policy = POLICY.model_copy(
        update={"system_calls": POLICY.system_calls.model_copy(update={"allowed": tighter})}
    )
    assert follow(build_program(POLICY), number_of("getrandom")) == ALLOW
    assert follow(build_program(policy), number_of("getrandom")) == REFUSE
