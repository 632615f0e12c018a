"""Where a player stayed, and how fast the way was, from a track with all that receivers invent.

A receiver begins with the place that it knew last, and is thrown across the street by a reflection:
a moment at a place says nothing. So a track is cut where it leaps, and only stretches on which the
player really was count, besides the last one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gameserver.game.geo import great_circle_m
from gameserver.game.seen import Sample
from gameserver.game.track import (
    PACE_WINDOW_MS,
    SAMPLE_EVERY_MS,
    VAGUE_M,
    Track,
)

RIDE_MAX_MPS = 70.0
"""No ride within a city is faster; 0.8 % of real tracks are, over a minute."""

LEAP_MIN_M = 150.0

STAY_MS = 10_000
STAY_PLACES = 3
"""Who was at a place for STAY_MS, at this many different positions, was there. Phones begin with
the position that they had last, and repeat it until they know better."""

SHORT_MS = 10_000


class Stay(NamedTuple):
    """A stretch of a track without leaps: its first and last place, and when it was."""

    first: tuple[float, float]
    last: tuple[float, float]
    from_ms: int
    to_ms: int
    is_sure: bool


def stretches(track: Track, now_ms: int) -> list[list[Sample]]:
    """The last ten minutes of a track, cut where it leaps. Places too vague to catch at say
    nothing, whatever they would excuse.
    """
    found: list[list[Sample]] = []
    for sample in track.way(now_ms):
        if sample.accuracy_m > VAGUE_M:
            continue
        if not found or _leaps(found[-1][-1], sample):
            found.append([])
        found[-1].append(sample)
    return found


def stays(track: Track, now_ms: int) -> list[Stay]:
    """The stretches, the last one being where the player is."""
    return [_stay(stretch) for stretch in stretches(track, now_ms)]


def pace_mps(track: Track, now_ms: int) -> float:
    """The greatest net speed from any sample of the last minute to the last fix, in m/s.

    Less what both fixes' accuracy explains. Windows are no shorter than SAMPLE_EVERY_MS, and those
    shorter than SHORT_MS count by half: between houses a position shifts by a hundred metres.
    """
    last = track.last
    if last is None:
        return 0.0
    cut = stretches(track, now_ms)
    fastest = 0.0
    for stretch in cut:
        if stretch is not cut[-1] and not _is_sure(stretch):
            continue
        for sample in stretch:
            took_ms = last.came_ms - sample.came_ms
            if took_ms < SAMPLE_EVERY_MS or now_ms - sample.came_ms > PACE_WINDOW_MS:
                continue
            moved_m = great_circle_m(sample.lat, sample.lon, last.lat, last.lon)
            moved_m -= sample.accuracy_m + last.accuracy_m
            share = 1000.0 if took_ms >= SHORT_MS else 500.0
            fastest = max(fastest, moved_m * share / took_ms)
    return fastest


def _leaps(before: Sample, after: Sample) -> bool:
    if abs(after.lat - before.lat) + abs(after.lon - before.lon) < 0.001:
        return False  # a hundred metres: the usual case, and cheap to see
    far_m = great_circle_m(before.lat, before.lon, after.lat, after.lon)
    far_m -= before.accuracy_m + after.accuracy_m
    took_ms = max(1000.0, after.came_ms - before.came_ms)
    return far_m >= LEAP_MIN_M and far_m * 1000.0 / took_ms > RIDE_MAX_MPS


def _is_sure(stretch: Sequence[Sample]) -> bool:
    places = {(sample.lat, sample.lon) for sample in stretch}
    lasted_ms = stretch[-1].came_ms - stretch[0].came_ms
    return lasted_ms >= STAY_MS and len(places) >= STAY_PLACES


def _stay(stretch: Sequence[Sample]) -> Stay:
    first, last = stretch[0], stretch[-1]
    return Stay(
        (first.lat, first.lon),
        (last.lat, last.lon),
        int(first.came_ms),
        int(last.came_ms),
        _is_sure(stretch),
    )
