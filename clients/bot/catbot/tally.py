"""What a group of bots counted: plain numbers that any report or view can read."""

from collections import Counter

from catbot.histogram import Histogram

_SAMPLE_CODES = 100


class Latency:
    """One kind of duration: over the whole run, and since the last look."""

    __slots__ = ("total", "window")

    def __init__(self) -> None:
        self.total = Histogram()
        self.window = Histogram()

    def record(self, value_ms: float) -> None:
        """Count one duration, in milliseconds."""
        self.total.record(value_ms)
        self.window.record(value_ms)

    def roll(self) -> Histogram:
        """What was counted since the last call."""
        window, self.window = self.window, Histogram()
        return window


class Latencies:
    """The four durations of the load report; see there for what each one spans."""

    __slots__ = ("catch", "connect", "coupon", "reveal")

    def __init__(self) -> None:
        self.connect = Latency()
        self.reveal = Latency()
        self.catch = Latency()
        self.coupon = Latency()


class Tally:
    """Everything that one group of bots (the honest ones, or one kind of cheater) counted."""

    def __init__(self) -> None:
        self.players = 0
        self.welcomed = 0  # players that were welcomed at least once
        self.online = 0  # players that are connected now
        self.fixes = 0
        self.fixes_skipped = 0  # due, but the network was choked or this process too late
        self.catches = 0
        self.catches_resent = 0
        self.fouls = 0  # catches that should not have been granted
        self.unanswered = 0  # aims and catches that were given up
        self.coupons = 0
        self.codes: list[str] = []  # a sample
        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.disconnects: Counter[int] = Counter()
        self.failed_connects: Counter[str] = Counter()
        self.latencies = Latencies()

    def given(self, code: str) -> None:
        """A coupon code was told to a bot for the first time."""
        self.coupons += 1
        if len(self.codes) < _SAMPLE_CODES:
            self.codes.append(code)
