"""What is said to a coupon service over HTTP, and what it answers: one struct for both ends."""

from typing import Annotated

from msgspec import Meta, Struct

from gameserver.game.model import Id, IssueResult

ITEMS_MOST = 1000
"""Items of one request."""

IDS_MOST = 100
"""Ids in one query."""

EpochMs = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
Timezone = Annotated[
    str,
    Meta(min_length=1, max_length=64, description="The store's, an IANA name: `Asia/Shanghai`."),
]
Count = Annotated[int, Meta(ge=1, le=1000)]
Absolute = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Ids = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.-]{1,64}(,[A-Za-z0-9_.-]{1,64}){0,99}$(?!\n)",
        description="1 to 100 ids, separated by commas.",
    ),
]


class CatchItem(Struct, frozen=True):
    """A catch that is to get a coupon; `catch` is its id, the same whenever it is asked again.

    The limit per day counts by the store's `timezone`; without one, or with one that is not known
    here, by that of the store's row in these books, else by UTC.
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

    items: Annotated[list[CatchItem], Meta(min_length=1, max_length=ITEMS_MOST)]


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


class NewReservations(Struct, frozen=True):
    """Reservations, granted in this order."""

    items: Annotated[list[NewReservation], Meta(min_length=1, max_length=ITEMS_MOST)]


class Granted(Struct, frozen=True):
    """How many of `count` were set aside."""

    reservation: str
    campaign: str
    count: int
    granted: int


class AllGranted(Struct, frozen=True):
    """One result for each reservation, in the same order."""

    results: list[Granted]


class Release(Struct, frozen=True):
    """How many of the reservation are to be given back in all, whoever said so how often."""

    count: Absolute


class ReleaseItem(Struct, frozen=True):
    """How many of a reservation are to be given back in all."""

    reservation: Id
    count: Absolute


class Releases(Struct, frozen=True):
    """Releases of reservations; of one that there is not, nothing is released."""

    items: Annotated[list[ReleaseItem], Meta(min_length=1, max_length=ITEMS_MOST)]


class Released(Struct, frozen=True):
    """At least so many are given back, or all that were not issued."""

    reservation: str
    count: int


class AllReleased(Struct, frozen=True):
    """One result for each release, in the same order."""

    results: list[Released]


class PlayersCode(Struct, frozen=True):
    """A code as it was issued."""

    code: str


ACTING_FOR = "Catcat-Acting-For"
"""The header in which a game server names who it speaks for, as JSON: `ActingFor`."""


class ActingFor(Struct, frozen=True):
    """A merchant or clerk for whom a game server asks; it has checked the key itself.

    `store` is the one that the request names, where it is the merchant's: a coupon service with
    books of its own does not know stores.
    """

    merchant: Id
    key: Id
    is_clerk: bool = False
    address: Annotated[str, Meta(max_length=64)] = ""
    store: Id | None = None
