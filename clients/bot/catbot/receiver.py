"""A phone's receiver under a city's sky: where it says it is, which is not where it is.

The error is an Ornstein-Uhlenbeck process on each axis (Soundy et al., Sensors 20(21):6050, 2020,
who find it fits single receivers far better than white noise), whose memory is a minute (the bend
that D. L. Wilson sees in the autocorrelation of handheld receivers' errors). How large it is
depends on the sky: between houses phones are off by 7 to 13 m on average (Merry and Bettinger, PLOS
ONE 14(7):e0219890, 2019); in streets of high houses 95 % lie within 50 to 100 m ("Navigate the
city", fiercewireless.com). On top come reflections, which shift the position for seconds; gaps,
as in passages and tunnels; and cold starts, with the last known position, or one by cell or WiFi,
whose median errors are 600 and 74 m (Zandbergen, Transactions in GIS 13(s1), 2009).

Pure: time comes in as `dt_s` and chance as a seeded `Random`.
"""

import math
from random import Random

import msgspec

from catbot.ground import Position, moved

MEMORY_S = 60.0


class Sky(msgspec.Struct, frozen=True):
    """What a receiver sees of the sky: metres, and events per second and their seconds."""

    name: str
    error_m: float
    """Standard deviation per axis; the mean error is 1.25 times that."""
    jitter_m: float
    """What each fix adds of its own."""
    jumps_per_s: float = 0.0
    jump_m: tuple[float, float] = (0.0, 0.0)
    jump_s: tuple[float, float] = (2.0, 20.0)
    gaps_per_s: float = 0.0
    gap_s: tuple[float, float] = (5.0, 40.0)


OPEN = Sky("open", error_m=3.0, jitter_m=0.15)
STREET = Sky("street", 8.0, 0.3, jumps_per_s=1 / 300, jump_m=(20.0, 60.0), gaps_per_s=1 / 600)
CANYON = Sky("canyon", 22.0, 0.8, jumps_per_s=1 / 150, jump_m=(30.0, 150.0), gaps_per_s=1 / 240)
TUNNELS = Sky("tunnels", 8.0, 0.3, gaps_per_s=1 / 150, gap_s=(30.0, 180.0))
SKIES = (OPEN, STREET, CANYON, TUNNELS)


class Seen(msgspec.Struct, frozen=True):
    """What the receiver says: a position, and how sure it claims to be."""

    position: Position
    accuracy_m: float


class Receiver:
    """One phone's receiver."""

    def __init__(self, sky: Sky, rng: Random) -> None:
        self._sky = sky
        self._rng = rng
        self._error_m = (rng.gauss(0, sky.error_m), rng.gauss(0, sky.error_m))
        self._boldness = rng.uniform(0.7, 1.5)  # some phones claim too much, some too little
        self._jump_m = (0.0, 0.0)
        self._jump_left_s = 0.0
        self._gap_left_s = 0.0
        self._cold_left_s = 0.0
        self._cold: Seen | None = None
        self._is_caching = rng.random() < 0.3
        self._last: tuple[Position, Seen] | None = None

    def start_cold(self, last_known: Position, for_s: float, accuracy_m: float) -> None:
        """Begin with a position of long ago or of the network."""
        self._cold_left_s = for_s
        self._cold = Seen(last_known, accuracy_m)

    def see(self, position: Position, dt_s: float) -> Seen | None:
        """What it says `dt_s` after the last time; None in a gap."""
        self._drift(dt_s)
        if self._cold is not None:
            self._cold_left_s -= dt_s
            if self._cold_left_s > 0:
                return self._cold
            self._cold = None
        if self._gap_left_s > 0:
            return None
        if self._is_caching and self._last is not None and self._last[0] == position:
            return self._last[1]  # the phone lies still: its provider repeats what it said
        rng, sky = self._rng, self._sky
        north_m = self._error_m[0] + self._jump_m[0] + rng.gauss(0, sky.jitter_m)
        east_m = self._error_m[1] + self._jump_m[1] + rng.gauss(0, sky.jitter_m)
        claimed_m = max(3.0, 1.5 * sky.error_m * self._boldness * rng.uniform(0.9, 1.1))
        seen = Seen(moved(position, north_m, east_m), round(claimed_m, 1))
        self._last = position, seen
        return seen

    def _drift(self, dt_s: float) -> None:
        rng, sky = self._rng, self._sky
        kept = math.exp(-dt_s / MEMORY_S)
        fresh_m = sky.error_m * math.sqrt(1 - kept * kept)
        north_m, east_m = self._error_m
        self._error_m = (
            north_m * kept + rng.gauss(0, fresh_m),
            east_m * kept + rng.gauss(0, fresh_m),
        )
        self._jump_left_s -= dt_s
        if self._jump_left_s <= 0:
            self._jump_m = (0.0, 0.0)
            if rng.random() < sky.jumps_per_s * dt_s:
                far_m, angle = rng.uniform(*sky.jump_m), rng.uniform(0, math.tau)
                self._jump_m = (far_m * math.cos(angle), far_m * math.sin(angle))
                self._jump_left_s = rng.uniform(*sky.jump_s)
        self._gap_left_s -= dt_s
        if self._gap_left_s <= 0 and rng.random() < sky.gaps_per_s * dt_s:
            self._gap_left_s = rng.uniform(*sky.gap_s)
