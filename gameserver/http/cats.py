"""A merchant's stores on the street: cats that are out, and what players made of them."""

import asyncio
import logging
from collections import defaultdict

import msgspec
from msgspec import Struct

from gameserver.http.call import AnyCall, Call, NoQuery
from gameserver.http.errors import Problem
from gameserver.http.memory import CatsOut
from gameserver.http.route import JSON, Written
from gameserver.http.spans import ROWS_MOST, TOO_MANY, HoursQuery, span_of
from gameserver.ledger.footfall import StoreHour
from gameserver.live.errors import LiveError

log = logging.getLogger(__name__)

REGIONS_AT_ONCE = 50
NONE_OUT = CatsOut(0, 0)


class StoreNow(Struct, frozen=True):
    """How many cats are out at a store, how often they can be caught yet, and catches this hour."""

    store: str
    cats: int
    left: int
    caught_hour: int


class StreetNow(Struct, frozen=True):
    """A merchant's stores at a moment, the oldest store first."""

    at_ms: int
    stores: list[StoreNow]


class Footfall(Struct, frozen=True):
    """Hours in which something happened at a merchant's stores, in their order.

    `seen`: how often one of their cats came into a player's view, again where the player came back;
    `approached`: how often a player raised the phone at one in reach, again after a miss; `caught`.
    """

    hours: list[StoreHour]


async def cats_out(call: Call[None, NoQuery]) -> Written | Problem:
    """The cats that are out now at each store, a second or two old. Made for asking often."""

    async def make() -> bytes:
        return msgspec.json.encode(await _street(call))

    try:
        body = await call.memory.streets.get(call.merchant, make, call.now_ms)
    except LiveError as error:
        log.warning("the cats that are out can't be counted: %s", error)
        return Problem("unavailable", "The street can't be reached.", retry_after_s=2)
    return Written(200, JSON, body)


async def footfall(call: Call[None, HoursQuery]) -> Footfall | Problem:
    """What the cats of each store were to players, hour by hour.

    It is written down every few seconds, to the hour that it is then, and may be off by a few: for
    coupons that were issued and redeemed see the reports.
    """
    span = span_of(call.query, call.now_ms)
    if isinstance(span, Problem):
        return span
    hours = await call.site.ledger.footfalls.hours(call.merchant, *span, ROWS_MOST + 1)
    return TOO_MANY if len(hours) > ROWS_MOST else Footfall(hours)


async def _street(call: AnyCall) -> StreetNow:
    stores = await call.site.ledger.merchants.store_regions(call.merchant)
    by_region = await _by_region(call, sorted({region for _, region in stores}))
    caught = await call.site.ledger.footfalls.caught([id_ for id_, _ in stores], call.now_ms)
    shown = []
    for store, region in stores:
        out = by_region[region].get(store, NONE_OUT)
        shown.append(StoreNow(store, out.cats, out.left, caught.get(store, 0)))
    return StreetNow(call.now_ms, shown)


async def _by_region(call: AnyCall, regions: list[str]) -> dict[str, dict[str, CatsOut]]:
    """The cats of regions by store; what another console asked for just now is not asked again."""
    found: dict[str, dict[str, CatsOut]] = {}
    for start in range(0, len(regions), REGIONS_AT_ONCE):
        some = regions[start : start + REGIONS_AT_ONCE]
        counted = await asyncio.gather(*(_of_region(call, region) for region in some))
        found.update(zip(some, counted, strict=True))
    return found


async def _of_region(call: AnyCall, region: str) -> dict[str, CatsOut]:
    async def make() -> dict[str, CatsOut]:
        counts: defaultdict[str, list[int]] = defaultdict(list)
        for cat, left in await call.site.census(region):
            if left > 0 and cat.expires_ms > call.now_ms:
                counts[cat.store].append(left)
        return {store: CatsOut(len(lefts), sum(lefts)) for store, lefts in counts.items()}

    return await call.memory.cats_by_store.get(region, make, call.now_ms)
