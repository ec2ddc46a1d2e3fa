"""The reader of a child's frames: any bytes give a frame, an end, or one of two errors."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from executor import frames
from executor.frames import BrokenFrame, encode_frame, read_frame
from executor.jail.server_channel import FrameTooLarge, ServerChannel
from schemas.wire import Wire

SIZE_MAX = 4096
WORDS = st.sampled_from(
    ["type", "calls", "finished", "result", "warnings", "id", "tool", "named", "positional", "ready"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=10,
)

USED = {"cpu_seconds": 0.5, "peak_memory_bytes": 1024}
GOOD: list[dict[str, Any]] = [
    {"type": "ready"},
    {"type": "begun", "parameters": {"days": 3}},
    {"type": "bad_parameters", "used": USED, "problems": [{"field": "days", "message": "too many"}]},
    {"type": "calls", "calls": [{"id": 1, "tool": "bars", "positional": ["A"], "named": {"limit": 3}}]},
    {"type": "step", "text": "reading"},
    {"type": "printed", "text": "x\n"},
    {"type": "flood", "used": USED, "what": "printed"},
    {"type": "raised", "used": USED, "exception": "ValueError", "message": "", "line": None, "source": ""},
    {"type": "out_of_memory", "used": USED},
    {"type": "finished", "used": USED, "warnings": [], "result": {"a": [1.5, None]}},
]
KINDS = ["refused", "report", *(str(body["type"]) for body in GOOD)]


@asynccontextmanager
async def carrying(data: bytes) -> AsyncIterator[ServerChannel]:
    """A channel whose child says `data` and hangs up."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(data)
    channel = ServerChannel(ours)
    try:
        yield channel
    finally:
        channel.close()


async def read(data: bytes, size_max: int = SIZE_MAX) -> Any:
    """The first frame of a channel that carries `data` and then ends."""
    async with carrying(data) as channel:
        return await read_frame(channel, size_max)


def read_or_say_why(data: bytes) -> Any:
    """A frame, None, or the type of one of the two foreseen errors."""
    try:
        return asyncio.run(read(data))
    except (BrokenFrame, FrameTooLarge) as error:
        return type(error)


def with_length(body: bytes) -> bytes:
    """`body` behind its length, whatever it holds."""
    return len(body).to_bytes(4, "big") + body


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=64))
@example(b"\xff\xff\xff\xff")
@example(b"\x00\x00\x00\x00")
def test_any_bytes_are_a_frame_an_end_or_an_error(data: bytes) -> None:
    assert read_or_say_why(data) in (None, BrokenFrame, FrameTooLarge)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=64) | VALUES.map(repr).map(str.encode))
def test_any_body_is_a_frame_or_an_error(body: bytes) -> None:
    found = read_or_say_why(with_length(body))
    assert isinstance(found, Wire) or found is BrokenFrame


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(WORDS, VALUES, max_size=6),
    st.sampled_from(KINDS),
)
def test_any_json_object_is_a_frame_or_an_error(body: dict[str, Any], kind: str) -> None:
    sent = {**body, "type": kind}
    try:
        data = with_length(orjson.dumps(sent))
    except TypeError:
        return
    found = read_or_say_why(data)
    assert isinstance(found, Wire) or found in (BrokenFrame, FrameTooLarge)
    if isinstance(found, Wire):
        found.model_dump_json()


@pytest.mark.parametrize("body", GOOD, ids=lambda body: str(body["type"]))
async def test_an_honest_frame_arrives_as_it_was_sent(body: dict[str, Any]) -> None:
    frame = await read(encode_frame(body))
    assert frame.model_dump(exclude_unset=True) == body


async def test_frames_come_one_after_another_until_the_end() -> None:
    said = encode_frame({"type": "ready"}) + encode_frame({"type": "step", "text": "a"})
    async with carrying(said) as channel:
        found = [await read_frame(channel, SIZE_MAX) for _ in range(3)]
    assert found == [frames.Ready(type="ready"), frames.Step(type="step", text="a"), None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"ready","extra":1}',
        b'{"type":"granted"}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[]}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":NaN}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":"\xff"}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":"\\ud800"}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[1],"result":0}',
        b'{"type":"calls","calls":[]}',
        b'{"type":"calls","calls":[{"id":1e30,"tool":"x","positional":[],"named":{}}]}',
        b'{"type":"calls","calls":[{"id":1,"tool":"' + b"x" * 201 + b'","positional":[],"named":{}}]}',
        b'{"type":"step","text":"' + b"x" * 201 + b'"}',
        b'{"type":"finished","warnings":[],"result":0}',
        b'{"type":"flood","used":{"cpu_seconds":0,"peak_memory_bytes":0},"what":"room"}',
        b'{"type":"bad_parameters","used":{"cpu_seconds":0,"peak_memory_bytes":0},"problems":[]}',
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":'
        + b"[" * 128
        + b"]" * 128
        + b"}",
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":'
        + b'{"a":' * 300
        + b"1"
        + b"}" * 301,
        b"[" * 2000 + b"]" * 2000,
    ],
)
async def test_what_no_honest_child_sends_breaks_the_channel(body: bytes) -> None:
    with pytest.raises(BrokenFrame):
        await read(with_length(body))


async def test_a_deep_frame_within_the_limit_is_read() -> None:
    body = (
        b'{"type":"finished","used":{"cpu_seconds":0,"peak_memory_bytes":0},"warnings":[],"result":'
        + b"[" * 100
        + b"]" * 100
        + b"}"
    )
    assert isinstance(await read(with_length(body)), frames.Finished)


async def test_a_frame_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameTooLarge):
        await read((SIZE_MAX + 1).to_bytes(4, "big"))


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 10])
async def test_a_channel_that_ends_in_the_middle_is_an_end(cut: int) -> None:
    assert await read(encode_frame({"type": "step", "text": "reading"})[:cut]) is None
