"""What a group of bots counted: plain numbers that any report or view can read.

Tallies add up, so the bots of a group may be in several processes.
"""

from collections import Counter
from typing import Any, get_origin

import msgspec

from catbot.histogram import Histogram

_SAMPLE_CODES = 100


class Latency(msgspec.Struct):
    """One kind of duration, counted twice: `total` from when the first message was due, `sent` from
    when it left. A load tool that is late, or waits until a slow server takes more, sees little of
    it in the second; so the first is what counts.
    """

    total: Histogram = msgspec.field(default_factory=Histogram)
    sent: Histogram = msgspec.field(default_factory=Histogram)
    rolled: Histogram = msgspec.field(default_factory=Histogram)

    def record(self, value_ms: float, sent_ms: float | None = None) -> None:
        """Count one duration in milliseconds, and the one from sending where it is another."""
        self.total.record(value_ms)
        self.sent.record(value_ms if sent_ms is None else sent_ms)

    def roll(self) -> Histogram:
        """What was counted in `total` since the last call."""
        window, self.rolled = self.total.since(self.rolled), self.total.copy()
        return window

    def add(self, other: "Latency") -> None:
        """Count everything that `other` counted as well."""
        self.total.add(other.total)
        self.sent.add(other.sent)


class Latencies(msgspec.Struct):
    """The durations of the load report; see there for what each one spans."""

    arrival: Latency = msgspec.field(default_factory=Latency)
    back: Latency = msgspec.field(default_factory=Latency)
    connect: Latency = msgspec.field(default_factory=Latency)
    fix: Latency = msgspec.field(default_factory=Latency)
    reveal: Latency = msgspec.field(default_factory=Latency)
    catch: Latency = msgspec.field(default_factory=Latency)
    coupon: Latency = msgspec.field(default_factory=Latency)


class Tally(msgspec.Struct):
    """Everything that one group of bots (the honest ones, or one kind of cheater) counted.

    `welcomed` counts players that were welcomed at least once, `online` those that are connected
    now. `fixes_skipped` were due and not sent: the network was choked or this process too late.
    `fouls` are catches that should not have been granted, `unanswered` aims and catches that were
    given up, `codes` a sample. `granted` and `withheld` are what became of aims and catches but for
    bad luck: of all of honest players, of those of cheaters in which they cheated.
    """

    players: int = 0
    welcomed: int = 0
    online: int = 0
    heard: int = 0
    said: int = 0
    fixes: int = 0
    fixes_skipped: int = 0
    catches: int = 0
    catches_resent: int = 0
    fouls: int = 0
    granted: int = 0
    unanswered: int = 0
    coupons: int = 0
    codes: list[str] = msgspec.field(default_factory=list)
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    withheld: Counter[str] = msgspec.field(default_factory=Counter)
    errors: Counter[str] = msgspec.field(default_factory=Counter)
    disconnects: Counter[int] = msgspec.field(default_factory=Counter)
    failed_connects: Counter[str] = msgspec.field(default_factory=Counter)
    latencies: Latencies = msgspec.field(default_factory=Latencies)

    def given(self, code: str) -> None:
        """A coupon code was told to a bot for the first time."""
        self.coupons += 1
        if len(self.codes) < _SAMPLE_CODES:
            self.codes.append(code)

    def add(self, other: "Tally") -> None:
        """Count everything that `other` counted as well."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, int):
                setattr(self, name, mine + theirs)
        self.codes = (self.codes + other.codes)[:_SAMPLE_CODES]
        for name in self.latencies.__struct_fields__:
            getattr(self.latencies, name).add(getattr(other.latencies, name))


def as_counter(kind: Any, value: Any) -> Any:
    """For msgspec, which knows no counters: read a map as one."""
    if get_origin(kind) is Counter:
        return Counter(value)
    raise NotImplementedError
