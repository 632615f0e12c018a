"""What all bots of a run counted so far, in one process or in several."""

import resource
from collections import Counter
from collections.abc import Iterable

import msgspec

from catbot.histogram import Histogram
from catbot.tally import Tally


class Scores(msgspec.Struct):
    """The honest bots, the cheaters by their way to cheat, and the bots' own processes.

    `lag` is how late these did what was due, `cpu_s` the processor time that they took.
    Who signs up is nobody yet, so `failed_sign_ups` are of all.
    """

    honest: Tally = msgspec.field(default_factory=Tally)
    cheating: dict[str, Tally] = msgspec.field(default_factory=dict)
    lag: Histogram = msgspec.field(default_factory=Histogram)
    cpu_s: float = 0.0
    failed_sign_ups: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def online(self) -> int:
        """How many bots are connected now."""
        return self.honest.online + sum(tally.online for tally in self.cheating.values())

    @property
    def messages(self) -> int:
        """How many messages bots sent and heard."""
        tallies = [self.honest, *self.cheating.values()]
        return sum(tally.said + tally.heard for tally in tallies)

    @property
    def failed_connects(self) -> Counter[str]:
        """What came to nothing of honest bots' ways to a session, by reason."""
        return self.honest.failed_connects + self.failed_sign_ups

    def renew(self, parts: Iterable["Scores"]) -> None:
        """Be the sum of `parts`. Whoever holds this object or its `honest` sees the new counts."""
        whole = Scores()
        for part in parts:
            whole._add(part)
        for name in self.honest.latencies.__struct_fields__:
            # What was looked at before is no part of the sum.
            seen = getattr(self.honest.latencies, name).rolled
            getattr(whole.honest.latencies, name).rolled = seen
        for name in self.honest.__struct_fields__:
            setattr(self.honest, name, getattr(whole.honest, name))
        self.cheating, self.lag, self.cpu_s = whole.cheating, whole.lag, whole.cpu_s
        self.failed_sign_ups = whole.failed_sign_ups

    def _add(self, part: "Scores") -> None:
        self.honest.add(part.honest)
        for name, tally in part.cheating.items():
            self.cheating.setdefault(name, Tally()).add(tally)
        self.lag.add(part.lag)
        self.cpu_s += part.cpu_s
        self.failed_sign_ups.update(part.failed_sign_ups)


class Stopwatch:
    """User and system time of this process since this was made."""

    def __init__(self) -> None:
        self._before_s = _cpu_s()

    def cpu_s(self) -> float:
        """Seconds so far."""
        return _cpu_s() - self._before_s


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
