"""Whether places were told in another datum than was said.

A place in GCJ-02 that is read as WGS-84 lies some 500 m off, in a direction and by a distance that
are known for every place. Where a second source knows the same places (addresses that were looked
up, places that are in the books), the offsets between the two tell which datum was meant: that by
which little of them is left.
"""

from collections.abc import Sequence
from math import cos, hypot, radians
from statistics import median

from msgspec import Struct

from gameserver.game.datum import TO_WGS84, Datum, Place
from gameserver.game.geo import METRES_PER_DEG

PAIRS_MIN = 3
"""One or two places may be wrong by themselves."""

PAIRS_MOST = 1_000
"""More are not needed, and would take time: of more, some are looked at all over the list."""

SHIFT_MIN_M = 100.0
"""Where two datums are nearer to each other than this, an offset tells nothing."""

LEFT_MOST = 0.35
"""What is left of the offset if another datum was meant, as a share of the known one, at the most.

The middle one of the pairs decides, so that a few wrong lines do not.
"""


class Pair(Struct, frozen=True):
    """A place as it was told, in the datum that was said, and the same by a second source."""

    lat: float
    lon: float
    datum: Datum
    second: Place
    """WGS-84."""


class Doubt(Struct, frozen=True):
    """What `pairs` places look like: `off_m` is how far off the middle one is, `fits_m` how near
    it is if `looks_like` is what was meant."""

    said: Datum
    looks_like: Datum
    pairs: int
    off_m: float
    fits_m: float


def doubt(pairs: Sequence[Pair]) -> Doubt | None:
    """The datum that these places look like, where it is another than was said, else None.

    Only places count at which the datums differ, that is in China.
    """
    step = -(-len(pairs) // PAIRS_MOST) or 1
    some = pairs[::step]
    found = (
        _held_against(said, other, [pair for pair in some if pair.datum is said])
        for said in Datum
        for other in Datum
        if other is not said
    )
    return min((each for each in found if each is not None), key=_fit, default=None)


def _fit(doubt: Doubt) -> float:
    return doubt.fits_m


def _held_against(said: Datum, other: Datum, pairs: Sequence[Pair]) -> Doubt | None:
    offs, fits, shifts = [], [], []
    for pair in pairs:
        here = TO_WGS84[said](pair.lat, pair.lon)
        east_m, north_m = _offset_m(here, TO_WGS84[other](pair.lat, pair.lon))
        shift_m = hypot(east_m, north_m)
        if shift_m < SHIFT_MIN_M:
            continue
        x_m, y_m = _offset_m(here, pair.second)
        offs.append(hypot(x_m, y_m))
        fits.append(hypot(x_m - east_m, y_m - north_m))
        shifts.append(shift_m)
    if len(shifts) < PAIRS_MIN:
        return None
    fits_m = median(fits)
    if fits_m > LEFT_MOST * median(shifts):
        return None
    return Doubt(said, other, len(shifts), round(median(offs), 1), round(fits_m, 1))


def _offset_m(here: Place, there: Place) -> tuple[float, float]:
    """From one place to another: metres east and north."""
    dlon = (there[1] - here[1] + 540.0) % 360.0 - 180.0
    return METRES_PER_DEG * dlon * cos(radians(here[0])), METRES_PER_DEG * (there[0] - here[0])
