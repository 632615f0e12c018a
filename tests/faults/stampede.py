"""Crowds and nuisances against a server, and what others notice of them.

    python -m tests.faults.stampede [frozen] [flood] [storm] [dawdlers] [--players 1000]

`frozen`: a tenth of the players reads nothing. `flood`: one sends all that the network takes, then
ten. `storm`: five times as many players lose their lines at once and come back. `dawdlers`: twice
as many connections as players never end their requests. The server has a core to itself; no limit
of it is relaxed but that of sockets. Says what it measured, and fails where a promise is broken.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import click
import uvloop
from msgspec import Struct

from benchmarks.city import City, city
from benchmarks.fixes import Crowd
from benchmarks.phones import Tally
from benchmarks.processes import Process, allow_many_files, on_core, started, two_cores
from tests.faults.accounts import DoesNotHold
from tests.faults.strangers import FROZEN_S, Frozen, Returning, all_come, asking, dawdle, flood

WITNESSES = 50
BYTES_EACH = 100_000
"""What a player may cost by not reading: a hundred of them 10 MB."""
OTHERS_MOST = 2.0
"""How many times longer others may wait, at the 99th percentile."""
NOTICEABLE_MS = 5.0
"""Twice of next to nothing is nothing."""
STORM_WITHIN_S = 30.0
NEWCOMERS = 40
NEWCOMER_MOST_MS = 250.0


class Stampede(Struct, frozen=True):
    """A server with a city, and how much of everything there is to be."""

    place: City
    server: Process
    players: int
    lasts_s: float
    strict: bool = True
    """Is somebody to be held to times? Among other tests nobody is."""

    @property
    def url(self) -> str:
        return f"http://{self.server.host}:{self.server.port}"

    def tokens(self, name: str, count: int) -> list[str]:
        return [self.place.token(f"{name}-{number}") for number in range(count)]


Chapter = Callable[[Stampede], Awaitable[list[str]]]


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something go on while the block lasts; an error of it is one of the block."""
    task = asyncio.create_task(work)
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def walkers(stampede: Stampede, players: int) -> AsyncIterator[None]:
    """So many who walk through the city and say so once a second."""
    crowd = Crowd(stampede.server, stampede.place, "walker")
    await crowd.join_walking(players)

    async def walk() -> None:
        while True:
            await crowd.walk(float(players), 2.0, 0.01)

    try:
        async with beside(walk()):
            yield
    finally:
        crowd.leave()


