"""What the players of a process are told that they caught, counted for big screens."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from gameserver.gateway.roster import Memory, Seat

PLACES_MOST = 10_000
"""Catches of a second whose places are remembered."""

SEEN_WITHIN_MS = 60_000
"""Whoever has said no place for so long is not known to be there."""

AT_ONCE = 500
"""Players that are looked at before others have their turn."""

Place = tuple[float, float]
"""WGS-84 degrees."""


class Taken(NamedTuple):
    """What was counted since the last time."""

    catches: int
    coupons: int
    places: list[Place]
    """Where players stood when they caught something."""


class Tally:
    """Counts catches as they are told."""

    __slots__ = ("_catches", "_coupons", "_places")

    def __init__(self) -> None:
        self._catches = 0
        self._coupons = 0
        self._places: list[Place] = []

    def caught(self, memory: Memory | None, has_coupon: bool) -> None:
        """A player, of whom this is remembered, was told of a catch."""
        self._catches += 1
        self._coupons += has_coupon
        last = None if memory is None else memory.track.last
        if last is not None and len(self._places) < PLACES_MOST:
            self._places.append((last.lat, last.lon))

    def take(self) -> Taken:
        """What has come together; counting begins anew."""
        taken = Taken(self._catches, self._coupons, self._places)
        self._catches = self._coupons = 0
        self._places = []
        return taken


async def places(seats: Mapping[str, Seat], now_ms: int) -> AsyncIterator[list[Place]]:
    """Where players are who said so lately, in slices, between which others have their turn."""
    everybody = list(seats.values())
    for start in range(0, len(everybody), AT_ONCE):
        lasts = (seat.memory.track.last for seat in everybody[start : start + AT_ONCE])
        yield [
            (last.lat, last.lon)
            for last in lasts
            if last is not None and last.received_ms >= now_ms - SEEN_WITHIN_MS
        ]
        await asyncio.sleep(0)
