"""The nouns of the game. Frozen structs: they cross every boundary, dicts do not.

Coordinates are WGS-84 degrees, times are epoch milliseconds, distances metres.
"""

from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Literal

from msgspec import Meta, Struct

ID_MAX = 64

# `$` alone would let a last line feed pass.
Id = Annotated[str, Meta(min_length=1, max_length=ID_MAX, pattern=r"^[A-Za-z0-9_.-]+$(?!\n)")]
"""An id as it may come from outside."""


class Cat(Struct, frozen=True, array_like=True, gc=False):
    """One cat on the street, as it is stored in Redis; how many catches are left is kept apart.

    `catches` is how often it can be caught in all, `catch_m` the reach of its store,
    `campaign` and `title` name the coupon that it carries, or are None for a cat without one.
    """

    id: str
    species: str
    store: str
    store_name: str
    lat: float
    lon: float
    expires_ms: int
    catches: int
    catch_m: float
    campaign: str | None = None
    title: str | None = None


class Claim(Struct, frozen=True, array_like=True):
    """A player's right to one catch of a cat, as the outbox keeps it until the books are done."""

    catch: str
    cat: str
    player: str
    attempt: str
    species: str
    points: int
    store: str
    at_ms: int
    campaign: str | None = None
    title: str | None = None


class CouponState(StrEnum):
    """`pending` is said to players only: the catch stands, the coupon is still to be issued."""

    PENDING = "pending"
    ACTIVE = "active"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VOID = "void"


class Coupon(Struct, frozen=True):
    """A coupon that stands in the books, with the catch that it was issued for."""

    code: str
    campaign: str
    title: str
    state: CouponState
    expires_ms: int
    catch: str
    cat: str
    player: str
    store: str
    issued_ms: int


class CouponView(Struct, frozen=True):
    """A coupon as its player sees it; `code` and `expires_ms` are null while it is `pending`."""

    code: str | None
    campaign: str
    title: str
    state: CouponState
    expires_ms: int | None


class CouponChange(Struct, frozen=True):
    """One thing that happened to a coupon after it was issued, and the coupon as it is now.

    `number` grows with every change, over all coupons.
    """

    number: int
    player: str
    catch: str
    coupon: CouponView


class IssueItem(Struct, frozen=True):
    """One coupon asked of the coupon service; `catch` makes asking again harmless.

    `timezone` is the store's IANA zone, where who asks knows it.
    """

    catch: str
    cat: str
    player: str
    campaign: str
    store: str
    at_ms: int
    timezone: str | None = None


IssueStatus = Literal["issued", "already", "limit", "sold_out", "closed"]
LimitKind = Literal[
    "per_player",
    "per_player_day",
    "stock",
    "budget",
    "pace",
    "paused",
    "ended",
    "not_begun",
    "over",
]


class IssueResult(Struct, frozen=True, omit_defaults=True):
    """The coupon service's answer to one item.

    `issued` and `already` carry the coupon. With `already` it is the coupon of this catch, or, if
    its `catch` differs, the one that this player has from another catch of the same cat.
    `limit` names what stands in the way: a limit of the player; `stock` or `budget` where the
    campaign is `sold_out`; its `pace`, its state or its dates where it is `closed` (without one,
    nobody knows the campaign, or the player is gone).
    """

    catch: str
    status: IssueStatus
    coupon: Coupon | None = None
    limit: LimitKind | None = None


class Reservation(Struct, frozen=True):
    """Coupons set aside for one cat; `reservation` is the cat's id."""

    reservation: str
    campaign: str
    count: int
    expires_ms: int


class Offering(Struct, frozen=True):
    """What the rest of the game has to know of a campaign: whose it is, its name, and when it runs.

    `state` is `active`, `paused` or `ended`; without a bound a date is None.
    """

    campaign: str
    merchant: str
    title: str
    state: str
    starts_ms: int | None = None
    ends_ms: int | None = None


class ActiveHours(
    Struct, frozen=True, omit_defaults=True, rename={"from_ms": "from", "to_ms": "to"}
):
    """When a plan is in force: an optional span of time, and optional opening hours in it."""

    from_ms: int | None = None
    to_ms: int | None = None
    hours: str | None = None


Ring = tuple[tuple[float, float], ...]
"""Corners as (longitude, latitude); the last is the first again."""

Area = tuple[tuple[Ring, ...], ...]
"""Polygons as GeoJSON's MultiPolygon has them: each an outer ring and the rings of its holes."""


class SpawnPlan(Struct, frozen=True):
    """How many cats of which kind live around a store, and what they carry.

    They live at most `radius_m` from the store and, where there is an `area`, within it. While
    `players_max` players are there, no new ones come.
    """

    cats_alive: int
    lifetime_s: int
    radius_m: float
    species: dict[str, float]
    campaign: str | None = None
    catches_per_cat: int = 1
    active: ActiveHours = ActiveHours()
    area: Area | None = None
    players_max: int | None = None


class PlannedStore(Struct, frozen=True):
    """A store as its keeper sees it. `plan` is None where no cats are wanted.

    `campaign_title` is known once the plan was held against its campaign (`spawning.as_offered`).

    `rev` grows with every change of the store or its plan, over all stores. Cats are there only
    within `opening_hours` (None: always), which can be read (`hours.are_hours`).
    """

    id: str
    name: str
    region: str
    lat: float
    lon: float
    timezone: str
    catch_m: float
    plan: SpawnPlan | None
    rev: int
    campaign_title: str | None = None
    opening_hours: str | None = None


_OF_CAT = 17
"""A cat's region and, to the second, its time (spawning.new_cat_id)."""


def catch_id(cat: str, player: str, attempt: str) -> str:
    """The id of a catch, the same for every repetition of one attempt, on any process.

    The beginning of the cat's id, so that in an index the catches of a region and time stand
    together, a hyphen, and 32 hex digits of BLAKE2b over the three ids, each preceded by its
    length, so that no two different triples run together.
    """
    digest = blake2b(digest_size=16)
    for part in (cat, player, attempt):
        raw = part.encode()
        digest.update(len(raw).to_bytes(2, "big"))
        digest.update(raw)
    return f"{cat[:_OF_CAT]}-{digest.hexdigest()}"
