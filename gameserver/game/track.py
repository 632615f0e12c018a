"""A player's own positions as the server received them, kept small enough to have for everybody.

A fix costs an append here and nothing more; what a track says of its player is asked when somebody
aims or catches (`gameserver.game.signals`).
"""

from math import copysign, inf, isnan, nan
from struct import Struct as Layout

from gameserver.game.clock import BACK_MS, PhoneClock
from gameserver.game.seen import Origin, PackedTrack, Sample, SeenFix

PACE_WINDOW_MS = 60_000
SAMPLE_EVERY_MS = 5_000
LONG_WINDOW_MS = 600_000
LONG_EVERY_MS = 15_000

STEPS_KEPT = 40
"""So many of the last fixes that were anywhere else than the one before are kept as they came."""

VAGUE_M = 100.0
"""What is less sure than this is no place."""

_ROW = Layout("<5f")
"""Degrees north and east of the origin; the accuracy, below zero for a mock; ms from the origin to
when it was received, and how many of these it was late."""

_DEGREE_M = 111_200.0
"""A degree of a great circle is no longer."""

_pack = _ROW.pack
_MINUTE = PACE_WINDOW_MS // SAMPLE_EVERY_MS + 1
_LONG = LONG_WINDOW_MS // LONG_EVERY_MS
_STEPS_MOST = 2 * STEPS_KEPT * _ROW.size


