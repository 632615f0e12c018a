"""What each bot was told and did about money, one JSON object per line, in the order of this run.

A second program can hold that against the server's books when the run is over, so it is written
down as it was heard, before anything is made of it. There are no tokens and no positions in it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO

import msgspec

from catbot.wire import Catch, Caught, Coupon, CouponChanged, Refused, ServerMessage

_WAITING_MOST = 10_000
_AT_ONCE = 1_000


class HistoryError(Exception):
    """The history could not be written, or not to its end; the message says why."""


class ToldCoupon(msgspec.Struct, frozen=True):
    """A coupon as it was said; `code` and `expires_ms` are None while it is pending."""

    state: str
    campaign: str
    code: str | None
    expires_ms: int | None


class KeptCoupon(ToldCoupon, frozen=True):
    """A coupon in a wallet; `attempt` is None where the catch is not recorded."""

    cat: str
    attempt: str | None


class KeptCatch(msgspec.Struct, frozen=True):
    """A catch in a player's own list."""

    cat: str
    attempt: str
    points: int


class Line(msgspec.Struct, frozen=True, tag_field="kind"):
    """What all lines begin with: `seq` counts the lines of a run from 1, without a gap."""

    seq: int
    at_ms: int
    player: str


class JoinedLine(Line, frozen=True, tag="joined"):
    """A bot was welcomed for the first time; `new`: it signed up for this run."""

    new: bool


class CatchLine(Line, frozen=True, tag="catch"):
    """A bot sent a catch, perhaps not for the first time."""

    attempt: str
    cat: str


class CaughtLine(Line, frozen=True, tag="caught"):
    """A bot heard `caught`."""

    attempt: str
    cat: str
    points: int
    coupon: ToldCoupon | None


class RefusedLine(Line, frozen=True, tag="refused"):
    """A bot heard that a catch was refused."""

    attempt: str
    cat: str | None
    reason: str
    retry: bool


class CouponLine(Line, frozen=True, tag="coupon"):
    """A bot heard that a coupon changed."""

    attempt: str | None
    coupon: ToldCoupon


class WalletLine(Line, frozen=True, tag="wallet"):
    """A bot's wallet at the end of the run, which was asked for at `asked_ms`."""

    asked_ms: int
    coupons: tuple[KeptCoupon, ...]


class CatchesLine(Line, frozen=True, tag="catches"):
    """A bot's list of catches at the end of the run, which was asked for at `asked_ms`."""

    asked_ms: int
    catches: tuple[KeptCatch, ...]


def wall_clock_ms() -> int:
    """Now, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class History:
    """Takes lines on the event loop and hands them to a thread that writes. By `open_history`."""

    def __init__(self, file: BinaryIO, clock: Callable[[], int] = wall_clock_ms) -> None:
        self._clock = clock
        self._seq = 0
        self._encode = msgspec.json.Encoder().encode
        # Where the disk is that slow, the bots wait for it: memory must not grow instead.
        self._lines: Queue[bytes] = Queue(_WAITING_MOST)
        self._writer = _Writer(file, self._lines)

    def joined(self, player: str, *, is_new: bool) -> None:
        """A bot was welcomed for the first time."""
        self._note(JoinedLine(*self._head(player), is_new))

    def sent(self, player: str, catch: Catch) -> None:
        """A bot sends a catch."""
        self._note(CatchLine(*self._head(player), catch.attempt, catch.cat))

    def heard(self, player: str, message: ServerMessage) -> None:
        """A bot heard a message; what is not about money is passed over."""
        match message:
            case Caught(attempt, cat, _, points, coupon):
                told = None if coupon is None else _told(coupon)
                self._note(CaughtLine(*self._head(player), attempt, cat, points, told))
            case Refused(reason, retry, str(attempt), cat):
                self._note(RefusedLine(*self._head(player), attempt, cat, reason, retry))
            case CouponChanged(coupon, attempt):
                self._note(CouponLine(*self._head(player), attempt, _told(coupon)))
            case _:
                pass

    def wallet(self, player: str, asked_ms: int, coupons: Sequence[KeptCoupon]) -> None:
        """A bot's wallet was read."""
        self._note(WalletLine(*self._head(player), asked_ms, tuple(coupons)))

    def catches(self, player: str, asked_ms: int, catches: Sequence[KeptCatch]) -> None:
        """A bot's list of catches was read."""
        self._note(CatchesLine(*self._head(player), asked_ms, tuple(catches)))

    def relay(self, line: bytes) -> None:
        """Take a line from the history of another process of this run, under the next number."""
        fields = msgspec.json.decode(line)
        self._seq += 1
        fields["seq"] = self._seq
        self._lines.put(self._encode(fields) + b"\n")

    def close(self) -> OSError | None:
        """Wait until all lines are written; what kept them from being written, or None."""
        self._lines.put(b"")
        self._writer.join()
        return self._writer.trouble

    def _head(self, player: str) -> tuple[int, int, str]:
        self._seq += 1
        return self._seq, self._clock(), player

    def _note(self, line: Line) -> None:
        self._lines.put(self._encode(line) + b"\n")


class _Writer(threading.Thread):
    """Writes lines as they come, those that wait in one go; an empty one is the end."""

    def __init__(self, file: BinaryIO, lines: Queue[bytes]) -> None:
        super().__init__(name="history", daemon=True)
        self.trouble: OSError | None = None
        self._file = file
        self._lines = lines
        self.start()

    def run(self) -> None:
        """Until the end; where a write failed, nothing comes after what it left."""
        at_end = False
        while not at_end:
            some = self._some()
            at_end = not some[-1]
            if self.trouble is None:
                try:
                    self._write(b"".join(some))
                except OSError as error:
                    self.trouble = error

    def _some(self) -> list[bytes]:
        some = [self._lines.get()]
        while some[-1] and len(some) < _AT_ONCE:
            try:
                some.append(self._lines.get_nowait())
            except Empty:
                break
        return some

    def _write(self, lines: bytes) -> None:
        left = memoryview(lines)
        while left:
            left = left[self._file.write(left) :]


@contextmanager
def open_history(path: Path, clock: Callable[[], int] = wall_clock_ms) -> Iterator[History]:
    """A history in a new file, in place of an old one; complete when the block is left.

    HistoryError before the block where the file can't be made, and after it where it could not be
    written to the end. Whatever becomes of this process, the file has whole lines, but for a last
    one that has no newline.
    """
    try:
        file = path.open("wb", buffering=0)
    except OSError as error:
        raise HistoryError(f"history: {error}") from error
    with file:
        history = History(file, clock)
        try:
            yield history
        finally:
            trouble = history.close()
    if trouble is not None:
        raise HistoryError(f"history: {trouble}") from trouble


def _told(coupon: Coupon) -> ToldCoupon:
    return ToldCoupon(coupon.state, coupon.campaign, coupon.code, coupon.expires_ms)
