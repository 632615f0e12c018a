import asyncio
import socket
import time

import pytest

from gameserver.patience import Alarm, within
from tests.waiting import until


async def stand_still(for_s: float) -> None:
    time.sleep(for_s)  # noqa: ASYNC251 (the loop is to stand still)


async def test_what_is_not_over_in_time_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        async with within(0.01):
            await asyncio.Event().wait()


async def test_an_answer_that_came_while_the_loop_stood_still_is_heard() -> None:
    """A plain time-out gives up on it."""
    ours, theirs = socket.socketpair()
    with theirs:
        reader, writer = await asyncio.open_connection(sock=ours)
        for limit in (within, asyncio.timeout):
            reading = asyncio.create_task(_read_within(limit, reader))  # type: ignore[arg-type]
            await asyncio.sleep(0)
            theirs.send(b"an answer\n")
            await stand_still(0.1)
            assert await reading == (b"an answer\n" if limit is within else None)
            if limit is asyncio.timeout:
                assert await reader.readline() == b"an answer\n"
        writer.close()
        await writer.wait_closed()


async def _read_within(limit: type[asyncio.Timeout], reader: asyncio.StreamReader) -> bytes | None:
    try:
        async with limit(0.05):
            return await reader.readline()
    except TimeoutError:
        return None


async def test_an_alarm_that_is_cancelled_does_not_go_off() -> None:
    rung: list[str] = []
    early, late = Alarm(0.0, lambda: rung.append("early")), Alarm(0.0, lambda: rung.append("late"))
    early.cancel()
    await until(lambda: rung)
    late.cancel()
    assert rung == ["late"]
