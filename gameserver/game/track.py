"""A player's own positions as the server received them, kept small enough to have for everybody.

A fix costs an append here and nothing more; what a track says of its player is asked when somebody
aims or catches (`gameserver.game.signals`).
"""

from math import copysign, inf
from struct import Struct as Layout
from typing import NamedTuple

from msgspec import Struct

from gameserver.game.clock import PhoneClock

PACE_WINDOW_MS = 60_000
SAMPLE_EVERY_MS = 5_000
LONG_WINDOW_MS = 600_000
LONG_EVERY_MS = 15_000

STEPS_KEPT = 40
"""So many of the last fixes that were anywhere else than the one before are kept as they came."""

STEP_EVERY_MS = 400
"""Fixes that were taken and came closer together than this are one step, so that phones that send
ten a second are judged by the same stretch of way."""

VAGUE_M = 100.0
"""What is less sure than this is no place."""


class SeenFix(Struct, frozen=True):
    """A fix as the server judges it: WGS-84 degrees, and when it was received.

    `late_ms` is how much longer this fix took than the quickest one by the same clock, so that a
    fix from a queue counts as old whatever the phone's clock says.
    """

    lat: float
    lon: float
    accuracy_m: float
    received_ms: int
    late_ms: int = 0
    mock: bool = False

    @property
    def came_ms(self) -> int:
        """When it would have been received, had it come at once."""
        return self.received_ms - self.late_ms


class Sample(NamedTuple):
    """A fix as a ring gives it back: degrees (within a centimetre), and when it was there, epoch ms.

    `came_ms` is by the server's clock: when it was received, less what it was late, for a queue
    arrives at once though it took its time. `taken_ms` is by the phone's.
    """

    lat: float
    lon: float
    accuracy_m: float
    came_ms: float
    taken_ms: float
    is_mock: bool


class Origin(NamedTuple):
    """Where and when a track began; its samples are kept as differences to that."""

    lat: float
    lon: float
    received_ms: int


Row = tuple[float, float, float, float, float]
"""Degrees north and east of the origin; the accuracy, below zero for a mock; ms since the origin,
and the phone's clock.
"""

_ROW = Layout("<fffdd")


