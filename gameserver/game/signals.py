"""What a track says against its player. Each signal has a name, a score and a reason to show.

Everything is judged over stretches of a track, never over a single step: real receivers jump, pause
and begin with where they were last. The figures behind the limits are in docs/fair-play.md.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, hypot, radians
from typing import NamedTuple

from msgspec import Struct

from gameserver.game.geo import METRES_PER_DEG, great_circle_m, planar_m
from gameserver.game.seen import Sample, SeenFix
from gameserver.game.stays import RIDE_MAX_MPS, Stay, stays
from gameserver.game.track import (
    LONG_WINDOW_MS,
    PACE_WINDOW_MS,
    VAGUE_M,
    Track,
)


class Signal(NamedTuple):
    """One kind of doubt. `family` says which signals speak of the same thing; a sanction needs two
    families. `reason` is the contract's, for the player.
    """

    name: str
    family: str
    reason: str
    meaning: str


SIGNALS: dict[str, Signal] = {
    signal.name: signal
    for signal in (
        Signal("jump", "place", "teleported", "Stayed at two places that no ride connects."),
        Signal("drives", "pace", "moving_too_fast", "Rides from cat to cat."),
        Signal("far_catches", "place", "teleported", "Caught cats too far apart in the time."),
        Signal("too_even", "shape", "cooling_down", "Walks in equal steps, as no receiver sees."),
        Signal("constant_accuracy", "shape", "cooling_down", "The accuracy never changes."),
        Signal("too_sure", "shape", "cooling_down", "Claims to be surer than phones are."),
        Signal("clock", "clock", "stale_fix", "The phone's clock is set again and again."),
        Signal("replay", "copy", "mocked_location", "The same way was walked before, to the step."),
        Signal("lockstep", "copy", "cooling_down", "Others make the same steps at the same time."),
        Signal("loop", "copy", "mocked_location", "Walks the same round again, to the centimetre."),
        Signal("one_spot", "copy", "cooling_down", "Others are at the very same spot."),
        Signal("address", "copy", "cooling_down", "Others of this address are in one step."),
        Signal("mock", "phone", "mocked_location", "The phone says the position is made up."),
        Signal("attestation", "device", "mocked_location", "The device did not pass its check."),
    )
}


class Doubt(Struct, frozen=True, array_like=True):
    """A signal that was seen: how sure it is (0 to 1), and until when it keeps the player waiting.

    `detail` is for people. It holds distances and durations, never a place.
    """

    signal: str
    score: float
    at_ms: int
    until_ms: int
    detail: str


class Mark(Struct, frozen=True, array_like=True):
    """Where the player was let aim at cats, from when to when: such a place counts, however short
    the stay.
    """

    lat: float
    lon: float
    at_ms: int
    left_ms: int


# --- places ------------------------------------------------------------------------------------

FLIGHT_MAX_MPS = 250.0
FLIGHT_MIN_M = 100_000.0

JUMP_MIN_M = 300.0
"""Shorter ones are the pace's matter: receivers between tall houses jump as far."""

COOL_MIN_MS = 60_000
COOL_MPS = 5.0
"""After a jump, so long as the way would have taken at a run and a minute more."""

COOL_MAX_MS = 7_200_000


def jump(track: Track, marks: Iterable[Mark], now_ms: int) -> Doubt | None:
    """The jump, of those between places where the player stayed, that is to be waited for longest.

    A place where the player was for a moment only is one that the receiver made up.
    """
    found = stays(track, now_ms)
    if not found:
        return None
    here = found.pop()
    sure = [stay for stay in found if stay.is_sure]
    for mark in marks:
        if now_ms - mark.left_ms <= LONG_WINDOW_MS and not any(
            stay.from_ms <= mark.left_ms <= (now_ms if stay is here else stay.to_ms)
            for stay in [*sure, here]
        ):
            place = (mark.lat, mark.lon)
            sure.append(Stay(place, place, mark.at_ms, mark.left_ms, True))
    sure.sort(key=lambda stay: stay.from_ms)
    worst: Doubt | None = None
    for before, after in pairwise([*sure, here]):
        doubt = _jumped(before, after)
        if doubt is not None and (worst is None or doubt.until_ms > worst.until_ms):
            worst = doubt
    return worst if worst is not None and worst.until_ms > now_ms else None


