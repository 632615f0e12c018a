"""What a game server stands on: Redis, the books, and whoever has the coupons."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from msgspec import Struct

from gameserver.awards.bookkeeping import Bookkeeping, OneCommit, TwoCommits
from gameserver.config import Config
from gameserver.coupons.client import CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.coupons.service import CouponService
from gameserver.coupons.zones import StoreZones
from gameserver.ledger.database import LedgerError
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.embedded import embedded_redis
from gameserver.live.errors import LiveError
from gameserver.live.live import Live, open_live

ASK_S = 1.0
"""Who does not answer in this time is not ready."""


class Backends(Struct, frozen=True):
    """Everything open.

    `client` is the way to a coupon service of its own, None where this process is its own.
    """

    live: Live
    ledger: Ledger
    coupons: CouponService
    bookkeeping: Bookkeeping
    client: CouponClient | None

    async def readiness(self) -> dict[str, str]:
        """How each of them does: `ok`, or what is wrong."""
        found = {}
        try:
            async with asyncio.timeout(ASK_S):
                found["redis"] = "ok" if await self.live.ping() else "no answer"
        except (LiveError, TimeoutError):
            found["redis"] = "unavailable"
        try:
            async with asyncio.timeout(ASK_S):
                await self.ledger.ping()
                found["database"] = "ok"
        except (LedgerError, TimeoutError):
            found["database"] = "unavailable"
        if self.client is not None:
            try:
                async with asyncio.timeout(ASK_S):
                    await self.coupons.ping()
                    found["coupons"] = "ok"
            except (LedgerError, TimeoutError):
                found["coupons"] = "unavailable"
        return found


@asynccontextmanager
async def open_backends(config: Config, clock: Callable[[], int]) -> AsyncIterator[Backends]:
    """Open them, and close them when the block ends. Starts a Redis where the config names none."""
    async with AsyncExitStack() as stack:
        redis_url = config.redis
        if redis_url is None:
            redis_url = (await stack.enter_async_context(embedded_redis(config.data_dir))).url
        ledger = await stack.enter_async_context(
            open_ledger(config.database_url, migrate=config.database is None)
        )
        live = await stack.enter_async_context(open_live(redis_url))
        if config.coupons is None:
            here = OneCommit(ledger.settlement, clock)
            yield Backends(live, ledger, ledger.coupons, here, None)
            return
        client = await stack.enter_async_context(CouponClient(config.coupons, config.service_key()))
        coupons = RemoteCoupons(client, StoreZones(ledger.merchants, clock).of)
        there = TwoCommits(coupons, ledger.catches, clock)
        yield Backends(live, ledger, coupons, there, client)
