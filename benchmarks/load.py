"""Open-loop load: every message has its time from the start, whatever the server does.

A message that is late, because this process or the server was busy, is sent at once, and its
latency counts from the time at which it was due: a slow server hides nothing.
"""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.frames import FixFrame
from benchmarks.phones import Phone, Wire
from benchmarks.walking import Itinerary

TICK_S = 0.001
LEAD_S = 0.02


class Pace:
    """A schedule of `count` messages at a rate, from a moment soon after it was made."""

    def __init__(self, count: int, rate: float) -> None:
        self.count = count
        self.rate = rate
        self.start_s = time.perf_counter() + LEAD_S
        self.sent = 0
        self.latest_s = 0.0
        """How late the latest message left here."""

    def due(self) -> int:
        """How many messages should have left by now."""
        since_s = time.perf_counter() - self.start_s
        if since_s < 0.0:
            return 0
        if self.sent < self.count:
            self.latest_s = max(self.latest_s, since_s - self.sent / self.rate)
        return min(self.count, int(since_s * self.rate) + 1)

    def due_s(self, number: int) -> float:
        """When a message is due, on the clock `time.perf_counter`."""
        return self.start_s + number / self.rate


async def send_fixes(phones: Sequence[Phone], route: Itinerary, tick_s: float = TICK_S) -> Pace:
    """Send every fix of the route at its time, or with the next tick, by the phones in turn."""
    pace, octets = Pace(len(route), route.rate), FixFrame()
    lats, lons, moves = route.lats, route.lons, route.moves
    number, turns = 0, len(phones)
    while number < len(route):
        due, now_ms = pace.due(), time.time_ns() // 1_000_000
        while number < due:
            phone = phones[number % turns]
            if moves[number]:
                phone.expected.append(pace.due_s(number))
            phone.send(octets.at(lats[number], lons[number], now_ms))
            number += 1
        pace.sent = number
        await asyncio.sleep(tick_s)
    return pace


async def send_echoes(
    wires: Sequence[Wire], count: int, rate: float, tick_s: float = TICK_S
) -> Pace:
    """Send messages as long as a fix at their times, as `send_fixes` does."""
    pace, octets = Pace(count, rate), FixFrame()
    number, turns = 0, len(wires)
    while number < count:
        due, now_ms = pace.due(), time.time_ns() // 1_000_000
        while number < due:
            wires[number % turns].send(octets.at(1.5, 103.5, now_ms))
            number += 1
        pace.sent = number
        await asyncio.sleep(tick_s)
    return pace