def far_catches(track: Track, marks: Iterable[Mark], now_ms: int) -> Doubt | None:
    """Too far from an earlier catch for any ride or flight."""
    last = track.last
    if last is None or last.accuracy_m > VAGUE_M:
        return None
    for mark in marks:
        age_ms = now_ms - mark.left_ms
        if age_ms <= LONG_WINDOW_MS:
            continue  # `jump` looks at these
        far_m = great_circle_m(mark.lat, mark.lon, last.lat, last.lon)
        until_ms = mark.left_ms + int(far_m / _fastest_mps(far_m) * 1000.0)
        if far_m >= JUMP_MIN_M and until_ms > now_ms:
            said = f"{far_m / 1000.0:.0f} km from a catch {age_ms // 60_000} min ago"
            return Doubt("far_catches", 1.0, now_ms, until_ms, said)
    return None


RIDE_MPS = 4.5
RIDE_MIN_M = 150.0
RIDES_MAX = 3
RIDES_MS = 1_200_000
"""So many rides from one cat straight to the next within twenty minutes are no bus. Stops at cats
are part of the way, so the limit is below any car's speed, and above a runner's."""


def drives(marks: Sequence[Mark], now_ms: int) -> Doubt | None:
    """Hunts by car: the stop at each cat is long enough to look like a walker's."""
    lately = [mark for mark in marks if now_ms - mark.left_ms <= RIDES_MS]
    rides = 0
    for a, b in pairwise(lately):
        far_m = great_circle_m(a.lat, a.lon, b.lat, b.lon)
        rides += far_m >= RIDE_MIN_M and far_m * 1000.0 > RIDE_MPS * max(1, b.at_ms - a.left_ms)
    if rides < RIDES_MAX:
        return None
    said = f"{rides} rides between {len(lately)} cats"
    return Doubt("drives", 0.85, now_ms, lately[-1].left_ms + LONG_WINDOW_MS, said)


def cool_ms(far_m: float) -> int:
    """How long a jump is waited for."""
    return min(COOL_MAX_MS, COOL_MIN_MS + int(far_m / COOL_MPS * 1000.0))


def _fastest_mps(far_m: float) -> float:
    return FLIGHT_MAX_MPS if far_m >= FLIGHT_MIN_M else RIDE_MAX_MPS


def _jumped(before: Stay, after: Stay) -> Doubt | None:
    far_m = great_circle_m(*before.last, *after.first)
    took_ms = max(1000, after.from_ms - before.to_ms)
    if far_m < JUMP_MIN_M or far_m * 1000.0 / took_ms <= _fastest_mps(far_m):
        return None
    said = f"{far_m / 1000.0:.1f} km in {took_ms / 1000.0:.0f} s"
    return Doubt("jump", 1.0, after.from_ms, after.from_ms + cool_ms(far_m), said)


# --- the shape of a walk -----------------------------------------------------------------------

EVEN_M = 0.03
"""Two steps that differ by less are alike. Receivers' errors and people's paces differ by more,
most of the time."""

MOVING_M = 0.3
STEP_MAX_M = 30.0
STEP_MIN_MS, STEP_GAP_MS = 200, 5_000
TURNS_MIN = 15
EVEN_FROM, EVEN_TO = 0.6, 0.9
"""Of so many pairs of steps so large a share is alike: doubtful from the one, sure at the other."""

REGULAR_MS = 30_000
"""A doubt about the shape of a walk keeps the player waiting for this long, then it is looked at
anew."""

SURE_M = 2.0
WEAK = 0.3

