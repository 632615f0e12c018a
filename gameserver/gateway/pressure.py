"""How much this process has to do, and what it leaves out when that is too much.

Work is shed in the order that hurts least: what players see comes later, then newcomers are asked
to come back later. Catches and coupons are never slowed here; they end in `busy` only where their
own bounded queues are full. Pure: loop lag, counts of sockets and chance are arguments.
"""

from collections.abc import Sequence
from enum import IntEnum
from random import Random
from typing import NamedTuple

BEAT_S = 0.25
"""How often the lag of the loop is measured: how much later than due a timer is called."""

BUSY_LAG_S = 0.05
OVERLOADED_LAG_S = 0.25
"""A loop that is always this late has a queue that it does not get rid of."""

BEATS_UP = 4
"""So many beats in a row must be late. One long turn, or a crowd that comes back, is no overload:
new sockets are still let in while the loop gets through between them."""

BEATS_DOWN = 4
"""So many beats in a row must be below half of what began it, so that it does not flap."""

LET_IN_PER_BEAT = 10
"""After an overload, until the process is calm, so many newcomers are let in from beat to beat.
What they bring shows only seconds later: all who wait outside would be in by then, and too many."""

TURNED_AWAY_MOST = 1000
"""Sockets that are being told to come back; more hear 503 at the handshake, which costs less."""

RETRY_AFTER_MS = 5_000
"""Who is turned away is asked to wait this long, and up to as long again."""


class Load(IntEnum):
    """What there is to do, against what one loop can do."""

    CALM = 0
    BUSY = 1
    OVERLOADED = 2


class Relief(NamedTuple):
    """What is left out at a load."""

    feeds_every_s: float
    """The regions' feeds are read this often at the most; 0: in every round. Each viewer hears
    once of all that changed meanwhile."""

    looks_every_ms: int
    """A player's view moves this often at the most."""

    lets_in: bool
    """Are there to be more sockets?"""


RELIEF: dict[Load, Relief] = {
    Load.CALM: Relief(0.0, 0, True),
    Load.BUSY: Relief(1.0, 2_000, True),
    Load.OVERLOADED: Relief(2.0, 5_000, False),
}

_BEGINS_S = {Load.BUSY: BUSY_LAG_S, Load.OVERLOADED: OVERLOADED_LAG_S}


def next_load(load: Load, lags_s: Sequence[float]) -> Load:
    """The load after the newest of these lags: one step up or down at the most."""
    if load < Load.OVERLOADED:
        more = Load(load + 1)
        if len(lags_s) >= BEATS_UP and min(lags_s[-BEATS_UP:]) >= _BEGINS_S[more]:
            return more
    if load > Load.CALM:
        half_s = _BEGINS_S[load] / 2.0
        if len(lags_s) >= BEATS_DOWN and max(lags_s[-BEATS_DOWN:]) < half_s:
            return Load(load - 1)
    return load


def retry_after_ms(rng: Random) -> int:
    """When to come back: not all at once, even where clients add no random time of their own."""
    return RETRY_AFTER_MS + rng.randrange(RETRY_AFTER_MS)


class Pressure:
    """The load of one process, beat by beat."""

    __slots__ = ("_lags_s", "_let_in", "load", "recovers", "relief")

    def __init__(self) -> None:
        self._lags_s: list[float] = []
        self._let_in = 0
        self.recovers = False
        """From an overload on, until the process is calm."""
        self.load = Load.CALM
        self.relief = RELIEF[Load.CALM]

    @property
    def lag_s(self) -> float:
        """How late the loop was at the last beat."""
        return self._lags_s[-1] if self._lags_s else 0.0

    def beat(self, lag_s: float) -> None:
        """Take in how late the loop was; a step of the load begins the count anew."""
        self._let_in = 0
        self._lags_s = [*self._lags_s[1 - max(BEATS_UP, BEATS_DOWN) :], lag_s]
        load = next_load(self.load, self._lags_s)
        if load is not self.load:
            self._lags_s = [lag_s]
            self.load = load
            self.relief = RELIEF[load]
            self.recovers = load is Load.OVERLOADED or (self.recovers and load is not Load.CALM)

    def let_in(self) -> None:
        """A newcomer comes in."""
        self._let_in += 1

    def turns_away(self, sockets: int, most: int) -> bool:
        """Is a new socket to be told to come back later? `most` sockets may be (0: no limit)."""
        if self.recovers and self._let_in >= LET_IN_PER_BEAT:
            return True
        return not self.relief.lets_in or (most > 0 and sockets >= most)
