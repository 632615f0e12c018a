"""Sessions that come and go while their process renews what others know of them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from gameserver.gateway import feed
from gameserver.live.live import Live
from gameserver.live.messages import SessionRef
from tests.servers.game import game
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
