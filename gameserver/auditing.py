"""`catcat audit`: the invariants of money, over the books and the live world together.

What SQL alone can say is checked in one snapshot of the books (`ledger.audit`). The checks here
hold the books against Redis. Both read only, and run beside live traffic: what is under way is
given the time that finishing takes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gameserver.config import Config
from gameserver.coupons.service import CouponService
from gameserver.game.geo import cat_region
from gameserver.ledger.audit import Check, audit
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.embedded import embedded_redis, running_redis
from gameserver.live.live import Live, open_live
from gameserver.services import wall_clock_ms

FINISHED_WITHIN_MS = 60_000
"""A claim's books are done this soon: by the gateway at once, else by the region's keeper."""

RELEASED_WITHIN_MS = 120_000
"""After its lease, a reservation whose cat is gone is released this soon."""

PAGE = 500
SHOWN = 5


async def audit_stores(config: Config) -> list[Check]:
    """Every check, on the serving stores."""
    async with open_ledger(config.database_url) as ledger, _live(config) as live:
        now_ms = wall_clock_ms()
        return [
            *await ledger.db.read(audit),
            await _claims_are_finished(ledger, live, now_ms),
            await _reservations_have_cats(ledger.coupons, live, now_ms),
        ]


@asynccontextmanager
async def _live(config: Config) -> AsyncIterator[Live]:
    """The live world: the one given, the running server's own, or, where none runs, its files."""
    url = config.redis or await running_redis(config.data_dir)
    if url is not None:
        async with open_live(url) as live:
            yield live
        return
    async with embedded_redis(config.data_dir) as redis, open_live(redis.url) as live:
        yield live


async def _claims_are_finished(ledger: Ledger, live: Live, now_ms: int) -> Check:
    name = "no claim waits to be finished"
    regions = await ledger.merchants.regions()
    waiting: list[str] = []
    for region in regions:
        entries = await live.unfinished(region, now_ms - FINISHED_WITHIN_MS, PAGE)
        waiting += (entry.claim.catch for entry in entries if entry.claim is not None)
    if waiting:
        return Check(name, False, _shown(waiting))
    return Check(name, True, f"{len(regions)} regions")


async def _reservations_have_cats(coupons: CouponService, live: Live, now_ms: int) -> Check:
    """A reservation is held by a cat that stands, by an unfinished claim, or by its lease.

    Those of other programs than keepers are theirs to release, until the coupon service does.
    """
    name = "no reservation without a live cat or an open lease"
    idle: list[str] = []
    seen = 0
    cursor: str | None = None
    while len(idle) <= SHOWN:
        page = await coupons.lapsed(now_ms - RELEASED_WITHIN_MS, PAGE, cursor)
        cats = [reservation for reservation in page.items if _is_cat(reservation)]
        alive = await live.alive(cats)
        idle += [cat for cat, there in zip(cats, alive, strict=True) if not there]
        seen += len(cats)
        cursor = page.next
        if cursor is None:
            break
    if idle:
        return Check(name, False, _shown(idle))
    return Check(name, True, f"{seen} past their lease, all held by cats or claims")


def _is_cat(reservation: str) -> bool:
    try:
        cat_region(reservation)
    except ValueError:
        return False
    return True


def _shown(ids: list[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else "")
