"""The load report: the contract's fields, and what else helps to trust or repeat a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from catbot.histogram import Percentiles
from catbot.options import Options
from catbot.phases import Span
from catbot.reconcile import Reconciliation
from catbot.series import Sample
from catbot.tally import Tally
from catbot.troop import Part

_LATE_MS = 50.0


class Strategy(msgspec.Struct, frozen=True):
    """How one way to cheat fared.

    Cheaters also play fair in between, so they do catch; `fouls` are the catches that the cheat
    itself won, and `withheld` the aims and catches that it lost. Both together are what it tried.
    """

    players: int
    catches: int
    fouls: int
    coupons: int
    refused: dict[str, int]
    withheld: dict[str, int]


class Cheaters(msgspec.Struct, frozen=True):
    """The bots that cheated, apart from the honest numbers."""

    players: int
    fixes: int
    catches: int
    fouls: int
    coupons: int
    refused: dict[str, int]
    errors: int
    disconnects: dict[str, int]
    strategies: dict[str, Strategy]


class SinceSent(msgspec.Struct, frozen=True):
    """The latencies as most tools have them: from when the message really left."""

    fix_ms: Percentiles
    reveal_ms: Percentiles
    catch_ms: Percentiles
    coupon_ms: Percentiles


class Checked(msgspec.Struct, frozen=True):
    """A `fail_if` condition beside what the run measured, None where it measured nothing."""

    text: str
    measured: float | None
    holds: bool

    @property
    def verdict(self) -> str:
        """What the condition did to the run."""
        if self.measured is None:
            return "not measured"
        return "failed" if self.holds else "passed"

    @property
    def shown(self) -> str:
        """The condition, and what was measured."""
        return self.text if self.measured is None else f"{self.text} (it was {self.measured:,g})"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run. All but `cheaters`, `reconciliation`, `messages` and the costs counts honest bots
    alone.

    Latencies are milliseconds from when something was due: `arrival_ms` from when a player was to
    come to its first `welcome`, with sign-up and all tries; `return_ms` from the loss of a session
    to the next `welcome`, closed by the server or not; `fix_ms` from a fix to when the server
    had dealt with it; `reveal_ms` from a fix to the cats it brought into view; `catch_ms` from a
    throw to its answer, `coupon_ms` from the same to a coupon with a code. `since_sent` has them
    from when the message left. `connect_ms` is from each TCP connect to `welcome`. `lag_ms` is how
    late the bots' processes did what was due: where it is high, the bots are the bottleneck and the
    rest says little. Who or what was still waiting when it left or was given up counts with so long
    as it had waited. `cpu_us_per_message` is what a message sent or heard cost the bots.
    """

    players: int
    connected: int
    duration_s: float
    fixes: int
    fixes_per_s: float
    catches: int
    catches_per_s: float
    coupons: int
    refused: dict[str, int]
    withheld: dict[str, int]
    errors: int
    disconnects: dict[str, int]
    connect_ms: Percentiles
    reveal_ms: Percentiles
    catch_ms: Percentiles
    coupon_ms: Percentiles
    arrival_ms: Percentiles
    return_ms: Percentiles
    fix_ms: Percentiles
    since_sent: SinceSent
    reconciled: bool
    reconciliation: Reconciliation
    cheaters: Cheaters
    error_kinds: dict[str, int]
    failed_connects: dict[str, int]
    fixes_skipped: int
    catches_resent: int
    unanswered: int
    lag_ms: Percentiles
    processes: int
    messages: int
    cpu_s: float
    cpu_us_per_message: float
    coupon_codes: list[str]
    seed: int
    options: dict[str, Any]
    started_at: str
    spans: list[Span]
    series: list[Sample]
    conditions: list[Checked]
    """All `fail_if` conditions."""
    failed: list[str]
    """Those that held; none means the run passed."""


class Outcome(msgspec.Struct, frozen=True):
    """What a run left behind, for `build` to make a report of."""

    options: Options
    started_at: str
    part: Part
    series: Sequence[Sample]


