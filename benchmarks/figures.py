"""The figures of `make bench`, in the order in which they are measured."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from random import Random
from statistics import median

from msgspec import Struct

from benchmarks.catches import IN_FLIGHT, hunting
from benchmarks.city import City, city
from benchmarks.fixes import Cost, Crowd, Floor, echoing, walking
from benchmarks.processes import Cores, started
from benchmarks.report import Figure, percentile
from benchmarks.walking import Probe

CATS, MANY_CATS = 100_000, 1_000_000
PLAYERS, MANY_PLAYERS, ALL_PLAYERS = 1_000, 10_000, 15_000
RATES = (5_000.0, 20_000.0)

MOST_PER_S = 29_000.0
"""1,000 players may not send more: the rules let each send 30 messages per second."""

PROBES = 100
FEW_PLAYERS = 2_000
"""So many see nearly every cat of the city: what more players cost is theirs alone."""

CROWD_S = 60.0
STEADY_CATCHES = 4


class Effort(Struct, frozen=True):
    """How long and how often is measured."""

    seconds: float = 4.0
    rounds: int = 3


async def fixes(cores: Cores, effort: Effort) -> AsyncIterator[Figure]:
    """All figures of fixes: their cost, what they reveal, memory, the crowd, the start."""
    async with city(CATS) as place:
        async with walking(cores.server, place, PLAYERS, "walker") as crowd:
            async with echoing(cores.server, PLAYERS) as floor:
                async for figure in _against_floor(floor, crowd, effort):
                    yield figure
            async for figure in _with_many_players(cores, place, crowd, effort):
                yield figure
            async with city(MANY_CATS) as large:
                yield await _start(cores, large, effort)
                began_s = time.perf_counter()
                async with walking(cores.server, large, PLAYERS, "other") as others:
                    yield Figure(
                        name="start_seen_s",
                        what=f"the same until {PLAYERS:,} players all see the cats around them",
                        unit="s",
                        runs=[others.saw_s - began_s],
                    )
                    what = f"a fix among {MANY_CATS:,} cats, against {CATS:,}"
                    async for figure in _compared("cats", what, (crowd, others), effort):
                        yield figure
        async for figure in _everybody(cores, place):
            yield figure


async def _against_floor(floor: Floor, crowd: Crowd, effort: Effort) -> AsyncIterator[Figure]:
    highest = 0.0
    for rate in (*RATES, MOST_PER_S):
        pairs: list[tuple[Cost, Cost]] = []
        for _ in range(effort.rounds):
            fix = await crowd.walk(rate, effort.seconds)
            await crowd.quiet()
            # A server that can't do as much is held against a floor that does no more.
            same = rate if fix.done_per_s > 0.97 * rate else fix.done_per_s
            pairs.append((fix, await floor.echo(same, effort.seconds)))
        await crowd.reveals_s()
        done = median(fix.done_per_s for fix, _ in pairs)
        highest = max(highest, done)
        busy = median(fix.busy for fix, _ in pairs)
        offered = f"{rate:,.0f} per second"
        if rate == MOST_PER_S:
            offered = f"as many as {PLAYERS:,} players may send, {rate:,.0f} per second"
        yield Figure(
            name=f"fix_{rate:.0f}",
            what=f"a position fix, {offered}: CPU against an echo's",
            unit="x",
            runs=[fix.cpu_us / echo.cpu_us for fix, echo in pairs],
            limit=1.2,
            note=f"{median(fix.cpu_us for fix, _ in pairs):.1f} us against "
            f"{median(echo.cpu_us for _, echo in pairs):.1f} us, {done:,.0f} per second "
            f"done, core {busy:.0%} busy",
        )
    yield await _reveal(crowd, highest / 2, effort)


async def _reveal(crowd: Crowd, rate: float, effort: Effort) -> Figure:
    probes = Crowd(crowd.server, crowd.place, "probe")
    await probes.join([Probe(Random(number)) for number in range(PROBES)])
    runs, late_ms = [], []
    for _ in range(effort.rounds):
        probing = probes.walk(PROBES, 2 * effort.seconds)
        cost, _ = await asyncio.gather(crowd.walk(rate, 2 * effort.seconds), probing)
        late_ms.append(cost.late_ms)
        await crowd.reveals_s()
        runs.append(1e3 * percentile(await probes.reveals_s(), 0.99))
    probes.leave()
    return Figure(
        name="reveal_p99_ms",
        what=f"a fix until `cats` reveals new ones, p99, at {rate:,.0f} fixes per second",
        unit="ms",
        runs=runs,
        limit=10.0,
        note=f"the load itself was up to {median(late_ms):.1f} ms late",
    )


async def _with_many_players(
    cores: Cores, place: City, crowd: Crowd, effort: Effort
) -> AsyncIterator[Figure]:
    async with walking(cores.server, place, FEW_PLAYERS, "many") as others:
        await others.walk(FEW_PLAYERS, effort.seconds)
        before = others.server.resident_bytes()
        await others.join_walking(MANY_PLAYERS - FEW_PLAYERS)
        await others.walk(RATES[0], effort.seconds)
        grown = others.server.resident_bytes() - before
        yield Figure(
            name="memory_kib",
            what="memory of a connected player who plays",
            unit="KiB",
            runs=[grown / (MANY_PLAYERS - FEW_PLAYERS) / 1024],
            limit=12.0,
        )
        what = f"a fix of {MANY_PLAYERS:,} players, against {PLAYERS:,}"
        async for figure in _compared("players", what, (crowd, others), effort):
            yield figure


async def _compared(
    name: str, what: str, crowds: tuple[Crowd, Crowd], effort: Effort
) -> AsyncIterator[Figure]:
    """What a fix of the second crowd costs against one of the first, at the same rates."""
    for rate in RATES:
        pairs: list[tuple[Cost, Cost]] = []
        for _ in range(effort.rounds):
            costs = []
            for crowd in crowds:
                costs.append(await crowd.walk(rate, effort.seconds))
                await crowd.reveals_s()
            pairs.append((costs[0], costs[1]))
        views = median(more.messages / more.done_per_s for _, more in pairs) / effort.seconds
        yield Figure(
            name=f"fix_{name}_{rate:.0f}",
            what=f"{what}, {rate:,.0f} per second",
            unit="x",
            runs=[more.cpu_us / one.cpu_us for one, more in pairs],
            limit=1.2,
            note=f"{median(more.cpu_us for _, more in pairs):.1f} us against "
            f"{median(one.cpu_us for one, _ in pairs):.1f} us, {views:.4f} views sent per fix",
        )


async def _start(cores: Cores, place: City, effort: Effort) -> Figure:
    runs = []
    for _ in range(effort.rounds):
        began_s = time.perf_counter()
        async with started(cores.server, *place.serve) as server:
            first = Crowd(server, place, "first")
            await first.say_hello(1)
            runs.append(time.perf_counter() - began_s)
            first.leave()
    return Figure(
        name="start_s",
        what=f"start with {MANY_CATS:,} cats in Redis until the first `welcome`",
        unit="s",
        runs=runs,
        limit=3.0,
    )


async def _everybody(cores: Cores, place: City) -> AsyncIterator[Figure]:
    async with walking(cores.server, place, ALL_PLAYERS, "all") as crowd:
        cost = await crowd.walk(ALL_PLAYERS, CROWD_S)
        await crowd.quiet()
        latencies_s = sorted(crowd.tally.latencies_s)
        yield Figure(
            name="crowd_lost",
            what=f"{ALL_PLAYERS:,} players on one process, a fix per second each, for "
            f"{CROWD_S:.0f} s: disconnects",
            unit="players",
            runs=[len(crowd.tally.closed)],
            limit=0.0,
            note=f"{cost.cpu_us:.1f} us per fix, core {cost.busy:.0%} busy",
        )
        yield Figure(
            name="crowd_reveal_p99_ms",
            what="the same: a fix until `cats` reveals new ones, p99",
            unit="ms",
            runs=[1e3 * percentile(latencies_s, 0.99)],
            limit=50.0,
            note=f"{len(latencies_s):,} reveals, the load was up to {cost.late_ms:.1f} ms late",
        )


async def catches(cores: Cores, effort: Effort) -> AsyncIterator[Figure]:
    """All figures of catches with coupons."""
    rounds = 2 * effort.rounds
    async with hunting(cores.server, 1 + rounds + STEADY_CATCHES) as hunt:
        await hunt.at_once()  # warms up
        done = [await hunt.at_once() for _ in range(rounds)]
        highest = median(each.per_s for each in done)
        steady = [await hunt.at(highest / 2) for _ in range(STEADY_CATCHES)]
    what = f"a catch with a coupon on SQLite, {IN_FLIGHT} in flight"
    cpu_us = [each.cpu_us for each in done]
    yield Figure("catch_cpu_us", f"{what}: CPU of the game server", "us", cpu_us, 80.0)
    redis_us = [each.redis_cpu_us for each in done]
    yield Figure("catch_redis_us", f"{what}: CPU of redis-server", "us", redis_us, 15.0)
    per_s = [each.per_s for each in done]
    yield Figure("catches_per_s", f"{what}: the rate", "per second", per_s)
    half = f"a catch until `caught`, at {highest / 2:,.0f} per second"
    for share, limit in ((0.50, None), (0.99, 50.0)):
        runs = [1e3 * percentile(sorted(each.latencies_s), share) for each in steady]
        yield Figure(
            f"caught_p{share * 100:.0f}_ms", f"{half}, p{share * 100:.0f}", "ms", runs, limit
        )


async def parts(cores: Cores, effort: Effort) -> AsyncIterator[Figure]:
    """What claims and coupons cost by themselves: the other scripts of this folder."""
    claims = [await _script("live_batch") for _ in range(effort.rounds)]
    yield Figure(
        name="claim_cpu_us",
        what="a claim in Redis alone, 200 in flight in 45 regions: CPU of who claims",
        unit="us",
        runs=[each["cpu_us_per_claim"] for each in claims],
        note=f"{median(each['catches_per_s'] for each in claims):,.0f} per second, finished too",
    )
    for database, words in (("SQLite", []), ("PostgreSQL", ["--postgres"])):
        issued = [await _script("ledger_issue", *words) for _ in range(effort.rounds)]
        if "skipped" in issued[0]:
            continue
        yield Figure(
            name=f"issue_{database.lower()}_us",
            what=f"a coupon issued alone, on {database}, in batches of 100",
            unit="us",
            runs=[each["issue_cpu_us"] for each in issued],
            limit=35.0 if database == "SQLite" else None,
            note=f"{median(each['issued_per_s'] for each in issued):,.0f} per second",
        )


async def _script(name: str, *words: str) -> dict[str, float]:
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", f"benchmarks.{name}", *words],
        check=True,
        stdout=subprocess.PIPE,
    )
    found: dict[str, float] = json.loads(ran.stdout)
    return found
