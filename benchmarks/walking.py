"""Players on foot: where each is when, worked out before the load begins."""

from array import array
from math import cos, radians, sin
from random import Random

from benchmarks.city import somewhere
from gameserver.game.geo import METRES_PER_DEG, recentred, view_cell

NOISE_M = 4.0
"""A phone's fixes scatter around its place with this standard deviation."""

PROBE_M = 250.0
"""How far a probe goes between two fixes: each moves its view."""


class Walker:
    """One player who goes straight on, and the view that the server has of it."""

    def __init__(self, rng: Random, speed_mps: float) -> None:
        self.lat, self.lon = somewhere(rng)
        bearing = rng.uniform(0.0, 6.2832)
        self._north_dps = speed_mps * cos(bearing) / METRES_PER_DEG
        self._east_dps = speed_mps * sin(bearing) / METRES_PER_DEG / cos(radians(self.lat))
        self._rng = rng
        self._middle: int | None = None

    def step(self, took_s: float) -> tuple[float, float, bool]:
        """The fix after walking on for so long, and whether it moves the view."""
        self.lat += self._north_dps * took_s
        self.lon += self._east_dps * took_s
        noise = self._rng.gauss
        lat = self.lat + noise(0.0, NOISE_M / METRES_PER_DEG)
        lon = self.lon + noise(0.0, NOISE_M / METRES_PER_DEG)
        before = self._middle
        self._middle = view_cell(lat, lon) if before is None else recentred(before, lat, lon)
        return lat, lon, self._middle != before


class Probe(Walker):
    """One who goes to and fro in leaps, so that every fix reveals cats."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng, 0.0)
        self._turn = PROBE_M / METRES_PER_DEG

    def step(self, took_s: float) -> tuple[float, float, bool]:
        """See `Walker.step`."""
        self.lat += self._turn
        self._turn = -self._turn
        return super().step(took_s)


class Itinerary:
    """The fixes of all walkers in turn: `lats`, `lons`, and which of them move a view."""

    def __init__(self, walkers: list[Walker], fixes: int, rate: float) -> None:
        self.rate = rate
        self.lats, self.lons, self.moves = array("d"), array("d"), bytearray(fixes)
        every_s = len(walkers) / rate
        for number in range(fixes):
            lat, lon, moves = walkers[number % len(walkers)].step(every_s)
            self.lats.append(lat)
            self.lons.append(lon)
            self.moves[number] = moves

    def __len__(self) -> int:
        return len(self.lats)
