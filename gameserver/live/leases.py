"""Who looks after which region, and which keepers there are."""

import asyncio
from collections.abc import Iterable
from typing import cast

from gameserver.live import keys
from gameserver.live.part import Part
from gameserver.live.scripts import load

ACQUIRE = load("acquire_region")
RENEW = load("renew_region")
RELEASE = load("release_region")
HEARTBEAT = load("heartbeat")


class Leases(Part):
    """Calls of keepers about themselves."""

    async def acquire_region(self, region: str, keeper: str, ttl_ms: int) -> bool:
        """Become the region's keeper for this time; false if another is."""
        lease = keys.of_region(region).lease
        return await self._redis.run(ACQUIRE, [lease], [keeper, ttl_ms]) == 1

    async def renew_regions(self, regions: Iterable[str], keeper: str, ttl_ms: int) -> set[str]:
        """Stay the keeper of regions for this time from now; those whose lease still holds.

        A lease that has run out is not renewed, even if nobody took it since.
        """
        asked = list(regions)
        answers = await asyncio.gather(
            *(
                self._redis.run(RENEW, [keys.of_region(region).lease], [keeper, ttl_ms])
                for region in asked
            )
        )
        return {region for region, held in zip(asked, answers, strict=True) if held == 1}

    async def release_region(self, region: str, keeper: str) -> None:
        """Give the lease of a region back, if this keeper has it."""
        await self._redis.run(RELEASE, [keys.of_region(region).lease], [keeper])

    async def heartbeat(self, keeper: str, now_ms: int, ttl_ms: int) -> list[str]:
        """Say that this keeper is alive for this time; all keepers that are alive, sorted."""
        ids = await self._redis.run(HEARTBEAT, [keys.KEEPERS], [keeper, now_ms, ttl_ms])
        return sorted(keeper.decode() for keeper in cast(list[bytes], ids))

    async def retire(self, keeper: str) -> None:
        """Say that this keeper ends, so that the others need not wait until it is missed."""
        await self._redis.send(keys.KEEPERS, "ZREM", keys.KEEPERS, keeper)
