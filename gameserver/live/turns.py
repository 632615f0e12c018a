"""Turns of what all processes together may do only so often."""

from typing import cast

from gameserver.live import keys
from gameserver.live.part import Part
from gameserver.live.scripts import load

TAKE = load("take_turn")


class Turns(Part):
    """Turns by the name of what they are for."""

    async def take_turn(self, name: str, nonce: str, every_ms: int) -> int:
        """Take a turn, of which there is one in `every_ms` for all processes; 0 if it is ours.

        Else the milliseconds after which to ask again. `nonce` is the caller's, one per turn.
        """
        return cast(int, await self._redis.run(TAKE, [keys.turn(name)], [nonce, every_ms]))
