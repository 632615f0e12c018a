"""Where and what the next cats of a store are. Pure: time and chance are arguments."""

from math import sqrt
from random import Random

from msgspec.structs import replace

from gameserver.game.geo import destination
from gameserver.game.hours import is_open, next_change_ms
from gameserver.game.model import ActiveHours, Cat, Offering, PlannedStore, SpawnPlan

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_cat_id(region: str, now_ms: int, rng: Random) -> str:
    """An id that carries its region: `<region>-<16 base32 characters>`.

    The first seven are the second in which it was made, the others 45 random bits. Ids of a region
    stand in the order of their time, so that in an index the cats of now stand together.
    """
    bits = now_ms // 1000 << 45 | rng.getrandbits(45)
    return region + "-" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))


def place_in_disc(lat: float, lon: float, radius_m: float, rng: Random) -> tuple[float, float]:
    """A place spread evenly over a disc: the square root makes rings equally dense."""
    return destination(lat, lon, rng.uniform(0.0, 360.0), radius_m * sqrt(rng.random()))


def plan_is_active(plan: SpawnPlan, timezone: str, now_ms: int) -> bool:
    """Is `now_ms` within the plan's span of time and its hours, in the store's time zone?"""
    active = plan.active
    if active.from_ms is not None and now_ms < active.from_ms:
        return False
    if active.to_ms is not None and now_ms >= active.to_ms:
        return False
    return active.hours is None or is_open(active.hours, timezone, now_ms)


def next_turn_ms(plan: SpawnPlan, timezone: str, now_ms: int) -> int | None:
    """The next moment at which `plan_is_active` may say otherwise; None where it never will."""
    active = plan.active
    turns = [active.from_ms, active.to_ms]
    if active.hours is not None:
        turns.append(next_change_ms(active.hours, timezone, now_ms))
    return min((turn for turn in turns if turn is not None and turn > now_ms), default=None)


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


def cats_for(store: PlannedStore, count: int, now_ms: int, rng: Random) -> list[Cat]:
    """`count` new cats of an active store: random places, species by weight, the plan's lifetime.

    Lifetimes differ by up to a quarter so that a store's cats don't leave all at once.
    """
    plan = store.plan
    assert plan is not None
    species = rng.choices(list(plan.species), list(plan.species.values()), k=count)
    return [_cat(store, plan, kind, now_ms, rng) for kind in species]


def _cat(store: PlannedStore, plan: SpawnPlan, species: str, now_ms: int, rng: Random) -> Cat:
    lat, lon = place_in_disc(store.lat, store.lon, plan.radius_m, rng)
    return Cat(
        id=new_cat_id(store.region, now_ms, rng),
        species=species,
        store=store.id,
        store_name=store.name,
        lat=round(lat, 6),
        lon=round(lon, 6),
        expires_ms=now_ms + int(plan.lifetime_s * 1000 * rng.uniform(0.75, 1.0)),
        catches=plan.catches_per_cat,
        catch_m=store.catch_m,
        campaign=plan.campaign,
        title=store.campaign_title if plan.campaign else None,
    )