class Track:
    """A player's own positions: the last one, the last steps, one minute and ten, thinned."""

    __slots__ = (
        "_accuracy_m",
        "_due_ms",
        "_from",
        "_lat",
        "_late_ms",
        "_lon",
        "_long",
        "_long_due_ms",
        "_minute",
        "_mock",
        "_received_ms",
        "_steps",
        "phone",
    )

    def __init__(self) -> None:
        self._lat = self._lon = nan
        """Of the last fix, as what follows; NaN, which is like no other place, before the first."""
        self._accuracy_m = self._late_ms = 0.0
        self._received_ms = 0
        self._mock = False
        self.phone = PhoneClock()
        self._begin(Origin(0.0, 0.0, 0))

    def _begin(self, origin: Origin) -> None:
        self._from = (origin.lat, origin.lon, origin.received_ms)
        """The origin; every fix takes it apart, which is quick with a plain tuple only."""
        self._steps = bytearray()
        self._minute = bytearray()
        self._long = bytearray()
        self._due_ms = self._long_due_ms = -inf

    @property
    def last(self) -> SeenFix | None:
        """The last fix of this session."""
        if isnan(self._lat):
            return None
        return SeenFix(
            self._lat, self._lon, self._accuracy_m, self._received_ms, self._late_ms, self._mock
        )

    def new_session(self) -> None:
        """Go on in a new session: it has said no place yet, but where the player was counts."""
        self._lat = self._lon = nan
        self.phone.new_session()

    def add(
        self, place: tuple[float, float], accuracy_m: float, mock: bool, at_ms: float, now_ms: int
    ) -> None:
        """Take in a fix received now; `at_ms` is the phone's clock, of which only changes count."""
        lat, lon = place
        phone = self.phone
        late_ms = now_ms - at_ms - phone.quickest_ms
        # Nearly always: what `hear` would say as well.
        if 0.0 <= late_ms <= phone.calm_ms and at_ms >= phone.said_ms - BACK_MS:
            phone.said_ms = at_ms
        else:
            late_ms = phone.hear(at_ms, now_ms)
        is_step = lat != self._lat or lon != self._lon
        self._lat = lat
        self._lon = lon
        self._accuracy_m = accuracy_m
        self._received_ms = now_ms
        self._late_ms = late_ms
        self._mock = mock
        if now_ms >= self._due_ms:
            self._sample()
        if is_step:
            from_lat, from_lon, from_ms = self._from
            doubt_m = -accuracy_m if mock else accuracy_m
            steps = self._steps
            steps += _pack(lat - from_lat, lon - from_lon, doubt_m, now_ms - from_ms, late_ms)
            if len(steps) >= _STEPS_MOST:
                del steps[: _STEPS_MOST // 2]

    def _sample(self) -> None:
        now_ms = self._received_ms
        if not self._minute:
            self._begin(Origin(self._lat, self._lon, now_ms))
        fix = self.last
        assert fix is not None
        row = self._row(fix)
        self._due_ms = float(now_ms + SAMPLE_EVERY_MS)
        _append(self._minute, row, _MINUTE)
        if now_ms >= self._long_due_ms:
            self._long_due_ms = float(now_ms + LONG_EVERY_MS)
            _append(self._long, row, _LONG)

    def _row(self, fix: SeenFix) -> bytes:
        lat, lon, from_ms = self._from
        doubt_m = -fix.accuracy_m if fix.mock else fix.accuracy_m
        since_ms = fix.received_ms - from_ms
        return _pack(fix.lat - lat, fix.lon - lon, doubt_m, since_ms, fix.late_ms)

    # --- what a judge asks ---

    def steps(self, now_ms: int) -> list[Sample]:
        """The last fixes that were elsewhere than the one before, of the last ten minutes."""
        return self._since(self._steps[-STEPS_KEPT * _ROW.size :], now_ms - LONG_WINDOW_MS)

    def minute(self, now_ms: int) -> list[Sample]:
        """One in SAMPLE_EVERY_MS of the last minute."""
        return self._since(self._minute, now_ms - PACE_WINDOW_MS)

    def way(self, now_ms: int) -> list[Sample]:
        """One in LONG_EVERY_MS of the last ten minutes, more of the last one, and the last fix."""
        from_ms = now_ms - LONG_WINDOW_MS
        found = self._since(self._minute, from_ms)
        if found:
            begins_ms = found[0].came_ms
            long = self._since(self._long, from_ms)
            found = [*(one for one in long if one.came_ms < begins_ms), *found]
        last = self.last
        if last is not None and (not found or last.came_ms > found[-1].came_ms):
            found.append(
                Sample(
                    last.lat, last.lon, last.accuracy_m, last.received_ms, last.came_ms, last.mock
                )
            )
        return found

    def pace_at_most_mps(self, now_ms: int) -> float:
        """No less than the pace of `gameserver.game.stays`, in m/s, and quick to say.

        What is north and what is east of each other is added up, and a leap counts as a way. A walk
        stays so far below what nobody walks that this is nearly always all that need be known.
        """
        last = self.last
        if last is None:
            return 0.0
        lat, lon, epoch_ms = self._from
        north_to, east_to, doubt_to_m = last.lat - lat, last.lon - lon, last.accuracy_m
        to_ms, from_ms = last.came_ms - epoch_ms, now_ms - PACE_WINDOW_MS - epoch_ms
        fastest = 0.0
        for rows in (self._minute, self._long):
            for north, east, doubt_m, since_ms, late_ms in _ROW.iter_unpack(rows):
                came_ms = since_ms - late_ms
                took_ms = to_ms - came_ms
                if came_ms < from_ms or took_ms < SAMPLE_EVERY_MS:
                    continue
                moved_m = _DEGREE_M * (abs(north_to - north) + abs(east_to - east))
                moved_m -= abs(doubt_m) + doubt_to_m
                if moved_m * 1000.0 > fastest * took_ms:
                    fastest = moved_m * 1000.0 / took_ms
        return fastest

    def _since(self, rows: bytes | bytearray, from_ms: float) -> list[Sample]:
        lat, lon, epoch_ms = self._from
        from_ms -= epoch_ms
        return [
            Sample(
                lat + north,
                lon + east,
                abs(doubt_m),
                epoch_ms + since_ms,
                epoch_ms + since_ms - late_ms,
                copysign(1.0, doubt_m) < 0.0,
            )
            for north, east, doubt_m, since_ms, late_ms in _ROW.iter_unpack(rows)
            if since_ms - late_ms >= from_ms
        ]

    # --- from process to process ---

    def pack(self, now_ms: int) -> PackedTrack | None:
        """The last ten minutes, but for the last fix, which the next session has to say anew; None
        where there was nothing.
        """
        if not self._minute:
            return None
        from_ms = now_ms - LONG_WINDOW_MS - self._from[2]
        steps, minute, long = (
            b"".join(_pack(*row) for row in _ROW.iter_unpack(rows) if row[3] >= from_ms)
            for rows in (self._steps[-STEPS_KEPT * _ROW.size :], self._minute, self._long)
        )
        return PackedTrack(Origin(*self._from), steps, minute, long, list(self.phone.sets))

    def resume(self, packed: PackedTrack) -> None:
        """Put what another process saw of this player before what was seen here since.

        Where this process has seen some of that time itself, as after a quick way there and back,
        it knows enough and nothing changes.
        """
        here = [self._since(rows, -inf) for rows in (self._steps, self._minute, self._long)]
        first_ms = min((one.received_ms for samples in here for one in samples), default=inf)
        theirs = (packed.steps, packed.minute, packed.long)
        theirs_ms = max((row[3] for rows in theirs for row in _ROW.iter_unpack(rows)), default=-inf)
        if packed.origin.received_ms + theirs_ms > first_ms:
            return
        due_ms, long_due_ms = self._due_ms, self._long_due_ms
        self._begin(packed.origin)
        mine = (self._steps, self._minute, self._long)
        for rows, earlier, samples in zip(mine, theirs, here, strict=True):
            rows.extend(earlier)
            for one in samples:
                rows.extend(self._row(_seen(one)))
        del self._minute[: -_MINUTE * _ROW.size], self._long[: -_LONG * _ROW.size]
        self._due_ms, self._long_due_ms = due_ms, long_due_ms
        self.phone.sets.extendleft(reversed(packed.sets))


def _append(rows: bytearray, row: bytes, most: int) -> None:
    rows += row
    if len(rows) > most * _ROW.size:
        del rows[: _ROW.size]


def _seen(sample: Sample) -> SeenFix:
    received_ms, late_ms = int(sample.received_ms), sample.received_ms - sample.came_ms
    accuracy_m = sample.accuracy_m
    return SeenFix(sample.lat, sample.lon, accuracy_m, received_ms, late_ms, sample.is_mock)
