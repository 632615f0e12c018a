"""The generated documentation is what the code says, and other implementations read it the same."""

import json
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest
from catbot.wire import decode

from gameserver.codecs import JSON, MSGPACK
from gameserver.docs.__main__ import DOCS, generated
from gameserver.docs.frames import CLIENT, FRAMES, SERVER, Frame
from gameserver.protocol import (
    CLOSE_CODES,
    REASONS,
    Incoming,
    Outgoing,
)

GOLDEN = DOCS / "golden"


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_a_generated_file_is_what_the_generator_writes(path: Path) -> None:
    """Where this fails: `make docs`."""
    assert path.read_text("utf-8") == generated()[path]


def test_nothing_else_lies_among_the_golden_frames() -> None:
    assert {path for path in generated() if path.parent == GOLDEN} == set(GOLDEN.iterdir())


def golden(frame: Frame) -> tuple[Any, Any]:
    """A frame's map as the standard library and as msgpack read it."""
    stem = f"{frame.sent_by}-{frame.name}"
    packed = bytes.fromhex((GOLDEN / f"{stem}.msgpack.hex").read_text())
    return json.loads((GOLDEN / f"{stem}.json").read_text("utf-8")), msgpack.unpackb(packed)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{frame.sent_by}-{frame.name}")
def test_both_encodings_say_the_same_to_other_implementations(frame: Frame) -> None:
    written, packed = golden(frame)
    assert written == packed


@pytest.mark.parametrize("frame", CLIENT, ids=lambda frame: frame.name)
def test_the_server_reads_what_other_implementations_write(frame: Frame) -> None:
    written, _ = golden(frame)
    assert JSON.decode(json.dumps(written).encode()) == frame.message
    assert MSGPACK.decode(msgpack.packb(written)) == frame.message


@pytest.mark.parametrize("frame", SERVER, ids=lambda frame: frame.name)
def test_what_the_server_sends_is_read_back_to_the_same_message(frame: Frame) -> None:
    for read in golden(frame):
        assert msgspec.convert(read, type(frame.message)) == frame.message


@pytest.mark.parametrize("frame", SERVER, ids=lambda frame: frame.name)
def test_the_bots_read_what_the_server_sends(frame: Frame) -> None:
    _, packed = golden(frame)
    heard = msgspec.to_builtins(decode(msgpack.packb(packed)))
    assert msgspec.convert(heard, type(frame.message)) == frame.message


def test_the_page_says_what_positions_are_refused() -> None:
    page = (DOCS / "protocol.md").read_text("utf-8")
    for field in ("lat", "lon", "accuracy_m", "at_ms", "speed_mps", "heading_deg"):
        assert f"- {field} must be " in page


def test_every_message_has_a_golden_frame_and_a_place_on_the_page() -> None:
    kinds = {kind.__struct_config__.tag for kind in (Incoming | Outgoing).__args__}
    assert {golden(frame)[0]["type"] for frame in FRAMES} == kinds
    page = (DOCS / "protocol.md").read_text("utf-8")
    for kind in kinds:
        assert f"### `{kind}`" in page
    for code in (*REASONS, *(str(int(code)) for code in CLOSE_CODES)):
        assert code in page
