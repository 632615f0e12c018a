"""What a process remembers between requests."""

import asyncio

from gameserver.http.memory import DEAR, Recent

DEAR_MS = 50


async def made_again_after_ms(recent: Recent[int], wait_s: float) -> int:
    """How much later by the clock that is handed in a value is made again."""
    made = 0

    async def make() -> int:
        nonlocal made
        await asyncio.sleep(wait_s)
        made += 1
        return made

    assert await recent.get(make, 0) == 1
    now_ms = 1
    while await recent.get(make, now_ms) == 1:
        now_ms += 1
    return now_ms


async def test_what_is_made_at_once_is_kept_for_its_time() -> None:
    assert await made_again_after_ms(Recent(2_000), 0.0) == 2_000


async def test_what_takes_long_to_make_never_takes_more_than_a_tenth_of_the_time() -> None:
    assert await made_again_after_ms(Recent(100), DEAR_MS / 1000) >= DEAR * DEAR_MS


async def test_of_many_who_ask_at_once_one_makes_it() -> None:
    recent: Recent[int] = Recent(2_000)
    made = 0

    async def make() -> int:
        nonlocal made
        await asyncio.sleep(0)
        made += 1
        return made

    assert await asyncio.gather(*(recent.get(make, 5_000) for _ in range(50))) == [1] * 50