class Ring:
    """The last so many rows, 28 bytes each, which are there once the first one is.

    Near the origin degrees are kept far better than to a centimetre, 111 km away to a centimetre.
    """

    __slots__ = ("_bytes", "_count", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._bytes = bytearray()

    def add(self, row: Row) -> None:
        """Take in a row; the oldest one goes where there are too many."""
        if not self._bytes:
            self._bytes = bytearray(self._most * _ROW.size)
        _ROW.pack_into(self._bytes, self._count % self._most * _ROW.size, *row)
        self._count += 1

    def rows(self) -> list[Row]:
        """All of them, the oldest first."""
        rows: list[Row] = list(_ROW.iter_unpack(self._bytes))
        if self._count <= self._most:
            return rows[: self._count]
        start = self._count % self._most
        return rows[start:] + rows[:start]


class PackedTrack(Struct, frozen=True, array_like=True):
    """A track on its way from one process to another."""

    origin: Origin
    steps: list[Row]
    minute: list[Row]
    long: list[Row]
    sets: list[int]


class Track:
    """A player's own positions: the last one, the last steps, one minute and ten, thinned."""

    __slots__ = (
        "_lat",
        "_lon",
        "_long",
        "_long_ms",
        "_minute",
        "_minute_ms",
        "_origin",
        "_step_at_ms",
        "_step_ms",
        "_steps",
        "last",
        "phone",
    )

    def __init__(self) -> None:
        self.last: SeenFix | None = None
        self.phone = PhoneClock()
        self._begin(None)

    def _begin(self, origin: Origin | None) -> None:
        self._origin = origin
        self._steps, self._minute, self._long = Ring(STEPS_KEPT), Ring(_MINUTE), Ring(_LONG)
        self._lat = self._lon = inf
        self._step_ms = self._step_at_ms = self._minute_ms = self._long_ms = -inf

    def new_session(self) -> None:
        """Go on in a new session: it has said no place yet, but where the player was counts."""
        self.last = None
        self.phone.new_session()

    def add(
        self, place: tuple[float, float], accuracy_m: float, mock: bool, at_ms: float, now_ms: int
    ) -> SeenFix:
        """Take in a fix received now; `at_ms` is the phone's clock, of which only changes count."""
        lat, lon = place
        late_ms = self.phone.hear(at_ms, now_ms)
        self.last = fix = SeenFix(lat, lon, accuracy_m, now_ms, late_ms, mock)
        if (lat != self._lat or lon != self._lon) and (
            now_ms - self._step_ms >= STEP_EVERY_MS
            or abs(at_ms - self._step_at_ms) >= STEP_EVERY_MS
        ):
            self._lat, self._lon, self._step_ms, self._step_at_ms = lat, lon, now_ms, at_ms
            self._keep(self._steps, fix, at_ms)
        if now_ms - self._minute_ms >= SAMPLE_EVERY_MS:
            self._minute_ms = now_ms
            self._keep(self._minute, fix, at_ms)
            if now_ms - self._long_ms >= LONG_EVERY_MS:
                self._long_ms = now_ms
                self._keep(self._long, fix, at_ms)
        return fix

    def _keep(self, ring: Ring, fix: SeenFix, at_ms: float) -> None:
        origin = self._origin
        if origin is None:
            self._origin = origin = Origin(fix.lat, fix.lon, fix.received_ms)
        accuracy_m = -fix.accuracy_m if fix.mock else fix.accuracy_m
        since_ms = fix.received_ms - fix.late_ms - origin.received_ms
        ring.add((fix.lat - origin.lat, fix.lon - origin.lon, accuracy_m, since_ms, at_ms))

    # --- what a judge asks ---

    def steps(self, now_ms: int) -> list[Sample]:
        """The last fixes that were elsewhere than the one before, of the last ten minutes."""
        return self._since(self._steps, now_ms - LONG_WINDOW_MS)

    def minute(self, now_ms: int) -> list[Sample]:
        """One in SAMPLE_EVERY_MS of the last minute."""
        return self._since(self._minute, now_ms - PACE_WINDOW_MS)

    def way(self, now_ms: int) -> list[Sample]:
        """One in LONG_EVERY_MS of the last ten minutes, more of the last one, and the last fix."""
        from_ms = now_ms - LONG_WINDOW_MS
        minute = self._since(self._minute, from_ms)
        if minute:
            from_the_minute_ms = minute[0].came_ms
            long = self._since(self._long, from_ms)
            minute = [*(one for one in long if one.came_ms < from_the_minute_ms), *minute]
        last = self.last
        if last is not None and (not minute or last.came_ms > minute[-1].came_ms):
            place = last.lat, last.lon, last.accuracy_m
            minute.append(Sample(*place, last.came_ms, self._step_at_ms, last.mock))
        return minute

    def _since(self, ring: Ring, from_ms: float) -> list[Sample]:
        origin = self._origin
        if origin is None:
            return []
        lat, lon, epoch_ms = origin
        from_ms -= epoch_ms
        return [
            Sample(
                lat + north, lon + east, abs(sure), epoch_ms + since, at, copysign(1.0, sure) < 0
            )
            for north, east, sure, since, at in ring.rows()
            if since >= from_ms
        ]

    # --- from process to process ---

    def pack(self, now_ms: int) -> PackedTrack | None:
        """The last ten minutes, but for the last fix, which the next session has to say anew; None
        where there was nothing.
        """
        origin = self._origin
        if origin is None:
            return None
        from_ms = now_ms - LONG_WINDOW_MS - origin.received_ms
        steps, minute, long = ([r for r in ring.rows() if r[3] >= from_ms] for ring in self._rings)
        return PackedTrack(origin, steps, minute, long, list(self.phone.sets))

    def resume(self, packed: PackedTrack) -> None:
        """Put what another process saw of this player before what was seen here since.

        Where this process has seen some of that time itself, as after a quick way there and back,
        it knows enough and nothing changes.
        """
        theirs = Track()
        theirs._take(packed)
        here = [self._since(ring, -inf) for ring in self._rings]
        first_ms = min((one.came_ms for samples in here for one in samples), default=inf)
        if max(theirs._step_ms, theirs._minute_ms) > first_ms:
            return
        self._take(packed)
        for ring, samples in zip(self._rings, here, strict=True):
            for one in samples:
                self._keep(ring, _seen(one), one.taken_ms)
        self._mind_the_last()

    @property
    def _rings(self) -> tuple[Ring, Ring, Ring]:
        return self._steps, self._minute, self._long

    def _take(self, packed: PackedTrack) -> None:
        self._begin(packed.origin)
        kept = (packed.steps, packed.minute, packed.long)
        for ring, rows in zip(self._rings, kept, strict=True):
            for row in rows:
                ring.add(row)
        self.phone.sets.extendleft(reversed(packed.sets))
        self._mind_the_last()

    def _mind_the_last(self) -> None:
        steps, minute, long = (self._since(ring, -inf) for ring in self._rings)
        if steps:
            self._lat, self._lon = steps[-1].lat, steps[-1].lon
            self._step_ms, self._step_at_ms = steps[-1].came_ms, steps[-1].taken_ms
        self._minute_ms = minute[-1].came_ms if minute else -inf
        self._long_ms = long[-1].came_ms if long else -inf


def _seen(sample: Sample) -> SeenFix:
    received_ms = int(sample.came_ms)
    return SeenFix(sample.lat, sample.lon, sample.accuracy_m, received_ms, mock=sample.is_mock)


_MINUTE = PACE_WINDOW_MS // SAMPLE_EVERY_MS + 1
_LONG = LONG_WINDOW_MS // LONG_EVERY_MS