COARSE_DEG, FINE_DEG = 1e-5, 1e-6
"""What positions are rounded to, some to a metre and some to a decimetre."""

LOOP_PLACES = 6
LOOP_M = 3.0
"""So many different places in the same order again, over so long a way, are no chance."""


class Step(NamedTuple):
    """From one position to the next: metres north and east and in all; ms by the phone's clock and
    by the server's.
    """

    north_m: float
    east_m: float
    far_m: float
    took_ms: float
    came_ms: float


def too_even(track: Track, now_ms: int) -> Doubt | None:
    """A way in equal steps: made by a joystick or along a line, not by feet and satellites."""
    alike, pairs = _alike(track.steps(now_ms))
    if pairs < TURNS_MIN:
        return None
    score = (alike / pairs - EVEN_FROM) / (EVEN_TO - EVEN_FROM)
    if score <= 0.0:
        return None
    said = f"{alike} of {pairs} steps like the one before"
    return Doubt("too_even", min(1.0, score), now_ms, now_ms + REGULAR_MS, said)


def _alike(steps: Sequence[Sample]) -> tuple[int, int]:
    """How many pairs of neighbouring steps are alike, and how many there are to compare."""
    if len(steps) < TURNS_MIN + 2:
        return 0, 0
    if is_on_coarse_grid(steps):
        return 0, 0  # steps on so coarse a grid are alike by themselves
    within_m = EVEN_M + (FINE_DEG * METRES_PER_DEG if _are_on(steps, FINE_DEG) else 0.0)
    shrink = cos(radians(steps[-1].lat))
    alike = pairs = 0
    before: Step | None = None
    for a, b in pairwise(steps):
        step = _step(a, b, shrink)
        if not _is_walked(step):
            before = None
            continue
        if before is not None:
            pairs += 1
            alike += _are_alike(before, step, within_m)
        before = step
    return alike, pairs


def _step(a: Sample, b: Sample, shrink: float) -> Step:
    north_m = (b.lat - a.lat) * METRES_PER_DEG
    east_m = (b.lon - a.lon) * METRES_PER_DEG * shrink
    far_m = hypot(north_m, east_m)
    return Step(north_m, east_m, far_m, b.came_ms - a.came_ms, b.received_ms - a.received_ms)


def _is_walked(step: Step) -> bool:
    """No step of somebody who stands, none over a gap, and none of a burst of fixes."""
    lasted_ms = max(step.took_ms, step.came_ms)
    return MOVING_M <= step.far_m <= STEP_MAX_M and STEP_MIN_MS <= lasted_ms <= STEP_GAP_MS


def _are_alike(one: Step, two: Step, within_m: float) -> bool:
    """The same step again, or as much longer as it took longer, by either clock; or turned."""
    ratios = [1.0]
    ratios += [now / before for before, now in zip(one[3:], two[3:], strict=True) if before > 0]
    return any(
        hypot(two.north_m - one.north_m * ratio, two.east_m - one.east_m * ratio) < within_m
        or abs(two.far_m - one.far_m * ratio) < within_m / 2.0
        for ratio in ratios
    )


def loop(track: Track, now_ms: int) -> Doubt | None:
    """A recorded way that is walked over and over: the same places in the same order.

    A queue that is sent twice arrives at once; that is no walk.
    """
    steps = track.steps(now_ms)
    if len(steps) < 2 * LOOP_PLACES or is_on_coarse_grid(steps):
        return None
    seen: dict[tuple[int, int], int] = {}
    begins, before = 0, -2
    for at, step in enumerate(steps):
        place = to_the_centimetre(step)
        again = seen.get(place, -2)
        if again != before + 1:
            begins = at
        if again >= 0 and _is_walked_again(steps[begins : at + 1]):
            said = f"{at + 1 - begins} places again in their order"
            return Doubt("loop", 1.0, now_ms, now_ms + PACE_WINDOW_MS, said)
        seen[place], before = at, again
    return None


