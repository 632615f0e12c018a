"""Turns of what all processes together may do only so often."""

from gameserver.live import keys
from gameserver.live.part import Part
from gameserver.live.scripts import load

TAKE = load("take_turn")


class Turns(Part):
    """Turns by the name of what they are for."""

    async def take_turn(self, name: str, nonce: str, every_ms: int) -> bool:
        """Take a turn, of which there is one in `every_ms` for all processes; false if it is gone.

        `nonce` is the caller's, one per turn.
        """
        return await self._redis.run(TAKE, [keys.turn(name)], [nonce, every_ms]) == 1
