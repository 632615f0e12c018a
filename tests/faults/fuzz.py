"""Send spoilt messages to a real server on which others play, and see that nothing comes of it.

    python -m tests.faults.fuzz --seed 7 --frames 100000

Each is one that the server looked at: after every message stands a question, and what it does not
answer any more because it has closed the connection is sent again on the next one. At the end the
server must be alive, its log without a traceback, its memory, files and sockets as they were, every
answer one of the protocol's, and those who played beside it without a complaint.
"""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from random import Random

import click
import redis
from catbot.address import Address
from catbot.api import open_api

from gameserver.live.keys import KINDS
from tests.faults.accounts import DoesNotHold, complaints_of, run_to_the_end, sent_home
from tests.faults.answers import Answers, read_answers
from tests.faults.mutants import JSON, MSGPACK, Mutant, mutant, said
from tests.faults.players import Company, playing
from tests.faults.stage import Layout, ServerPart, Stage, standing
from tests.faults.town import LASTING
from tests.waiting import until

LANES = 8
"""Connections at the same time, half of them in each encoding."""
ALLOWANCE = 40
"""Frames on one connection: who sends more is slowed."""
HONEST = 20
ANSWER_WITHIN_S = 20.0
WARM = 0.25
"""Memory is compared from this share of the frames on: first caches and pools fill."""
GROWS_MOST = 6 << 20
"""How many bytes more the server may take at the end, for the players and what they caught too."""
LOOKS = 12
"""How often memory is looked at."""
LINES_SHOWN = 6


class Fuzz:
    """What is to be sent, what was, and what is wrong."""

    def __init__(self, seed: int, frames: int, port: int, tokens: list[str]) -> None:
        self.heard: Counter[str] = Counter()
        self.closed: Counter[int | None] = Counter()
        self.complaints: list[str] = []
        self.connections = 0
        self._seed = seed
        self._port = port
        self._tokens = tokens
        self._numbers = [iter(range(first, frames, 2)) for first in (0, 1)]

    async def run(self) -> None:
        """Send everything."""
        async with asyncio.TaskGroup() as tasks:
            for number, token in enumerate(self._tokens):
                tasks.create_task(self._lane(number, token))

    async def _lane(self, number: int, token: str) -> None:
        codec = (JSON, MSGPACK)[number % 2]
        mutants = (mutant(self._seed, n, codec) for n in self._numbers[number % 2])
        again: deque[Mutant] = deque()
        while len(self.complaints) < 20:
            batch = list(_batch(again, mutants))
            if not batch:
                return
            lane = f"127.0.0.{number + 2}"
            heard = await self._say(lane, token, batch)
            for done in batch[:heard]:
                self.heard[f"{codec} {done.level}"] += 1
            again.extendleft(reversed(batch[heard:]))

    async def _say(self, address: str, token: str, batch: list[Mutant]) -> int:
        """One connection with these mutants; how many the server has looked at."""
        self.connections += 1
        rng = Random(batch[0].number)
        codec = batch[0].codec
        out = []
        if not batch[0].greets:
            out.append(said({"type": "hello", "token": token}, codec, rng))
        for one in batch:
            out.append(one.data)
            if not one.alone:
                out.append(said({"type": "aim", "cat": f"probe-{one.number}"}, codec, rng))
        answers = read_answers(
            await self._exchange(address, handshake(codec), b"".join(out)), codec
        )
        self.closed[answers.closed] += 1
        heard, wrong = judged(answers, batch)
        if wrong:
            names = ", ".join(f"{one.number} ({one.level})" for one in batch[heard - 1 : heard])
            self.complaints.append(f"mutant {names}, {codec}: {wrong}")
        return heard

    async def _exchange(self, address: str, greeting: bytes, data: bytes) -> bytes:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=(address, 0)
            )
            try:
                writer.write(greeting)
                head = await reader.readuntil(b"\r\n\r\n")
                try:
                    writer.write(data)
                    writer.write_eof()
                    return head + await reader.read()
                except OSError:
                    return head  # it was cut while much was still on its way: a server may
            finally:
                writer.close()


def _batch(again: deque[Mutant], fresh: Iterator[Mutant]) -> Iterator[Mutant]:
    """The next mutants that go on one connection: one that stands alone is by itself."""
    room = ALLOWANCE
    while True:
        one = again.popleft() if again else next(fresh, None)
        if one is None:
            return
        first = room == ALLOWANCE
        room -= one.frames + 1
        if not first and (one.alone or room < 0):
            again.appendleft(one)
            return
        yield one
        if one.alone:
            return


def judged(answers: Answers, batch: list[Mutant]) -> tuple[int, str | None]:
    """How many mutants the server has looked at, and what is wrong with its answers."""
    alone = batch[0].alone
    if answers.wrong is not None:
        return 1, answers.wrong
    if alone:
        return 1, None
    heard = 0
    for one in batch:
        if f"probe-{one.number}" not in answers.probes:
            break
        heard += 1
    if heard == len(batch):
        return heard, None
    if answers.closed is None:
        return heard + 1, "the connection ended without a word"
    return heard + 1, None


