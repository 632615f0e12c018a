"""Everybody who watches gets every frame, and who is slow gets a beginning instead."""

import asyncio
import zlib
from contextlib import aclosing

import pytest

from gameserver.screen import broadcast as module
from gameserver.screen.broadcast import Broadcast
from gameserver.screen.events import GZIP_HEAD, Frame, comment_frame
from tests.waiting import until


def frame(text: str) -> Frame:
    return comment_frame(text)


class Reader:
    """Reads as fast as it is let."""

    def __init__(self, broadcast: Broadcast, address: str = "198.51.100.7") -> None:
        self.read: list[Frame] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.is_done = False
        self._broadcast = broadcast
        self._address = address
        self.task = asyncio.create_task(self._go())

    async def _go(self) -> None:
        async with aclosing(self._broadcast.frames(self._address)) as frames:
            async for one in frames:
                self.read.append(one)
                await self.may_read.wait()
        self.is_done = True


@pytest.fixture
def broadcast() -> Broadcast:
    started = 0

    async def start() -> Frame:
        nonlocal started
        started += 1
        return frame(f"start {started}")

    return Broadcast(start)


async def test_a_reader_begins_at_once_and_then_hears_everything(broadcast: Broadcast) -> None:
    readers = [Reader(broadcast), Reader(broadcast)]
    await until(lambda: all(reader.read for reader in readers))
    for number in (1, 2, 3):
        broadcast.publish(frame(f"{number}"))
        await until(lambda: all(len(reader.read) == number + 1 for reader in readers))  # noqa: B023
    told = [frame("1"), frame("2"), frame("3")]
    assert [reader.read[1:] for reader in readers] == [told, told]
    assert readers[0].read[1] is readers[1].read[1], "frames are made once for all"
    broadcast.close()
    await until(lambda: all(reader.is_done for reader in readers))


async def test_who_is_slow_misses_frames_and_gets_a_new_beginning(broadcast: Broadcast) -> None:
    slow, quick = Reader(broadcast), Reader(broadcast)
    await until(lambda: slow.read and quick.read)
    slow.may_read.clear()
    for number in range(1, 6):
        broadcast.publish(frame(f"{number}"))
        await until(lambda: len(quick.read) == number + 1)  # noqa: B023
    assert len(slow.read) == 2
    slow.may_read.set()
    await until(lambda: len(slow.read) == 3)
    assert slow.read[2] == frame("start 3")
    broadcast.publish(frame("6"))
    await until(lambda: len(slow.read) == 4)
    assert slow.read[3] == quick.read[-1] == frame("6")
    broadcast.close()
    await until(lambda: slow.is_done and quick.is_done)


async def test_who_is_one_frame_late_misses_nothing(broadcast: Broadcast) -> None:
    reader = Reader(broadcast)
    await until(lambda: reader.read)
    broadcast.publish(frame("1"))
    reader.may_read.clear()
    await until(lambda: len(reader.read) == 2)
    broadcast.publish(frame("2"))
    reader.may_read.set()
    await until(lambda: len(reader.read) == 3)
    assert reader.read[2] == frame("2")
    broadcast.close()
    await until(lambda: reader.is_done)


async def test_readers_are_counted_and_bounded(
    broadcast: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WATCHERS_MOST", 2)
    readers = [Reader(broadcast), Reader(broadcast)]
    await until(lambda: broadcast.is_full("anywhere"))
    late = Reader(broadcast)
    await until(lambda: late.is_done)
    assert late.read == []
    readers[0].task.cancel()
    await until(lambda: broadcast.watchers == 1)
    assert not broadcast.is_full("anywhere")
    broadcast.close()
    await until(lambda: readers[1].is_done)
    assert broadcast.watchers == 0


async def test_one_address_does_not_get_all_places(
    broadcast: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FROM_ONE_ADDRESS", 1)
    greedy = Reader(broadcast, "192.0.2.1")
    await until(lambda: greedy.read)
    assert broadcast.is_full("192.0.2.1")
    again, other = Reader(broadcast, "192.0.2.1"), Reader(broadcast, "192.0.2.2")
    await until(lambda: again.is_done and other.read)
    assert again.read == []
    greedy.task.cancel()
    await until(lambda: not broadcast.is_full("192.0.2.1"))
    broadcast.close()
    await until(lambda: other.is_done)


async def test_nothing_begins_once_it_is_closed(broadcast: Broadcast) -> None:
    broadcast.close()
    reader = Reader(broadcast)
    await until(lambda: reader.is_done)
    assert reader.read == []


def test_compressed_frames_fit_together_from_wherever_a_reader_begins() -> None:
    frames = [comment_frame(f"number {number} " * 40) for number in range(6)]
    for begin in range(6):
        reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = reader.decompress(GZIP_HEAD)
        for one in frames[begin:]:
            text += reader.decompress(one.packed)
            assert text.endswith(one.plain), "a frame can be read as soon as it is there"
        assert text == b"".join(one.plain for one in frames[begin:])
    assert len(frames[0].packed) < len(frames[0].plain) / 5
