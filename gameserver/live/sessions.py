"""One live session per player, over all processes: the newest."""

import asyncio
from collections.abc import Sequence
from typing import cast

from gameserver.live import keys
from gameserver.live.messages import SessionRef, decode_ref, encode
from gameserver.live.part import Part
from gameserver.live.scripts import load

OPEN = load("open_session")
KEEP = load("keep_session")
CLOSE = load("close_session")

CHUNK = 1000
"""Sessions that are kept with one breath."""


class Sessions(Part):
    """Calls about players' sessions."""

    async def open_session(
        self, player: str, session: SessionRef, ttl_ms: int
    ) -> SessionRef | None:
        """Make a session the player's live one for this time; the one that it replaced, if any.

        A session that was replaced or closed already does not become live again.
        """
        replaced = cast(
            bytes,
            await self._redis.run(OPEN, [keys.session(player)], [encode(session), ttl_ms]),
        )
        return decode_ref(replaced) if replaced else None

    async def keep_sessions(self, refs: Sequence[tuple[str, SessionRef]], ttl_ms: int) -> list[str]:
        """Keep sessions live for this time from now; the players whose session is not any more."""
        lost: list[str] = []
        for start in range(0, len(refs), CHUNK):
            chunk = refs[start : start + CHUNK]
            answers = await asyncio.gather(
                *(
                    self._redis.run(KEEP, [keys.session(player)], [encode(ref), ttl_ms])
                    for player, ref in chunk
                )
            )
            lost += (player for (player, _), kept in zip(chunk, answers, strict=True) if kept != 1)
        return lost

    async def close_session(self, player: str, ref: SessionRef) -> None:
        """End a session, unless it was replaced."""
        await self._redis.run(CLOSE, [keys.session(player)], [encode(ref)])

    async def where(self, player: str) -> SessionRef | None:
        """The player's live session."""
        key = keys.session(player)
        ref = cast(bytes | None, await self._redis.send(key, "HGET", key, "live"))
        return None if ref is None else decode_ref(ref)
