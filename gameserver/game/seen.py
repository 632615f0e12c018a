"""What the server has seen of where a player was: a fix, what is kept of it, a whole track."""

from typing import NamedTuple

from msgspec import Struct


class SeenFix(Struct, frozen=True, gc=False):
    """A fix as the server judges it: WGS-84 degrees, and when it was received.

    `late_ms` is how much longer this fix took than the quickest one by the same clock, so that a
    fix from a queue counts as old whatever the phone's clock says.
    """

    lat: float
    lon: float
    accuracy_m: float
    received_ms: int
    late_ms: float = 0.0
    mock: bool = False

    @property
    def came_ms(self) -> int:
        """When it would have been received, had it come at once."""
        return self.received_ms - int(self.late_ms)


class Sample(NamedTuple):
    """A fix as it is kept: degrees (within a centimetre), and when it was received, in epoch ms.

    `came_ms` is that less what it was late: a queue arrives at once, though it took its time.
    Differences of it are those of the phone's clock. Both are within 8 ms on the first day.
    """

    lat: float
    lon: float
    accuracy_m: float
    received_ms: float
    came_ms: float
    is_mock: bool


class Origin(NamedTuple):
    """Where and when a track began. Rows hold differences to it, for which 4 bytes are enough."""

    lat: float
    lon: float
    received_ms: int


class PackedTrack(Struct, frozen=True, array_like=True):
    """A track on its way from one process to another: rows as `Track` keeps them."""

    origin: Origin
    steps: bytes
    minute: bytes
    long: bytes
    sets: list[int]