def _is_walked_again(steps: Sequence[Sample]) -> bool:
    if len(steps) < LOOP_PLACES or len({to_the_centimetre(step) for step in steps}) < LOOP_PLACES:
        return False
    lasted_ms = steps[-1].received_ms - steps[0].received_ms
    way_m = sum(planar_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(steps))
    return way_m >= LOOP_M and lasted_ms >= STEP_MIN_MS * (len(steps) - 1)


def to_the_centimetre(place: Sample | SeenFix) -> tuple[int, int]:
    """A position in units of 1e-7 degrees, north and east."""
    return round(place.lat * 1e7), round(place.lon * 1e7)


def is_on_coarse_grid(steps: Sequence[Sample]) -> bool:
    """Whether positions were rounded to a metre."""
    return _are_on(steps, COARSE_DEG)


def _are_on(steps: Sequence[Sample], grid_deg: float) -> bool:
    return all(_is_on(step.lat, grid_deg) and _is_on(step.lon, grid_deg) for step in steps)


def _is_on(deg: float, grid_deg: float) -> bool:
    units = deg / grid_deg
    return abs(units - round(units)) < 0.02


def constant_accuracy(track: Track, now_ms: int) -> Doubt | None:
    """Weak: the accuracy of one place changes with the sky, that of some phones by steps only."""
    steps = track.steps(now_ms)
    if len(steps) < TURNS_MIN + 2 or len({step.accuracy_m for step in steps}) > 1:
        return None
    said = f"{steps[0].accuracy_m:.1f} m at {len(steps)} places"
    return Doubt("constant_accuracy", WEAK, now_ms, now_ms + REGULAR_MS, said)


def too_sure(track: Track, now_ms: int) -> Doubt | None:
    """Weak: few phones claim less than 2 m, and those of made-up positions often do."""
    minute = track.minute(now_ms)
    sure = [sample for sample in minute if sample.accuracy_m < SURE_M]
    if len(sure) < 3 or len(sure) * 2 < len(minute):
        return None
    said = f"{len(sure)} of {len(minute)} positions within {SURE_M:.0f} m"
    return Doubt("too_sure", WEAK, now_ms, now_ms + REGULAR_MS, said)


# --- the phone ---------------------------------------------------------------------------------

SETS_DOUBTFUL = 3
SETS_SURE = 4
"""Phones set their clocks once or twice while they look for the network."""


def clock(track: Track, now_ms: int) -> Doubt | None:
    """Times that leap forward and back are made up."""
    sets = [at_ms for at_ms in track.phone.sets if now_ms - at_ms <= LONG_WINDOW_MS]
    if len(sets) < SETS_DOUBTFUL:
        return None
    score = 1.0 if len(sets) >= SETS_SURE else 0.6
    said = f"set {len(sets)} times in {LONG_WINDOW_MS // 60_000} min"
    return Doubt("clock", score, now_ms, sets[-1] + PACE_WINDOW_MS, said)


def mock(track: Track, now_ms: int) -> Doubt | None:
    """Made up for a while until a moment ago, though perhaps not now."""
    mocked = [sample for sample in track.way(now_ms) if sample.is_mock]
    if len(mocked) < 2:
        return None
    at_ms = int(mocked[-1].came_ms)
    return Doubt("mock", 1.0, at_ms, at_ms + PACE_WINDOW_MS, f"{len(mocked)} positions")


def observe(track: Track, marks: Sequence[Mark], now_ms: int) -> list[Doubt]:
    """Everything that a track says against its player now."""
    found = [
        jump(track, marks, now_ms),
        far_catches(track, marks, now_ms),
        drives(marks, now_ms),
        *(look(track, now_ms) for look in (too_even, loop, constant_accuracy, too_sure)),
        *(look(track, now_ms) for look in (clock, mock)),
    ]
    return [doubt for doubt in found if doubt is not None]