def build(outcome: Outcome) -> Report:
    """Sum up a run. `failed` is empty; judging is the caller's."""
    part, scores = outcome.part, outcome.part.scores
    honest = scores.honest
    latencies = honest.latencies
    return Report(
        players=honest.players,
        connected=honest.welcomed,
        duration_s=round(part.duration_s, 3),
        fixes=honest.fixes,
        fixes_per_s=_rate(honest.fixes, part.duration_s),
        catches=honest.catches,
        catches_per_s=_rate(honest.catches, part.duration_s),
        coupons=honest.coupons,
        refused=_most_first(honest.refused),
        withheld=_most_first(honest.withheld),
        errors=honest.errors.total(),
        disconnects=_codes(honest.disconnects),
        connect_ms=latencies.connect.total.percentiles(),
        reveal_ms=latencies.reveal.total.percentiles(),
        catch_ms=latencies.catch.total.percentiles(),
        coupon_ms=latencies.coupon.total.percentiles(),
        arrival_ms=latencies.arrival.total.percentiles(),
        return_ms=latencies.back.total.percentiles(),
        fix_ms=latencies.fix.total.percentiles(),
        since_sent=SinceSent(
            fix_ms=latencies.fix.sent.percentiles(),
            reveal_ms=latencies.reveal.sent.percentiles(),
            catch_ms=latencies.catch.sent.percentiles(),
            coupon_ms=latencies.coupon.sent.percentiles(),
        ),
        reconciled=part.reconciliation.holds,
        reconciliation=part.reconciliation,
        cheaters=_cheaters(scores.cheating),
        error_kinds=_most_first(honest.errors),
        failed_connects=_most_first(scores.failed_connects),
        fixes_skipped=honest.fixes_skipped,
        catches_resent=honest.catches_resent,
        unanswered=honest.unanswered,
        lag_ms=scores.lag.percentiles(),
        processes=outcome.options.processes,
        messages=scores.messages,
        cpu_s=round(scores.cpu_s, 3),
        cpu_us_per_message=_rate(round(scores.cpu_s * 1e6), scores.messages),
        coupon_codes=list(honest.codes),
        seed=outcome.options.seed,
        options=_shown(outcome.options),
        started_at=outcome.started_at,
        spans=outcome.options.plan().spans(),
        series=list(outcome.series),
        conditions=[],
        failed=[],
    )


def remarks(report: Report) -> list[str]:
    """What a reader must know before they believe the rest."""
    found = []
    absent = report.players - report.connected
    if absent:
        found.append(f"{absent:,} of {report.players:,} players were never let in")
    if (report.lag_ms.p99 or 0.0) > _LATE_MS:
        found.append(
            f"the bots themselves were late (p99 {report.lag_ms.p99:,.0f} ms), which is in every "
            "latency: more processes, or another machine"
        )
    return found


def to_json(report: Report) -> bytes:
    """The report as indented JSON, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _shown(options: Options) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(options)
    shown["tokens"] = len(options.tokens)  # they are secrets
    # JSON knows no infinity: a run until cancelled has no duration.
    shown["duration_s"] = options.duration_s if options.duration_s < float("inf") else None
    return shown


def _cheaters(cheating: Mapping[str, Tally]) -> Cheaters:
    tallies = cheating.values()
    return Cheaters(
        players=sum(tally.players for tally in tallies),
        fixes=sum(tally.fixes for tally in tallies),
        catches=sum(tally.catches for tally in tallies),
        fouls=sum(tally.fouls for tally in tallies),
        coupons=sum(tally.coupons for tally in tallies),
        refused=_most_first(sum((tally.refused for tally in tallies), Counter())),
        errors=sum(tally.errors.total() for tally in tallies),
        disconnects=_codes(sum((tally.disconnects for tally in tallies), Counter())),
        strategies={
            name: Strategy(
                players=tally.players,
                catches=tally.catches,
                fouls=tally.fouls,
                coupons=tally.coupons,
                refused=_most_first(tally.refused),
                withheld=_most_first(tally.withheld),
            )
            for name, tally in sorted(cheating.items())
        },
    )


def _rate(count: int, duration_s: float) -> float:
    return round(count / duration_s, 2) if duration_s else 0.0


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common())


def _codes(counts: Counter[int]) -> dict[str, int]:
    return {str(code): count for code, count in sorted(counts.items())}


def differs(due: Percentiles, sent: Percentiles) -> bool:
    """Whether it makes a difference (a tenth, or 1 ms) if the bots' own waits are counted."""
    for one, other in zip(msgspec.structs.astuple(due), msgspec.structs.astuple(sent), strict=True):
        if one is not None and other is not None and abs(one - other) > max(1.0, 0.1 * one):
            return True
    return False