def handshake(codec: str) -> bytes:
    """The request that opens the connection."""
    return (
        "GET /play HTTP/1.1\r\nHost: town\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        f"Sec-WebSocket-Protocol: {codec}\r\n\r\n"
    ).encode()


# --- the server beside ---------------------------------------------------------------------------


class Watch:
    """How much the server holds, over time."""

    def __init__(self, stage: Stage) -> None:
        self._server = next(part for part in stage.parts if isinstance(part, ServerPart)).server
        self._redis = f"unix://{self._server.data_dir / 'redis' / 'redis.sock'}"
        self.memory: list[int] = []

    def look(self) -> None:
        """Note the memory."""
        pages = Path(f"/proc/{self._server.pid}/statm").read_text().split()[1]
        self.memory.append(int(pages) * 4096)

    async def complaints(self, players: int) -> list[str]:
        """What is wrong with the server now that only those players are there."""
        found = []
        for name, most in (("sockets", players), ("players", players), ("jobs", players + 20)):
            try:
                await until(lambda name=name, most=most: self._at_most(name, most))
            except TimeoutError:
                count = await self._server.metric(f"catcat_{name}")
                found.append(f"{count:.0f} {name} are left, not {most}")
        log = self._server.log.read_text()
        bad = [line for line in log.splitlines() if "Traceback" in line or " ERROR " in line]
        found += bad[:LINES_SHOWN]
        grown = self.memory[-1] - self.memory[int(len(self.memory) * WARM)]
        click.echo(f"memory: {', '.join(f'{m / 2**20:.1f}' for m in self.memory)} MiB")
        if grown > GROWS_MOST:
            found.append(f"memory grew by {grown / 2**20:.1f} MiB")
        return found + self._strange_keys(players + LANES)

    async def _at_most(self, name: str, most: int) -> bool:
        return await self._server.metric(f"catcat_{name}") <= most

    def _strange_keys(self, players: int) -> list[str]:
        with redis.from_url(self._redis, decode_responses=True) as client:
            keys = list(client.scan_iter(count=1000))
        found = [f"key {key!r}" for key in keys if not any(kind.matches(key) for kind in KINDS)]
        sessions = sum(key.endswith(":session") for key in keys)
        if sessions > players:
            found.append(f"{sessions} keys of sessions for {players} players")
        return found


async def fuzz(seed: int, frames: int) -> Fuzz:
    """Send so many frames. DoesNotHold where anything comes of it."""
    layout = Layout(embedded=True, coupons_apart=False, supply=LASTING)
    async with standing(layout) as stage:
        click.echo(f"seed {seed}; logs and data: {stage.directory}")
        run = Fuzz(seed, frames, int(stage.url.rsplit(":", 1)[1]), await sign_up(stage.url))
        watch = Watch(stage)
        async with playing(stage.url, HONEST, seed, stage.history) as company:
            await until(company.is_busy, ANSWER_WITHIN_S)
            complaints = await play_beside(run, watch, company, frames)
            complaints += await watch.complaints(HONEST)
            outcome = await sent_home(company)
        complaints += run.complaints + await complaints_of(stage, outcome)
        if complaints:
            raise DoesNotHold("\n".join(complaints))
    return run


async def play_beside(run: Fuzz, watch: Watch, company: Company, frames: int) -> list[str]:
    """Send everything while others play; what is wrong with how they fared."""
    started_s, before = time.monotonic(), company.look()
    sending = asyncio.create_task(run.run())
    try:
        steps = itertools.count(1)
        while not sending.done():
            goal = next(steps) * frames // LOOKS
            while not sending.done() and run.heard.total() < goal:
                await asyncio.wait([sending], timeout=0.05)
            watch.look()
        await sending
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    took_s, after = time.monotonic() - started_s, company.look()
    for name, count in sorted(run.heard.items()):
        click.echo(f"{count:7} {name}")
    closed = ", ".join(f"{code}: {count}" for code, count in run.closed.most_common())
    click.echo(f"{run.heard.total()} mutants on {run.connections} connections in {took_s:.1f} s")
    click.echo(f"closed with {closed}")
    click.echo(
        f"beside it {after.fixes - before.fixes} fixes, {after.catches - before.catches} catches"
    )
    found = []
    if run.heard.total() != frames and not run.complaints:
        found.append(f"{run.heard.total()} mutants were looked at, not {frames}")
    if after.online < before.online or after.fixes <= before.fixes:
        found.append(f"those who played beside it were not served: {before} and then {after}")
    return found


async def sign_up(url: str) -> list[str]:
    """Tokens of players for the lanes."""
    async with open_api(Address.parse(url), None, Random(0)) as api:
        return [(await api.sign_up()).token for _ in range(LANES)]


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True)
@click.option("--frames", default=100_000, show_default=True)
def main(seed: int, frames: int) -> None:
    run_to_the_end(fuzz(seed, frames))


if __name__ == "__main__":
    main()
