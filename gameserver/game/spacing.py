"""Cats apart from each other: a new one comes where there is most room among some places of chance.

Best-candidate sampling (D. P. Mitchell, 1991), which comes near blue noise: no clumps and no grid.
The first place is good enough that is as far from the others as evenly spread cats would be.
"""

from collections.abc import Callable, Iterable
from itertools import product
from math import cos, dist, radians, sin, sqrt
from random import Random
from typing import NamedTuple

import h3.api.basic_int as h3

from gameserver.game.geo import EARTH_RADIUS_M, VIEW_RES
from gameserver.game.model import Cat

Place = tuple[float, float]
_Space = tuple[float, float, float]
_Cell = tuple[int, int, int]

TRIES = 24
"""Places of chance that are looked at for one cat."""

SPREAD = 0.75
"""How far apart cats should be, as a share of the side of the square that each would have."""

OTHERS_APART_M = 15.0
"""How far a cat should be from another store's, so that a finger on a screen tells them apart."""


class Standing(NamedTuple):
    """A cat that stands somewhere."""

    store: str
    place: Place


class Crowd:
    """Cats by the view cell that they stand in."""

    def __init__(self) -> None:
        self._cells: dict[int, dict[str, Standing]] = {}
        self._cell_of: dict[str, int] = {}

    def add(self, cat: Cat) -> None:
        """A cat is there."""
        self.remove(cat.id)
        cell = self._cell_of[cat.id] = h3.latlng_to_cell(cat.lat, cat.lon, VIEW_RES)
        self._cells.setdefault(cell, {})[cat.id] = Standing(cat.store, (cat.lat, cat.lon))

    def remove(self, cat_id: str) -> None:
        """A cat is there no more, if it was."""
        cell = self._cell_of.pop(cat_id, None)
        if cell is None:
            return
        del self._cells[cell][cat_id]
        if not self._cells[cell]:
            del self._cells[cell]

    def near(self, lat: float, lon: float, reach_m: float) -> list[Standing]:
        """The cats at most so far from a place, and some beyond."""
        if not self._cells:
            return []
        rings = 1 + int(reach_m / _RING_M)
        around = h3.grid_disk(h3.latlng_to_cell(lat, lon, VIEW_RES), rings)
        return [cat for cell in around for cat in self._cells.get(cell, {}).values()]


_RING_M = 180.0
"""What another ring of view cells covers at the least, wherever on the globe."""


class Neighbours:
    """Who stands around one store, in a grid so coarse that only the next cells need be looked at.

    The grid is in space, around the earth's centre, so that it has no edges and no poles.
    """

    def __init__(self, store: str, apart_m: float, cats: Iterable[Standing]) -> None:
        """`apart_m` is how far the store's own cats should be from each other."""
        self._store = store
        self._apart_m = apart_m
        self._side_m = max(apart_m, OTHERS_APART_M)
        self._grid: dict[_Cell, list[tuple[bool, _Space]]] = {}
        for cat in cats:
            self._put(cat.store == store, cat.place)

    def _put(self, is_own: bool, place: Place) -> None:
        there = _in_space(place)
        self._grid.setdefault(self._cell(there), []).append((is_own, there))

    def find(self, chance: Callable[[Random], Place], rng: Random) -> Place:
        """A place for the store's next cat, which stands there from now on.

        Of some places of chance it is the first with room enough, else the one with most.
        """
        best, most = chance(rng), -1.0
        if self._apart_m > 0.0:
            place = best
            for _ in range(TRIES):
                room = self._room(place)
                if room > most:
                    best, most = place, room
                if room >= 1.0:
                    break
                place = chance(rng)
        self._put(True, best)
        return best

    def _room(self, place: Place) -> float:
        """The distance to the nearest, as a share of what it should be; 1 or more is enough."""
        here = _in_space(place)
        x, y, z = self._cell(here)
        room = 1.0
        for dx, dy, dz in _AROUND:
            for is_own, there in self._grid.get((x + dx, y + dy, z + dz), ()):
                apart_m = self._apart_m if is_own else OTHERS_APART_M
                room = min(room, dist(here, there) / apart_m)
        return room

    def _cell(self, at: _Space) -> _Cell:
        return int(at[0] // self._side_m), int(at[1] // self._side_m), int(at[2] // self._side_m)


def apart_m(area_m2: float, cats: int) -> float:
    """How far apart so many cats should be on a ground of this size."""
    return SPREAD * sqrt(area_m2 / max(cats, 1))


_AROUND = tuple(product((-1, 0, 1), repeat=3))


def _in_space(place: Place) -> _Space:
    """Metres from the earth's centre. At this range a chord is as good as the way on the ground."""
    phi, lam = radians(place[0]), radians(place[1])
    flat_m = EARTH_RADIUS_M * cos(phi)
    return flat_m * cos(lam), flat_m * sin(lam), EARTH_RADIUS_M * sin(phi)
