"""Where the next cats come: what all regions of one keeper share of the map.

Cats that were placed are reckoned with at once, before they are out: the stores of a street fill up
at the same time.
"""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Protocol

from gameserver.game.geo import cat_region
from gameserver.game.ground import Grounds
from gameserver.game.model import Cat, PlannedStore
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.spacing import OTHERS_APART_M, Crowd
from gameserver.game.spawning import Room, cats_for


class Streets:
    """On what ground cats may be, and where they stand."""

    def __init__(self, no_spawn: NoSpawn | None = None) -> None:
        self.grounds = Grounds(no_spawn or NoSpawn())
        self.crowd = Crowd()
        self.players: Mapping[str, int] = {}
        """How many players are at stores that want only so many, as far as is known."""

    def redraw(self, no_spawn: NoSpawn) -> None:
        """Cats may not be elsewhere from now on."""
        self.grounds = Grounds(no_spawn)

    def is_full(self, store: PlannedStore) -> bool:
        """Whether a store has as many players as it wants."""
        most = None if store.plan is None else store.plan.players_max
        return most is not None and self.players.get(store.id, 0) >= most

    def place(self, store: PlannedStore, count: int, now_ms: int, rng: Random) -> list[Cat]:
        """`count` cats for an active store; see `spawning.cats_for`. Then `settle` them."""
        assert store.plan is not None
        reach_m = store.plan.radius_m + OTHERS_APART_M
        near = self.crowd.near(store.lat, store.lon, reach_m)
        cats = cats_for(store, count, Room(self.grounds.of(store), near), now_ms, rng)
        for cat in cats:
            self.crowd.add(cat)
        return cats

    def settle(self, cats: Iterable[Cat], regions: "Mapping[str, Book]") -> None:
        """Of cats that were placed, forget those that did not come out."""
        for cat in cats:
            book = regions.get(cat_region(cat.id))
            if book is None or not book.knows(cat.id):
                self.crowd.remove(cat.id)


class Book(Protocol):
    """What is known of a region."""

    def knows(self, cat_id: str) -> bool:
        """Whether a cat is alive there."""
        ...
