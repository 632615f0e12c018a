"""A spawn plan tried out: where its cats would stand, by the code that puts them there."""

import asyncio
from random import Random

from msgspec import Struct

from gameserver.game.datum import Datum
from gameserver.game.geo import region_of
from gameserver.game.ground import ground_of
from gameserver.game.model import PlannedStore
from gameserver.game.model import SpawnPlan as GamePlan
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.spawning import Room, cats_for, is_active, next_turn_ms
from gameserver.http.areas import told
from gameserver.http.call import Call, NoQuery
from gameserver.http.errors import Problem
from gameserver.http.spawn_plans import NO_STORE, SpawnPlan, game_plan, no_room
from gameserver.http.texts import is_id
from gameserver.ledger.stores import Store as KeptStore


class CatToBe(Struct, frozen=True):
    """A cat that a plan would bring; its place is in the store's datum."""

    species: str
    lat: float
    lon: float


class PlanPreview(Struct, frozen=True):
    """What a plan would bring, and when.

    `area_m2` is the ground that is left for its cats. `active`: whether they would be there now, by
    the plan's span and hours and the store's; `turns_ms` is when that may change, null for never.
    """

    cats: list[CatToBe]
    area_m2: float
    active: bool
    turns_ms: int | None


async def preview_plan(call: Call[SpawnPlan, NoQuery]) -> PlanPreview | Problem:
    """Where the cats of a plan would stand, without changing anything.

    Cats of other stores, and what the campaign has left, are not looked at. The same plan
    at the same place has the same preview; the street has others.
    """
    id_ = call.path["store"]
    store = await call.site.ledger.merchants.get_store(call.merchant, id_) if is_id(id_) else None
    if store is None:
        return NO_STORE
    plan = game_plan(call.body, call.site.species, store)
    if isinstance(plan, Problem):
        return plan
    planned = _planned(store, plan)
    return await asyncio.to_thread(
        _tried, planned, Datum(store.datum), call.site.no_spawn(), call.now_ms
    )


def _tried(
    store: PlannedStore, datum: Datum, no_spawn: NoSpawn, now_ms: int
) -> PlanPreview | Problem:
    plan = store.plan
    assert plan is not None
    ground = ground_of((store.lat, store.lon), plan.radius_m, plan.area, no_spawn)
    if ground.is_empty:
        return no_room(plan)
    chance = Random(store.id)
    cats = cats_for(store, plan.cats_alive, Room(ground), now_ms, chance)
    return PlanPreview(
        cats=[CatToBe(cat.species, *told(cat.lat, cat.lon, datum)) for cat in cats],
        area_m2=round(ground.area_m2, 1),
        active=is_active(store, now_ms),
        turns_ms=next_turn_ms(store, now_ms),
    )


def _planned(store: KeptStore, plan: GamePlan) -> PlannedStore:
    """The store as a keeper would see it with this plan."""
    return PlannedStore(
        id=store.id,
        name=store.name,
        region=region_of(store.lat, store.lon),
        lat=store.lat,
        lon=store.lon,
        timezone=store.timezone,
        catch_m=store.catch_m,
        plan=plan,
        rev=0,
        opening_hours=store.opening_hours,
    )
