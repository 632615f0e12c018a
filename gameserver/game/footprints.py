"""What two tracks are known to be the same walk by: hashes of short runs of steps, and of places.

Errors of receivers make every walk its own, to the decimetre; two phones in one pocket differ. Who
was at the same few places one after the other, to the decimetre, or has made the same RUN steps as
somebody else again and again, has copied them. Steps tell a copy that is shifted as a whole, places
tell one after seconds. Of those who stand still there is one place only; where several are at the
very same one, to the centimetre, it was made up. A footprint of a walk tells no place to anybody
who has only it; that of a spot is gone after a minute.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor
from struct import Struct as Layout
from typing import NamedTuple
from zlib import crc32

from gameserver.game.geo import planar_m
from gameserver.game.seen import Sample
from gameserver.game.signals import (
    COARSE_DEG,
    REGULAR_MS,
    STEP_GAP_MS,
    STEP_MAX_M,
    Doubt,
    is_on_coarse_grid,
    to_the_centimetre,
)
from gameserver.game.track import Track

RUN = 5
RUN_M = 1.5
"""Shorter runs are of phones that lie still: their steps are few and small, and alike by chance."""

SPOTS = 3
RUNS_KEPT, SPOTS_KEPT = 16, 8
"""The footprints with the smallest hashes, so that a copy picks the same ones."""

RUN_WEIGHT, SPOT_WEIGHT = 1, 3
ALIKE_MIN = 6
"""Footprints of so much weight in common are no chance."""

TOGETHER_MS = 60_000
AGAIN_MS = 120_000
"""A player's own steps that come again within this time were sent twice, as after a tunnel."""

COPY_MS = 600_000

SPOT_SURE_M = 20.0
"""What is less sure may be the place of a network, which is the same for all who are near it."""

SPOT_OTHERS_MIN = 2
"""Two in a crowd share a place by chance now and then, three hardly ever."""

REFUSED_EVERY_MS = 5_000
"""Who is refused leaves footprints too, or those who are let through would meet none of the rest of
their troop; but no more often than this, for a script that is refused tries on and on."""

_GRID_DEG = 1e-6
# Positions come rounded to decimals; a border of the grid on one of those would make a toss of it.
_OFF_THE_DECIMALS = 0.237
_RUN = Layout(f"<{2 * RUN}h")
_SPOTS = Layout(f"<{2 * SPOTS}i")
_SPOT = Layout("<2i")
_METRE = round(COARSE_DEG * 1e7)
_FAR = 32_000


class Footprint(NamedTuple):
    """A run of steps or of places, how much it says, and when its last was received, epoch ms."""

    print: int
    weight: int
    walked_ms: int


class Match(NamedTuple):
    """Who left the same footprints, of what weight, and how many ms later."""

    player: str
    weight: int
    apart_ms: int


def footprints(track: Track, now_ms: int) -> list[Footprint]:
    """The footprints of a track's last steps; none of positions on a grid of a metre."""
    steps = track.steps(now_ms)
    if len(steps) < SPOTS or is_on_coarse_grid(steps):
        return []
    runs: dict[int, int] = {}
    spots: dict[int, int] = {}
    for walk in _walks(steps):
        ways = [_way(a, b) for a, b in pairwise(walk)]
        for end in range(RUN, len(ways) + 1):
            run = ways[end - RUN : end]
            if sum(far_m for _, _, far_m in run) >= RUN_M:
                print_ = crc32(_RUN.pack(*(units for step in run for units in step[:2])))
                runs.setdefault(print_, int(walk[end].came_ms))
        for end in range(SPOTS, len(walk) + 1):
            places = walk[end - SPOTS : end]
            if places[0][:2] == places[-1][:2]:
                continue  # to and fro between what satellites and what the network last said
            units = [_on_grid(deg) for at in places for deg in (at.lat, at.lon)]
            print_ = crc32(_SPOTS.pack(*units)) + 2**32
            spots.setdefault(print_, int(walk[end - 1].came_ms))
    return [
        *(Footprint(one, RUN_WEIGHT, runs[one]) for one in sorted(runs)[:RUNS_KEPT]),
        *(Footprint(one, SPOT_WEIGHT, spots[one]) for one in sorted(spots)[:SPOTS_KEPT]),
    ]


def spot(track: Track) -> int | None:
    """The footprint of where a player says to be now; None where that is no precise place."""
    last = track.last
    if last is None or last.accuracy_m > SPOT_SURE_M:
        return None
    place = to_the_centimetre(last)
    if all(units % _METRE == 0 for units in place):
        return None
    return crc32(_SPOT.pack(*place))


def _walks(steps: Sequence[Sample]) -> list[list[Sample]]:
    """Stretches without gaps and leaps."""
    walks = [[steps[0]]]
    for a, b in pairwise(steps):
        is_near = planar_m(a.lat, a.lon, b.lat, b.lon) <= STEP_MAX_M
        if is_near and b.came_ms - a.came_ms <= STEP_GAP_MS:
            walks[-1].append(b)
        else:
            walks.append([b])
    return walks


def _way(a: Sample, b: Sample) -> tuple[int, int, float]:
    far_m = planar_m(a.lat, a.lon, b.lat, b.lon)
    return _units(b.lat - a.lat), _units(b.lon - a.lon), far_m


def _units(deg: float) -> int:
    return max(-_FAR, min(_on_grid(deg), _FAR))


def _on_grid(deg: float) -> int:
    return floor(deg / _GRID_DEG + _OFF_THE_DECIMALS)


def copied(player: str, matches: Iterable[Match], now_ms: int) -> list[Doubt]:
    """What it says of a player that others, or the player at another time, made the same steps."""
    alike = [match for match in matches if match.weight >= ALIKE_MIN]
    together = [m for m in alike if m.player != player and abs(m.apart_ms) <= TOGETHER_MS]
    before = [m for m in alike if m not in together and _is_earlier(player, m)]
    found = []
    if together:
        said = f"{len(together)} other players make the same steps"
        found.append(_doubt("lockstep", now_ms, said))
    if before:
        ago_min = max(abs(match.apart_ms) for match in before) / 60_000
        found.append(_doubt("replay", now_ms, f"the same steps {ago_min:.0f} min ago"))
    return found


def crowded(others: int, now_ms: int) -> list[Doubt]:
    """What it says that so many others were at the very same spot within TOGETHER_MS."""
    if others < SPOT_OTHERS_MIN:
        return []
    said = f"{others} other players at the very same spot"
    return [Doubt("one_spot", 0.85, now_ms, now_ms + REGULAR_MS, said)]


def _is_earlier(player: str, match: Match) -> bool:
    if match.player == player:
        return match.apart_ms < -AGAIN_MS
    return match.apart_ms < -TOGETHER_MS


def _doubt(signal: str, now_ms: int, said: str) -> Doubt:
    return Doubt(signal, 1.0, now_ms, now_ms + COPY_MS, said)
