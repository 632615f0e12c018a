"""The coupon service for game servers that keep no coupons themselves: `coupons.remote` asks."""

from time import perf_counter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection

from gameserver.coupons.wire import (
    AllGranted,
    AllReleased,
    CatchItems,
    EpochMs,
    Granted,
    Ids,
    Issued,
    NewReservation,
    NewReservations,
    PlayersCode,
    Release,
    Released,
    Releases,
)
from gameserver.game.model import Coupon, CouponChange, IssueItem, Offering, Reservation
from gameserver.http.call import Call, Cursor, Listed, NoQuery, PageSize, Paging
from gameserver.http.errors import Problem
from gameserver.http.texts import is_code, is_id
from gameserver.ledger import issuing, reservations
from gameserver.ledger.wallet import HeldCoupon

DAY_MS = 86_400_000


class OfCampaigns(Struct, frozen=True, forbid_unknown_fields=True):
    """Which campaigns."""

    campaigns: Ids


class OfCatches(Struct, frozen=True, forbid_unknown_fields=True):
    """Which catches."""

    catches: Ids


class Since(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes with a greater number than `after`; without it, the last one only."""

    after: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    limit: PageSize = 50


class Lapsed(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the list, as it is at a time; without one, now."""

    limit: PageSize = 50
    cursor: Cursor | None = None
    at_ms: EpochMs | None = None


def issue(connection: Connection, call: Call[CatchItems, NoQuery]) -> Issued:
    """Issue a coupon for each catch that may have one; a catch that has one gets it again."""
    items = [IssueItem(**msgspec.structs.asdict(catch)) for catch in call.body.items]
    traffic, started_s = call.site.traffic, perf_counter()
    results = issuing.issue(connection, items, call.now_ms)
    traffic.issue_sizes.add(len(items))
    traffic.issue_durations.add(perf_counter() - started_s)
    return Issued(results)


def reserve(connection: Connection, call: Call[NewReservation, NoQuery]) -> Granted:
    """Set coupons aside; a reservation that is there already answers what it was granted."""
    return _granted(connection, [call.body], call.now_ms)[0]


def reserve_all(connection: Connection, call: Call[NewReservations, NoQuery]) -> AllGranted:
    """Set coupons aside for many cats at once; all in one transaction."""
    return AllGranted(_granted(connection, call.body.items, call.now_ms))


def release(connection: Connection, call: Call[Release, NoQuery]) -> Released | Problem:
    """Give coupons back. A reservation that there is not has nothing to give."""
    reservation, count = call.path["reservation"], call.body.count
    if not is_id(reservation):
        return Problem("not_found", "No reservation can have that id.")
    reservations.release(connection, [(reservation, count)])
    return Released(reservation, count)


def release_all(connection: Connection, call: Call[Releases, NoQuery]) -> AllReleased:
    """Give coupons of many reservations back; all in one transaction."""
    items = call.body.items
    reservations.release(connection, [(each.reservation, each.count) for each in items])
    return AllReleased([Released(each.reservation, each.count) for each in items])


async def lapsed_reservations(call: Call[None, Lapsed]) -> Listed[str] | Problem:
    """Reservations that still hold coupons long after their end, the oldest first."""
    asked = call.query
    at_ms = call.now_ms if asked.at_ms is None else asked.at_ms
    page = await call.site.coupons.lapsed(at_ms, asked.limit, asked.cursor)
    return Listed(list(page.items), page.next)


async def offerings(call: Call[None, OfCampaigns]) -> Listed[Offering]:
    """What a game has to know of campaigns, whoever's they are. Those that there are not are left
    out."""
    return Listed(await call.site.coupons.offerings(call.query.campaigns.split(",")), None)


async def coupons_of_catches(call: Call[None, OfCatches]) -> Listed[Coupon]:
    """The coupons that were issued for catches; a catch that has none is left out."""
    return Listed(await call.site.coupons.of_catches(call.query.catches.split(",")), None)


async def coupon_changes(call: Call[None, Since]) -> Listed[CouponChange]:
    """What happened to coupons after they were issued, in the order of `number`.

    To follow, ask again with the last `number` as `after`; nothing is passed over.
    """
    return Listed(await call.site.coupons.changes(call.query.after, call.query.limit), None)


async def coupons_of_player(call: Call[None, Paging]) -> Listed[HeldCoupon] | Problem:
    """A player's coupons, the newest first."""
    player = call.path["player"]
    if not is_id(player):
        return _NOBODY
    page = await call.site.coupons.wallet(player, call.query.limit, call.query.cursor)
    return Listed(list(page.items), page.next)


async def code_of_player(call: Call[None, NoQuery]) -> PlayersCode | Problem:
    """A code as it was issued, however it is typed, if its coupon is the player's."""
    player, code = call.path["player"], call.path["code"]
    if not is_id(player) or not is_code(code):
        return _NO_CODE
    found = await call.site.coupons.code_of_player(code, player)
    return _NO_CODE if found is None else PlayersCode(found)


async def forget_player(call: Call[None, NoQuery]) -> Problem | None:
    """Give a player's coupons to nobody, for good, and the player none any more."""
    player = call.path["player"]
    if not is_id(player):
        return _NOBODY
    await call.site.coupons.forget(player)
    return None


_NOBODY = Problem("not_found", "No player can have that id.")
_NO_CODE = Problem("not_found", "The player has no such coupon.")


def _granted(connection: Connection, wanted: list[NewReservation], now_ms: int) -> list[Granted]:
    asked = [
        Reservation(
            each.reservation,
            each.campaign,
            each.count,
            now_ms + DAY_MS if each.expires_ms is None else each.expires_ms,
        )
        for each in wanted
    ]
    grants = reservations.reserve(connection, asked, now_ms)
    return [
        Granted(each.reservation, each.campaign, each.count, count)
        for each, count in zip(asked, grants, strict=True)
    ]
