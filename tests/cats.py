"""Cats of stores, where nothing is kept free of them and nobody stands around."""

from random import Random

from gameserver.game.ground import Ground, ground_of
from gameserver.game.model import Cat, PlannedStore
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.spawning import Room, cats_for


def ground(store: PlannedStore, no_spawn: NoSpawn | None = None) -> Ground:
    assert store.plan is not None
    place = (store.lat, store.lon)
    return ground_of(place, store.plan.radius_m, store.plan.area, no_spawn or NoSpawn())


def some_cats(store: PlannedStore, count: int, now_ms: int, rng: Random) -> list[Cat]:
    return cats_for(store, count, Room(ground(store)), now_ms, rng)
