"""Where players have just been, for the process that has them next, and footprints of walks.

Precise positions are in Redis only and no longer than a day: a player's own are forgotten
TRACK_MS after they were kept, and nothing older than half of that is kept again. Footprints are
hashes: of steps for half a day, of single spots for a minute.
"""

from collections.abc import Sequence
from typing import cast

import msgspec

from gameserver.game.footprints import AGAIN_MS, TOGETHER_MS, Footprint, Match
from gameserver.game.trust import PackedTrust
from gameserver.live import keys
from gameserver.live.link import Argument
from gameserver.live.part import Part
from gameserver.live.scripts import load

LEAVE = load("leave_footprints")
STAND = load("stand")

CLAIMANTS = 4
"""So many players are remembered with one footprint."""

FOOTPRINTS_MOST = 20_000
"""So many footprints of a region are remembered, the last ones, and up to as many again that were
left before; about two megabytes each. A hundred busy players leave as many in twenty minutes."""

SPOT_MOST = 8
"""So many players of one spot are remembered, the last ones."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PackedTrust).decode


class Tracks(Part):
    """Calls about where players have been."""

    async def keep_track(self, player: str, trust: PackedTrust) -> None:
        """Keep what the next session of a player should know, instead of what was kept."""
        key = keys.track(player)
        await self._redis.send(key, "SET", key, _encode(trust), "PX", keys.TRACK_MS)

    async def kept_track(self, player: str) -> PackedTrust | None:
        """What was kept, or None; None also for what another version kept."""
        key = keys.track(player)
        kept = cast(bytes | None, await self._redis.send(key, "GET", key))
        try:
            return None if kept is None else _decode(kept)
        except msgspec.MsgspecError:
            return None

    async def forget_track(self, player: str) -> None:
        """Keep nothing of a player any more."""
        key = keys.track(player)
        await self._redis.send(key, "DEL", key)

    async def leave_footprints(
        self, region: str, player: str, prints: Sequence[Footprint], now_ms: int
    ) -> list[Match]:
        """Leave footprints of a walk in a region; who else left the same, within a day."""
        half, into_ms = divmod(now_ms, keys.STEPS_MS)
        args: list[Argument] = [player, 2 * keys.STEPS_MS - into_ms, AGAIN_MS]
        args += [CLAIMANTS, FOOTPRINTS_MOST, *(number for one in prints for number in one)]
        steps = [keys.steps(region, half), keys.steps(region, half - 1)]
        found = await self._redis.run(LEAVE, steps, args)
        flat = iter(cast(list[bytes | int], found))
        return [
            Match(cast(bytes, other).decode(), int(weight), int(apart_ms))
            for other, weight, apart_ms in zip(flat, flat, flat, strict=True)
        ]

    async def stand(self, region: str, player: str, spot: int, now_ms: int) -> int:
        """Say that a player is at a spot; how many others were within TOGETHER_MS, up to a few."""
        key = keys.spot(region, spot)
        args: list[Argument] = [player, now_ms, now_ms - TOGETHER_MS, SPOT_MOST, TOGETHER_MS]
        return cast(int, await self._redis.run(STAND, [key], args))
