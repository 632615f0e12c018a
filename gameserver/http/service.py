"""The coupon service for game servers that keep no books themselves."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection

from gameserver.game.coupons import is_timezone
from gameserver.game.model import IssueItem, IssueResult, Reservation
from gameserver.http.call import Call, NoQuery
from gameserver.http.errors import Problem, invalid
from gameserver.http.texts import Id, is_id
from gameserver.ledger import issuing, reservations

DAY_MS = 86_400_000

EpochMs = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
Timezone = Annotated[
    str,
    Meta(min_length=1, max_length=64, description="The store's, an IANA name: `Asia/Shanghai`."),
]
Count = Annotated[int, Meta(ge=1, le=1000)]


class CatchItem(Struct, frozen=True):
    """A catch that is to get a coupon; `catch` is its id, the same whenever it is asked again.

    The limit per day counts by the store's `timezone`; without one, by that of the store's row in
    these books, else by UTC.
    """

    catch: Id
    cat: Id
    player: Id
    campaign: Id
    store: Id
    at_ms: EpochMs
    timezone: Timezone | None = None


class CatchItems(Struct, frozen=True):
    """Catches, decided in this order."""

    items: Annotated[list[CatchItem], Meta(min_length=1, max_length=1000)]


class Issued(Struct, frozen=True):
    """One result for each catch, in the same order."""

    results: list[IssueResult]


class NewReservation(Struct, frozen=True):
    """Coupons to set aside for a cat, whose id is the reservation's.

    What is left of it is given back after `expires_ms`; without it, after a day.
    """

    reservation: Id
    campaign: Id
    count: Count
    expires_ms: EpochMs | None = None


class Granted(Struct, frozen=True):
    """How many of `count` were set aside."""

    reservation: str
    campaign: str
    count: int
    granted: int


class Release(Struct, frozen=True):
    """How many of the reservation are to be given back in all, whoever said so how often."""

    count: Annotated[int, Meta(ge=0, le=1000)]


class Released(Struct, frozen=True):
    """At least so many are given back, or all that were not issued."""

    reservation: str
    count: int


def issue(connection: Connection, call: Call[CatchItems, NoQuery]) -> Issued | Problem:
    """Issue a coupon for each catch that may have one; a catch that has one gets it again."""
    for number, catch in enumerate(call.body.items):
        if catch.timezone is not None and not is_timezone(catch.timezone):
            return invalid(f"items[{number}].timezone", f"{catch.timezone!r} is no IANA time zone")
    items = [IssueItem(**msgspec.structs.asdict(catch)) for catch in call.body.items]
    return Issued(issuing.issue(connection, items, call.now_ms))


def reserve(connection: Connection, call: Call[NewReservation, NoQuery]) -> Granted:
    """Set coupons aside; a reservation that is there already answers what it was granted."""
    said = call.body
    expires_ms = call.now_ms + DAY_MS if said.expires_ms is None else said.expires_ms
    wanted = Reservation(said.reservation, said.campaign, said.count, expires_ms)
    (granted,) = reservations.reserve(connection, [wanted], call.now_ms)
    return Granted(said.reservation, said.campaign, said.count, granted)


def release(connection: Connection, call: Call[Release, NoQuery]) -> Released | Problem:
    """Give coupons back. A reservation that there is not has nothing to give."""
    reservation, count = call.path["reservation"], call.body.count
    if not is_id(reservation):
        return Problem("not_found", "No reservation can have that id.")
    reservations.release(connection, [(reservation, count)])
    return Released(reservation, count)
