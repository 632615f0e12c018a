"""What two tracks are known to be the same walk by: hashes of short runs of steps.

Errors of receivers make every walk its own, to the decimetre; two phones in one pocket differ. Who
has made the same RUN steps as somebody else, again and again, has copied them. Steps and not
places, so that a copy which is shifted as a whole shows too. A footprint tells no place to anybody
who has only it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor
from struct import Struct as Layout
from typing import NamedTuple
from zlib import crc32

from gameserver.game.geo import planar_m
from gameserver.game.signals import MOVING_M, STEP_GAP_MS, STEP_MAX_M, Doubt
from gameserver.game.track import Track

RUN = 5
KEPT = 24
"""The footprints with the smallest hashes, so that a copy picks the same ones."""

ALIKE_MIN = 8
TOGETHER_MS = 60_000
AGAIN_MS = 120_000
"""A player's own steps that come again within this time were sent twice, as after a tunnel."""

COPY_MS = 600_000

_GRID_DEG = 1e-6
# Positions come rounded to decimals; a border of the grid on one of those would make a toss of it.
_OFF_THE_DECIMALS = 0.237
_RUN = Layout(f"<{2 * RUN}h")
_FAR = 32_000


class Footprint(NamedTuple):
    """A run of steps, and when the last of them was received, in epoch ms."""

    print: int
    walked_ms: int


class Match(NamedTuple):
    """Somebody who left as many of the same footprints, and how long before or after, in ms."""

    player: str
    prints: int
    apart_ms: int


def footprints(track: Track, now_ms: int) -> list[Footprint]:
    """The footprints of a track's last steps, at most KEPT; none of one in equal steps."""
    run: list[int] = []
    found: dict[int, int] = {}
    for a, b in pairwise(track.steps(now_ms)):
        gap_ms = b.received_ms - a.received_ms
        if gap_ms > STEP_GAP_MS or not (
            MOVING_M <= planar_m(a.lat, a.lon, b.lat, b.lon) <= STEP_MAX_M
        ):
            run.clear()
            continue
        run += (_units(b.lat - a.lat), _units(b.lon - a.lon))
        del run[: -2 * RUN]
        if len(run) == 2 * RUN:
            found.setdefault(crc32(_RUN.pack(*run)), int(b.received_ms))
    if len(found) < ALIKE_MIN:
        return []
    return [Footprint(*one) for one in sorted(found.items())[:KEPT]]


def _units(deg: float) -> int:
    return max(-_FAR, min(floor(deg / _GRID_DEG + _OFF_THE_DECIMALS), _FAR))


def copied(player: str, matches: Iterable[Match], now_ms: int) -> list[Doubt]:
    """What it says of a player that others, or the player at another time, made the same steps."""
    alike = [match for match in matches if match.prints >= ALIKE_MIN]
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


def _is_earlier(player: str, match: Match) -> bool:
    if match.player == player:
        return match.apart_ms < -AGAIN_MS
    return match.apart_ms < -TOGETHER_MS


def _doubt(signal: str, now_ms: int, said: str) -> Doubt:
    return Doubt(signal, 1.0, now_ms, now_ms + COPY_MS, said)


class Heap:
    """Footprints of a region, as Redis keeps them; for simulations, which are many and quick."""

    CLAIMANTS = 4

    def __init__(self) -> None:
        self._left: dict[int, list[tuple[str, int]]] = {}

    def leave(self, player: str, prints: Sequence[Footprint]) -> list[Match]:
        """Leave footprints; who else left the same."""
        others: dict[str, tuple[int, int]] = {}
        for print_, walked_ms in prints:
            claims = self._left.setdefault(print_, [])
            for other, then_ms in claims:
                apart_ms = then_ms - walked_ms
                if other == player and abs(apart_ms) <= AGAIN_MS:
                    continue
                count, nearest_ms = others.get(other, (0, apart_ms))
                nearest_ms = min(nearest_ms, apart_ms, key=abs)
                others[other] = count + 1, nearest_ms
            if len(claims) < self.CLAIMANTS and all(other != player for other, _ in claims):
                claims.append((player, walked_ms))
        return [Match(other, *found) for other, found in others.items()]
