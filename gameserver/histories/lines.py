"""Histories: what clients did and were told about money, as JSON lines (see docs/clients.md)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, field
from msgspec.json import Decoder

from gameserver.game.model import CouponState

LONGEST_BYTES = 64 << 20
"""A line longer than this is no line: a wallet of 100,000 coupons has less than half of it."""


class HistoryError(Exception):
    """A file is no history; the message says which line, and why."""


class ToldCoupon(Struct, frozen=True):
    """A coupon as a client was told of it."""

    state: CouponState
    campaign: str
    code: str | None = None
    expires_ms: int | None = None


class KeptCoupon(Struct, frozen=True, kw_only=True):
    """A coupon in a wallet that was read; `attempt` is null where the catch is not recorded."""

    state: CouponState
    campaign: str
    cat: str
    code: str | None = None
    expires_ms: int | None = None
    attempt: str | None = None


class KeptCatch(Struct, frozen=True):
    """A catch in a player's own list."""

    cat: str
    attempt: str
    points: int


class Line(Struct, frozen=True, tag_field="kind"):
    """One line: its number in the run, when it was written, and whose it is."""

    seq: int
    at_ms: int
    player: str


class Joined(Line, frozen=True, tag="joined"):
    """A player came in for the first time; `new`: and did not exist before."""

    new: bool


class Threw(Line, frozen=True, tag="catch"):
    """A catch was sent."""

    attempt: str
    cat: str


class Caught(Line, frozen=True, tag="caught"):
    """The catch was granted."""

    attempt: str
    cat: str
    points: int
    coupon: ToldCoupon | None = None


class Refused(Line, frozen=True, tag="refused"):
    """The catch was refused; `busy` is no answer yet."""

    attempt: str
    reason: str
    cat: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether the same attempt may hear nothing else any more."""
        return self.reason != "busy"


class News(Line, frozen=True, tag="coupon"):
    """A coupon changed. A pending one that comes to nothing is `void` without a code."""

    coupon: ToldCoupon
    attempt: str | None = None


class Wallet(Line, frozen=True, tag="wallet"):
    """The wallet at the end of the run, asked for at `asked_ms`."""

    asked_ms: int
    coupons: tuple[KeptCoupon, ...]


class Catches(Line, frozen=True, tag="catches"):
    """The player's list of catches at the end of the run, asked for at `asked_ms`."""

    asked_ms: int
    catches: tuple[KeptCatch, ...]


Answer = Caught | Refused | News
AnyLine = Joined | Threw | Caught | Refused | News | Wallet | Catches


class Story(Struct):
    """All lines about one player, as they were written."""

    player: str
    is_new: bool = False
    threw: dict[str, str] = field(default_factory=dict)
    """The cat of every attempt."""
    told: defaultdict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    """What was said of every attempt, in its order."""
    news: list[News] = field(default_factory=list)
    """What was said of coupons whose attempt was not named."""
    wallets: list[Wallet] = field(default_factory=list)
    catches: list[Catches] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether the client lived to the end, so that whatever it sent is written down."""
        return bool(self.wallets)

    def tell(self, line: AnyLine) -> None:
        """Take in the next line."""
        match line:
            case Joined():
                self.is_new = self.is_new or line.new
            case Threw():
                # One attempt at two cats is the client's fault; the first is what counts.
                self.threw.setdefault(line.attempt, line.cat)
            case Caught() | Refused():
                self.told[line.attempt].append(line)
            case News(attempt=str(attempt)):
                self.told[attempt].append(line)
            case News():
                self.news.append(line)
            case Wallet():
                self.wallets.append(line)
            case Catches():
                self.catches.append(line)


class Histories(Struct, frozen=True):
    """Some histories together: a story per player, and how many lines there are."""

    stories: dict[str, Story]
    lines: int
    torn: int
    """How many files end within a line, as a client that was killed leaves them."""


def read_histories(paths: Sequence[Path]) -> Histories:
    """Read the files, the one that begins first before the others.

    HistoryError for a file that can't be read, a line that is none, or a number that is missing.
    """
    stories: dict[str, Story] = {}
    lines = torn = 0
    for path in sorted(paths, key=_begins_ms):
        reading = _Reading(path)
        for line in reading:
            lines += 1
            story = stories.get(line.player)
            if story is None:
                story = stories[line.player] = Story(line.player)
            story.tell(line)
        torn += reading.is_torn
    return Histories(stories, lines, torn)


_DECODER: Decoder[AnyLine] = Decoder(AnyLine)


class _Reading:
    """The lines of one file."""

    def __init__(self, path: Path) -> None:
        self.is_torn = False
        self._path = path

    def __iter__(self) -> Iterator[AnyLine]:
        seq = 0
        try:
            with self._path.open("rb") as file:
                while raw := file.readline(LONGEST_BYTES):
                    if not raw.endswith(b"\n") and len(raw) < LONGEST_BYTES:
                        self.is_torn = True
                        return
                    seq += 1
                    yield self._line(raw, seq)
        except OSError as error:
            raise HistoryError(str(error)) from error

    def _line(self, raw: bytes, seq: int) -> AnyLine:
        try:
            line = _DECODER.decode(raw)
        except (DecodeError, ValidationError, UnicodeDecodeError) as error:
            raise HistoryError(f"{self._path}, line {seq}: {error}") from error
        if line.seq != seq:
            raise HistoryError(f"{self._path}, line {seq}: its number is {line.seq}")
        return line


def _begins_ms(path: Path) -> int:
    return next((line.at_ms for line in _Reading(path)), 0)
