"""Where and what the next cats of a store are. Pure: time and chance are arguments."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from gameserver.game.ground import Ground
from gameserver.game.hours import AHEAD_DAYS, Hours
from gameserver.game.model import ActiveHours, Cat, Offering, PlannedStore
from gameserver.game.spacing import Neighbours, Standing, apart_m

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_cat_id(region: str, now_ms: int, rng: Random) -> str:
    """An id that carries its region: `<region>-<16 base32 characters>`.

    The first seven are the second in which it was made, the others 45 random bits. Ids of a region
    stand in the order of their time (until 3058, when seven are too few), so that in an index the
    cats of now stand together.
    """
    bits = now_ms // 1000 << 45 | rng.getrandbits(45)
    return region + "-" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))


_LOOK_AGAIN_MS = (AHEAD_DAYS - 1) * 86_400_000


def is_active(store: PlannedStore, now_ms: int) -> bool:
    """Is `now_ms` within the plan's span of time and its hours, and is the store open?"""
    if store.plan is None:
        return False
    active = store.plan.active
    if active.from_ms is not None and now_ms < active.from_ms:
        return False
    if active.to_ms is not None and now_ms >= active.to_ms:
        return False
    return all(hours.is_open(now_ms) for hours in _hours(store))


def next_turn_ms(store: PlannedStore, now_ms: int) -> int | None:
    """The next moment at which `is_active` may say otherwise; None where it never will."""
    if store.plan is None:
        return None
    changes = [hours.next_change_ms(now_ms) or now_ms + _LOOK_AGAIN_MS for hours in _hours(store)]
    turns = [store.plan.active.from_ms, store.plan.active.to_ms, *changes]
    return min((turn for turn in turns if turn is not None and turn > now_ms), default=None)


def active_until_ms(store: PlannedStore, now_ms: int, most_ms: int) -> int:
    """When an active store ceases to be, or `most_ms` where it is active for longer."""
    at_ms = now_ms
    while at_ms < most_ms and is_active(store, at_ms):
        turn_ms = next_turn_ms(store, at_ms)
        at_ms = most_ms if turn_ms is None else turn_ms
    return min(at_ms, most_ms)


def _hours(store: PlannedStore) -> list[Hours]:
    assert store.plan is not None
    place = (store.lat, store.lon)
    said = dict.fromkeys((store.opening_hours, store.plan.active.hours))
    return [Hours(text, store.timezone, place) for text in said if text is not None]


def as_offered(store: PlannedStore, offering: Offering | None) -> PlannedStore:
    """The store with its plan cut down to what its campaign says of itself.

    No plan where the campaign is paused, over or unknown (None); else its `active` span lies within
    the campaign's dates.
    """
    plan = store.plan
    if plan is None or plan.campaign is None:
        return store
    if offering is None or offering.state != "active":
        return replace(store, plan=None)
    starts = [at for at in (plan.active.from_ms, offering.starts_ms) if at is not None]
    ends = [at for at in (plan.active.to_ms, offering.ends_ms) if at is not None]
    active = ActiveHours(max(starts, default=None), min(ends, default=None), plan.active.hours)
    return replace(store, plan=replace(plan, active=active), campaign_title=offering.title)


class Room(NamedTuple):
    """Where a store's cats may be, and the cats that stand around there."""

    ground: Ground
    near: Sequence[Standing] = ()


def cats_for(store: PlannedStore, count: int, room: Room, now_ms: int, rng: Random) -> list[Cat]:
    """`count` new cats of an active store: apart from others, species by weight, the plan's
    lifetime; none where there is no room at all.

    Lifetimes differ by up to a quarter so that a store's cats don't leave all at once; but none
    stays when the store closes.
    """
    plan = store.plan
    assert plan is not None
    if room.ground.is_empty:
        return []
    wanted_m = apart_m(room.ground.area_m2, plan.cats_alive)
    neighbours = Neighbours(store.id, wanted_m, room.near)
    until_ms = active_until_ms(store, now_ms, now_ms + plan.lifetime_s * 1000)
    species = rng.choices(list(plan.species), list(plan.species.values()), k=count)
    cats = []
    for kind in species:
        place = neighbours.find(room.ground.place, rng)
        lifetime_ms = int(plan.lifetime_s * 1000 * rng.uniform(0.75, 1.0))
        expires_ms = min(now_ms + lifetime_ms, until_ms)
        cats.append(_cat(store, kind, place, new_cat_id(store.region, now_ms, rng), expires_ms))
    return cats


def _cat(
    store: PlannedStore, species: str, place: tuple[float, float], id_: str, expires_ms: int
) -> Cat:
    assert store.plan is not None
    return Cat(
        id=id_,
        species=species,
        store=store.id,
        store_name=store.name,
        lat=round(place[0], 6),
        lon=round(place[1], 6),
        expires_ms=expires_ms,
        catches=store.plan.catches_per_cat,
        catch_m=store.catch_m,
        campaign=store.plan.campaign,
        title=store.campaign_title if store.plan.campaign else None,
    )
