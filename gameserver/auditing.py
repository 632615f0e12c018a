"""`catcat audit`: the invariants of money, over the books and the live world together.

What SQL alone can say is checked in one snapshot of the books (`ledger.audit`). The checks here
hold the books against Redis. Both read only, and run beside live traffic: what is under way is
given the time that finishing takes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gameserver.config import Config
from gameserver.coupons.client import CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.coupons.service import CouponService
from gameserver.coupons.zones import StoreZones
from gameserver.game.geo import cat_region
from gameserver.game.model import Claim, Coupon
from gameserver.ledger.audit import Check, audit
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.players import GONE
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
    """Every check, on the serving stores. With `config.coupons`, that service has the coupons."""
    apart = config.coupons is not None
    async with (
        open_ledger(config.database_url) as ledger,
        _live(config) as live,
        _coupons(config, ledger) as coupons,
    ):
        now_ms = wall_clock_ms()
        return [
            *await ledger.db.read(audit, apart=apart),
            *([await _catches_have_coupons(ledger, coupons)] if apart else []),
            await _coupons_are_not_owed(ledger, now_ms),
            await _outboxes_are_empty(ledger, live, now_ms),
            await _reservations_have_cats(coupons, live, now_ms),
        ]


@asynccontextmanager
async def _coupons(config: Config, ledger: Ledger) -> AsyncIterator[CouponService]:
    if config.coupons is None:
        yield ledger.coupons
        return
    async with CouponClient(config.coupons, config.service_key()) as client:
        zones = StoreZones(ledger.merchants, wall_clock_ms)
        yield RemoteCoupons(client, zones.of)


async def _catches_have_coupons(ledger: Ledger, coupons: CouponService) -> Check:
    """What a catch is told to have is there, at the coupon service, and is its catcher's."""
    name = "every catch has the coupon that its cat carried, at the coupon service"
    wrong: list[str] = []
    seen = 0
    cursor: str | None = None
    while len(wrong) <= SHOWN:
        page = await ledger.catches.paid(PAGE, cursor)
        found = await coupons.of_catches([claim.catch for claim in page.items])
        there = {coupon.catch: coupon for coupon in found}
        for claim in page.items:
            coupon = there.get(claim.catch)
            if coupon is None or not _is_of(coupon, claim):
                wrong.append(claim.catch)
        seen += len(page.items)
        cursor = page.next
        if cursor is None:
            break
    return Check(name, not wrong, _shown(wrong) if wrong else f"{seen} catches")


def _is_of(coupon: Coupon, claim: Claim) -> bool:
    """Who asked to be forgotten has another random name in each of the books."""
    alike = (coupon.cat, coupon.campaign) == (claim.cat, claim.campaign)
    gone = coupon.player.startswith(GONE) or claim.player.startswith(GONE)
    return alike and (gone or coupon.player == claim.player)


async def _coupons_are_not_owed(ledger: Ledger, now_ms: int) -> Check:
    name = "no coupon is owed for long"
    page = await ledger.catches.owed(now_ms - FINISHED_WITHIN_MS, PAGE)
    waiting = [claim.catch for claim in page.items]
    return Check(name, not waiting, _shown(waiting) if waiting else "none is")


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


async def _outboxes_are_empty(ledger: Ledger, live: Live, now_ms: int) -> Check:
    """Claims, and cats that went home: each holds its reservation until its books are done."""
    name = "nothing in an outbox waits to be finished"
    regions = await ledger.merchants.regions()
    waiting: list[str] = []
    for region in regions:
        entries = await live.unfinished(region, now_ms - FINISHED_WITHIN_MS, PAGE)
        waiting += (entry.cat if entry.claim is None else entry.claim.catch for entry in entries)
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
