"""Sessions that come and go while their process renews what others know of them."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from gameserver.gateway import feed
from gameserver.gateway import street as street_module
from gameserver.live.live import Live
from gameserver.live.messages import SessionRef
from tests.servers.game import game
from tests.servers.redis import redis_server
from tests.waiting import until


async def test_a_player_who_comes_back_while_sessions_are_renewed_is_not_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer about the session that was replaced meanwhile says nothing of the new one."""
    come_back = asyncio.Event()
    rounds = 0
    keep = Live.keep_sessions

    async def late(live: Live, refs: Sequence[tuple[str, SessionRef]], ttl_ms: int) -> list[str]:
        nonlocal rounds
        rounds += bool(refs)
        if refs:
            await come_back.wait()
        return await keep(live, refs, ttl_ms)

    monkeypatch.setattr(feed, "KEEP_SESSIONS_EVERY_S", 0.05)
    monkeypatch.setattr(Live, "keep_sessions", late)
    async with game(tmp_path) as street, street.player("alice") as old:
        await until(lambda: rounds == 1)
        async with street.player("alice") as new:
            assert await old.closed() == 4002
            roster = street.app.gateway.street.roster
            await until(lambda: roster.sessions["alice"].registered)
            come_back.set()
            await until(lambda: rounds > 2)
            assert (await new.aim("10cca41b2-nosuchcat"))["reason"] == "no_fix"


async def test_a_crowd_that_leaves_at_once_does_not_stand_in_redis_queue_before_those_who_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(street_module, "LEAVING_AT_ONCE", 2)
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street, AsyncExitStack() as crowd:
            names = [f"p{number}" for number in range(40)]
            for name in names:
                await crowd.enter_async_context(street.player(name))
            roster, live = street.app.gateway.street.roster, street.app.live
            await until(lambda: all(seat.registered for seat in roster.sessions.values()))
            redis.nodes[0].client_pause(1_500)
            await crowd.aclose()
            await until(lambda: not roster.sessions)
            assert live.waiting < len(names) / 2
            for name in names:
                await until(partial(_is_nowhere, live, name))


async def _is_nowhere(live: Live, player: str) -> bool:
    return await live.where(player) is None
