"""Which regions this process keeps: shared out by rendezvous hashing, made safe by leases.

Every keeper works out the same sharing from the same list of living keepers; the lease decides
where two disagree for a moment. A dead keeper's heartbeat and leases lapse within LEASE_MS, and
the next round of the others takes its regions over.
"""

import asyncio
from collections.abc import Iterable
from hashlib import blake2b

from gameserver.live.live import Live

LEASE_MS = 6_000


def owner_of(region: str, keepers: Iterable[str]) -> str | None:
    """The keeper with the highest score for a region (rendezvous hashing, Thaler & Ravishankar
    1998): a keeper that comes or goes moves only the regions that it has to."""
    return max(keepers, key=lambda keeper: (_score(region, keeper), keeper), default=None)


def _score(region: str, keeper: str) -> bytes:
    return blake2b(f"{region}/{keeper}".encode(), digest_size=8).digest()


class Shares:
    """The leases of one keeper."""

    def __init__(self, keeper: str, live: Live) -> None:
        self._keeper = keeper
        self._live = live
        self.held: set[str] = set()

    async def round(self, regions: Iterable[str], now_ms: int) -> tuple[set[str], set[str]]:
        """Say that we live, renew, give up, take over. The regions gained and lost since last time.

        LiveError where Redis is away; then `held` is what it was, the next round makes up for it,
        and leases run out by themselves.
        """
        before = set(self.held)
        keepers = await self._live.heartbeat(self._keeper, now_ms, LEASE_MS)
        mine = {region for region in regions if owner_of(region, keepers) == self._keeper}
        await self._release(before - mine)
        held = set(await self._live.renew_regions(before & mine, self._keeper, LEASE_MS))
        wanted = list(mine - held)
        won = await asyncio.gather(
            *(self._live.acquire_region(region, self._keeper, LEASE_MS) for region in wanted)
        )
        held.update(region for region, is_won in zip(wanted, won, strict=True) if is_won)
        self.held = held
        return self.held - before, before - self.held

    async def _release(self, regions: Iterable[str]) -> None:
        await asyncio.gather(
            *(self._live.release_region(region, self._keeper) for region in regions)
        )

    def lose(self, region: str) -> None:
        """A script found that the lease is another's now."""
        self.held.discard(region)

    async def give_up(self) -> None:
        """At the end: let the others take over at once."""
        await self._release(self.held)
        self.held.clear()
        await self._live.retire(self._keeper)