class Memory:
    """The most that the server had since the last look."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._most = 0

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self._most = max(self._most, self._server.resident_bytes())
            await asyncio.sleep(0.02)

    def most(self) -> int:
        """Bytes; the next look begins anew."""
        most, self._most = self._most, 0
        return most


async def frozen_readers(stampede: Stampede) -> list[str]:
    """A tenth of the players does not read."""
    many = stampede.players // 10
    frozen = Frozen(stampede.server, stampede.tokens("frozen", many))
    memory = Memory(stampede.server)
    async with walkers(stampede, stampede.players - many - WITNESSES):
        witnesses = await asking(stampede.server, stampede.place, WITNESSES)
        await frozen.come()
        async with beside(memory.watch()), beside(frozen.hop()):
            await witnesses.p99_ms(stampede.lasts_s)  # caches and pools fill
            memory.most()
            calm_ms = await witnesses.p99_ms(stampede.lasts_s)
            before = memory.most()
            async with beside(frozen.freeze()):
                frozen_ms = await witnesses.p99_ms(stampede.lasts_s)
                grown = memory.most() - before
                closed = await closed_with(stampede.server, 4101, within_s=4.0 * FROZEN_S)
        frozen.leave()
    click.echo(
        f"{many} frozen readers among {stampede.players}: memory {before / 1e6:.0f} MB, "
        f"{grown / 1e6:+.1f} MB at its most; {closed} were closed with 4101; "
        f"p99 of others {calm_ms:.1f} ms, and {frozen_ms:.1f} ms beside them"
    )
    found = [] if closed else ["no frozen reader was closed with 4101"]
    if grown > many * BYTES_EACH * (1 if stampede.strict else 2):  # few are lost in the noise
        found.append(f"memory grew by {grown / 1e6:.1f} MB for {many} frozen readers")
    return found + slower(stampede, calm_ms, frozen_ms, "frozen readers")


async def flooders(stampede: Stampede) -> list[str]:
    """One player sends all that the network takes, then ten do."""
    tally = Tally()
    tokens = stampede.tokens("flooder", 10)
    async with walkers(stampede, stampede.players - WITNESSES):
        witnesses = await asking(stampede.server, stampede.place, WITNESSES)
        await witnesses.p99_ms(stampede.lasts_s / 2)
        calm_ms = await witnesses.p99_ms(stampede.lasts_s)
        async with beside(flood(stampede.server, tokens[:1], tally)):
            one_ms = await witnesses.p99_ms(stampede.lasts_s)
        async with beside(flood(stampede.server, tokens, tally)):
            ten_ms = await witnesses.p99_ms(stampede.lasts_s)
    closed = await closed_with(stampede.server, 4102)
    click.echo(
        f"a flood among {stampede.players}: p99 of others {calm_ms:.1f} ms without, "
        f"{one_ms:.1f} ms with one, {ten_ms:.1f} ms with ten; {closed} were closed with 4102"
    )
    found = [] if closed else ["no flooder was closed with 4102"]
    return found + slower(stampede, calm_ms, one_ms, "a flooder")


def slower(stampede: Stampede, calm_ms: float, beside_ms: float, whom: str) -> list[str]:
    """Whether others wait too long."""
    if not stampede.strict or beside_ms <= max(OTHERS_MOST * calm_ms, NOTICEABLE_MS):
        return []
    return [f"others wait {beside_ms:.1f} ms beside {whom}, {calm_ms:.1f} ms without (p99)"]


async def storm(stampede: Stampede) -> list[str]:
    """Five times as many players lose their lines at once and come back."""
    many = 5 * stampede.players
    tokens = stampede.tokens("returning", many)
    players = [
        Returning(stampede.url, token, Random(number)) for number, token in enumerate(tokens)
    ]
    witnesses = await asking(stampede.server, stampede.place, WITNESSES)
    first = await all_come(players)
    before = sum(player.turned_away for player in players)
    watching = asyncio.create_task(witnesses.p99_ms(5.0))
    await asyncio.sleep(0)
    for player in players:
        player.drop()
    again = await all_come(players)
    away = sum(player.turned_away for player in players) - before
    others_ms = await watching
    click.echo(
        f"{many} players at once: all are welcomed after {first[-1]:.1f} s; "
        f"their lines break: all are back after {again[-1]:.1f} s, half of them after "
        f"{again[len(again) // 2]:.1f} s; {away} tries were put off; "
        f"p99 of others meanwhile {others_ms:.0f} ms"
    )
    for player in players:
        player.drop()
    slow = stampede.strict and again[-1] > STORM_WITHIN_S
    return [f"{many} players were back after {again[-1]:.1f} s"] if slow else []


async def dawdlers(stampede: Stampede) -> list[str]:
    """Twice as many connections as players never end their requests."""
    many = 2 * stampede.players
    calm = await newcomers_ms(stampede, "early")
    async with beside(dawdle(stampede.server, many)):
        await asyncio.sleep(2.0)
        crowded = await newcomers_ms(stampede, "late")
    click.echo(
        f"{many} slow requests: a new player is welcomed after {calm[len(calm) // 2]:.1f} ms "
        f"({calm[-1]:.1f} at most) without them, {crowded[len(crowded) // 2]:.1f} ms "
        f"({crowded[-1]:.1f} at most) with them"
    )
    late = stampede.strict and crowded[-1] > NEWCOMER_MOST_MS
    return [f"a new player waited {crowded[-1]:.0f} ms"] if late else []


async def newcomers_ms(stampede: Stampede, name: str) -> list[float]:
    """How long new players wait for their welcome, one after the other, sorted."""
    waited = []
    for number, token in enumerate(stampede.tokens(name, NEWCOMERS)):
        player = Returning(stampede.url, token, Random(number))
        begun_s = time.perf_counter()
        await player.come()
        waited.append((time.perf_counter() - begun_s) * 1000.0)
        player.drop()
        await asyncio.sleep(0.1)
    return sorted(waited)


async def closed_with(server: Process, code: int, within_s: float = 0.0) -> int:
    """How many sockets the server has closed with a code; waits so long for the first of them."""
    until_s = time.monotonic() + within_s
    while not (count := await _closed_with(server, code)):
        if time.monotonic() >= until_s:
            break
        await asyncio.sleep(0.2)
    return count


async def _closed_with(server: Process, code: int) -> int:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n")
        text = (await reader.read()).decode()
    finally:
        writer.close()
    found = re.search(rf'^catcat_closed_total{{.*code="{code}".*}} (\S+)$', text, re.MULTILINE)
    return 0 if found is None else int(float(found[1]))


CHAPTERS: dict[str, Chapter] = {
    "frozen": frozen_readers,
    "flood": flooders,
    "storm": storm,
    "dawdlers": dawdlers,
}


class Plan(Struct, frozen=True):
    """What to play, with how many, for how long."""

    chapters: tuple[str, ...]
    players: int = 1000
    lasts_s: float = 10.0
    cats: int = 100_000
    strict: bool = True


async def play(plan: Plan) -> None:
    """The chapters, each on a new server. DoesNotHold where a promise is broken."""
    found = []
    cores = two_cores()
    allow_many_files()
    with on_core(cores.load):
        async with city(plan.cats) as place:
            for name in plan.chapters:
                async with started(cores.server, *place.serve) as server:
                    stampede = Stampede(place, server, plan.players, plan.lasts_s, plan.strict)
                    found += await CHAPTERS[name](stampede)
    if found:
        raise DoesNotHold("\n".join(found))


@click.command(help=__doc__)
@click.argument("chapters", nargs=-1, type=click.Choice(list(CHAPTERS)))
@click.option("--players", default=1000, show_default=True)
@click.option("--seconds", default=10.0, show_default=True, help="of every measurement")
def main(chapters: tuple[str, ...], players: int, seconds: float) -> None:
    try:
        uvloop.run(play(Plan(chapters or tuple(CHAPTERS), players, seconds)))
    except DoesNotHold as error:
        raise click.ClickException(f"DOES NOT HOLD:\n{error}") from None
    click.echo("everything holds")


if __name__ == "__main__":
    main()
