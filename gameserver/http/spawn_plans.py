"""Spawn plans: how many cats live around a store, where, when, and what they carry."""

import asyncio
from collections.abc import Mapping
from math import ceil
from typing import Annotated

from msgspec import Meta, Struct

from gameserver.game.datum import Datum
from gameserver.game.geo import STORE_RADIUS_MAX_M
from gameserver.game.ground import Ground, ground_of
from gameserver.game.hours import BadHours, check_hours
from gameserver.game.model import ActiveHours, Area
from gameserver.game.model import SpawnPlan as GamePlan
from gameserver.http.areas import Drawn, reach_of, read_area, shown_area
from gameserver.http.call import AnyCall, Call, NoQuery
from gameserver.http.errors import Problem, invalid
from gameserver.http.texts import Id, Line, Moment, epoch_ms, is_id, moment_of, moment_rule
from gameserver.ledger.stores import Store as KeptStore
from gameserver.species import Species

NO_STORE = Problem("not_found", "This merchant has no such store.")


class ActiveSpan(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """When cats live around the store: from, to (not included), and hours.

    `hours` are in OpenStreetMap's syntax of opening hours, in the store's time zone.
    """

    from_: Moment | None = None
    to: Moment | None = None
    hours: Line | None = None


Weight = Annotated[float, Meta(gt=0, le=1e6)]


class SpawnPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many cats of which kinds live around a store, and what they carry.

    They live at most `radius_m` from the store and, where there is an `area`, within it; with an
    `area` `radius_m` may be left out. An `area` is in the store's datum. Where no cat may be
    (roads, water) is the operator's to say. While `players_max` players are near enough to catch
    one, no new cats come; those that are out stay.

    `species` are weights against each other; without it all kinds come as often as they do by
    nature. `campaign` is one of the merchant's own, or null for cats without coupons.
    """

    cats_alive: Annotated[int, Meta(ge=0, le=200)]
    lifetime_s: Annotated[int, Meta(ge=10, le=86_400)]
    radius_m: Annotated[float, Meta(ge=0, le=1000)] | None = None
    species: Annotated[dict[str, Weight], Meta(min_length=1, max_length=100)] | None = None
    campaign: Id | None = None
    catches_per_cat: Annotated[int, Meta(ge=1, le=1000)] = 1
    active: ActiveSpan = ActiveSpan()
    area: Drawn | None = None
    players_max: Annotated[int, Meta(ge=1, le=100_000)] | None = None


def span_is_forward(said: SpawnPlan) -> Problem | None:
    """A span ends after it begins."""
    begins, ends = said.active.from_, said.active.to
    if begins is None or ends is None or begins < ends:
        return None
    return invalid("active.to", "must be after active.from")


def ground_is_said(said: SpawnPlan) -> Problem | None:
    """A radius or an area: one of them must be there."""
    if said.radius_m is not None or said.area is not None:
        return None
    return invalid("radius_m", "is missing: give radius_m or an area")


PLAN_RULES = (
    moment_rule("active.from_"),
    moment_rule("active.to"),
    span_is_forward,
    ground_is_said,
)


async def put_plan(call: Call[SpawnPlan, NoQuery]) -> SpawnPlan | Problem:
    """Give a store its spawn plan, in place of any other."""
    merchants = call.site.ledger.merchants
    id_ = call.path["store"]
    store = await merchants.get_store(call.merchant, id_) if is_id(id_) else None
    if store is None:
        return NO_STORE
    plan = game_plan(call.body, call.site.species, store)
    if isinstance(plan, Problem):
        return plan
    if (await ground_for(call, (store.lat, store.lon), plan)).is_empty:
        return no_room(plan)
    if plan.campaign is not None and not await _is_campaign_of(call, plan.campaign):
        return invalid("campaign", "this merchant has no such campaign")
    changed = await merchants.put_plan(call.merchant, id_, plan)
    if changed is None:
        return NO_STORE
    assert changed.plan is not None
    return shown_plan(changed.plan, Datum(changed.datum))


async def ground_for(call: AnyCall, place: tuple[float, float], plan: GamePlan) -> Ground:
    """The ground of a plan at a place. In a thread: one with many corners takes its time."""
    return await asyncio.to_thread(ground_of, place, plan.radius_m, plan.area, call.site.no_spawn())


def no_room(plan: GamePlan) -> Problem:
    """What is said of a plan on whose ground no cat could be anywhere."""
    field = "radius_m" if plan.area is None else "area"
    return invalid(field, "leaves no room for a cat, beside what the operator keeps free of them")


async def _is_campaign_of(call: Call[SpawnPlan, NoQuery], campaign: str) -> bool:
    """Whether the coupon service has the campaign, as one of the caller's merchant."""
    found = await call.site.coupons.offerings([campaign])
    return any(offering.merchant == call.merchant for offering in found)


def game_plan(
    said: SpawnPlan, kinds: Mapping[str, Species], store: KeptStore
) -> GamePlan | Problem:
    """The plan as the game knows it."""
    ground = _said_ground(said, store)
    if isinstance(ground, Problem):
        return ground
    radius_m, area = ground
    weights = said.species
    if weights is None:
        weights = {kind: species.weight for kind, species in kinds.items()}
    for kind in weights:
        if kind not in kinds:
            return invalid(f"species.{kind}", "is no species; see /v1/species")
    active = said.active
    if active.hours is not None:
        try:
            check_hours(active.hours)
        except BadHours as error:
            return invalid("active.hours", f"{error}, as in Mo-Fr 10:00-22:00")
    return GamePlan(
        cats_alive=said.cats_alive,
        lifetime_s=said.lifetime_s,
        radius_m=radius_m,
        species=weights,
        campaign=said.campaign,
        catches_per_cat=said.catches_per_cat,
        active=ActiveHours(epoch_ms(active.from_), epoch_ms(active.to), active.hours),
        area=area,
        players_max=said.players_max,
    )


def _said_ground(said: SpawnPlan, store: KeptStore) -> tuple[float, Area | None] | Problem:
    """Radius and area; an area alone has the radius of its farthest corner."""
    if said.area is None:
        assert said.radius_m is not None
        return said.radius_m, None
    place = (store.lat, store.lon)
    area = read_area(said.area, Datum(store.datum), place)
    if isinstance(area, Problem):
        return area
    if said.radius_m is not None:
        return said.radius_m, area
    return min(ceil(reach_of(area, place) + 1.0), STORE_RADIUS_MAX_M), area


def shown_plan(plan: GamePlan, datum: Datum) -> SpawnPlan:
    """A plan as merchants see it, its area told in the store's datum."""
    active = plan.active
    return SpawnPlan(
        cats_alive=plan.cats_alive,
        lifetime_s=plan.lifetime_s,
        radius_m=plan.radius_m,
        species=plan.species,
        campaign=plan.campaign,
        catches_per_cat=plan.catches_per_cat,
        active=ActiveSpan(moment_of(active.from_ms), moment_of(active.to_ms), active.hours),
        area=None if plan.area is None else shown_area(plan.area, datum),
        players_max=plan.players_max,
    )
