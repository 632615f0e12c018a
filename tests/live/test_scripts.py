"""Every script says what it does, and may be run twice: the same answer, and no second effect."""

import asyncio
import re
from asyncio import Future
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from gameserver import live as live_package
from gameserver.game.footprints import Footprint, Match
from gameserver.live import Already, Banned, Live, SessionRef, Undone
from gameserver.live.address import LiveUrl
from gameserver.live.batch import Batcher
from gameserver.live.link import Argument
from gameserver.live.screens import Counted, Heard, Totals
from gameserver.live.scripts import Script, load
from tests.live.street import (
    KEEPER,
    LATER_MS,
    LEASE_MS,
    NOON_MS,
    REGION,
    cat,
    claim,
    spawn,
    win,
)
from tests.servers.redis import RedisServer

HALF_DAY_MS = 43_200_000

LUA = Path(str(files(live_package) / "lua"))
PARTS = {"feed", "former", "life", "outbox", "record", "sessions"}
"""Texts that scripts include."""

SCRIPTS = sorted({path.stem for path in LUA.glob("*.lua")} - PARTS)

Sent = tuple[Script, Sequence[str], Sequence[Argument]]


class Twice(Batcher):
    """Runs every script twice, and fails where that makes a difference."""

    def __init__(self, server: RedisServer) -> None:
        super().__init__(LiveUrl.parse(server.url))
        self.server = server
        self.sent: list[tuple[Sent, object]] = []
        self._one_at_a_time = asyncio.Lock()

    def run(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument]
    ) -> "Future[object]":
        return asyncio.get_running_loop().create_task(self._twice((script, keys, args)))

    async def _twice(self, sent: Sent) -> object:
        name = sent[0].name
        async with self._one_at_a_time:
            answer = await super().run(*sent)
            self.sent.append((sent, answer))
            before = self.server.dump()
            assert await super().run(*sent) == answer, f"{name} answers differently the second time"
            assert self.server.dump() == before, f"{name} has a second effect"
        return answer

    async def once_more(self, sent: Sent) -> object:
        return await super().run(*sent)


@asynccontextmanager
async def twice(server: RedisServer) -> AsyncIterator[Twice]:
    redis = Twice(server)
    try:
        await redis.start()
        yield redis
    finally:
        await redis.close()


async def play(live: Live) -> None:
    """A bit of everything, so that every script is run, most of them in several situations."""
    tom, kitty, free = cat("tom", 2), cat("kitty"), cat("free", campaign=None)
    await live.heartbeat(KEEPER, NOON_MS, 60_000)
    await live.acquire_region(REGION, "somebody else", LEASE_MS)
    assert not await live.acquire_region(REGION, KEEPER, LEASE_MS)
    await live.release_region(REGION, "somebody else")
    await live.snapshot(REGION)
    await spawn(live, tom, kitty, free)
    await live.renew_regions([REGION], KEEPER, LEASE_MS)
    first = await win(live, tom, "ada")
    second = await win(live, tom, "bob")
    third = await win(live, kitty, "ada")
    assert isinstance(await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS), Already)
    assert await live.find_claim(tom.id, "ada") == claim(tom, "ada")
    assert await live.unclaim_cat(claim(tom, "ada"), first.entry, "sold_out", NOON_MS)
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == Undone("sold_out")
    await win(live, tom, "ada", "try-3")
    await live.finish(REGION, [second.entry])
    assert not await live.unclaim_cat(claim(tom, "bob"), second.entry, "sold_out", NOON_MS)
    await live.withdraw_cats(REGION, [kitty.id], KEEPER, NOON_MS)
    assert await live.unclaim_cat(claim(kitty, "ada"), third.entry, "closed", NOON_MS)
    await live.expire_cats(REGION, [tom.id, free.id], KEEPER, LATER_MS)
    await live.alive([tom.id, kitty.id])
    await live.finish(REGION, [entry.entry for entry in await live.unfinished(REGION, LATER_MS, 9)])
    phone, laptop = SessionRef("p1", "s1"), SessionRef("p2", "s2")
    await live.open_session("ada", phone, 60_000)
    await live.open_session("ada", laptop, 60_000)
    await live.keep_sessions([("ada", phone), ("ada", laptop), ("bob", phone)], 60_000)
    await live.close_session("ada", laptop)
    await live.tell("p1", Banned("ada"))
    walk = [Footprint(number, 2, NOON_MS + 1000 * number) for number in range(3)]
    await live.leave_footprints(REGION, "ada", walk, NOON_MS)
    assert await live.leave_footprints(REGION, "bob", walk, NOON_MS) == [Match("ada", 6, 0)]
    await live.leave_footprints(REGION, "ada", walk, NOON_MS + HALF_DAY_MS)
    assert await live.stand(REGION, "ada", 7, NOON_MS) == 0
    assert await live.stand(REGION, "bob", 7, NOON_MS) == 1
    assert await live.say_crowd(REGION, "p1", {"tea": 3}, NOON_MS) == {"tea": 3}
    assert await live.take_turn("geocoder", "n1", 60_000)
    assert not await live.take_turn("geocoder", "n2", 60_000)
    assert await live.say_second(7, "p1", Counted(3, 2, 1), False) == Heard(False, None)
    assert await live.raise_totals(Totals(10, 5)) == Totals(10, 5)
    assert await live.say_second(8, "p1", Counted(3, 2, 1), True) == Heard(True, Totals(12, 6))
    assert await live.raise_totals(Totals(11, 9)) == Totals(12, 9)


async def test_every_script_may_be_sent_twice(server: RedisServer) -> None:
    async with twice(server) as redis:
        await play(Live(redis))
        assert {script.name for (script, _, _), _ in redis.sent} == set(SCRIPTS)


LEASES = ("acquire_region", "release_region")
"""A keeper whose wish for a lease comes late has it again, and lets it run out; or it loses it,
and then hears so. Both are harmless, for every change of cats asks for the lease."""


async def test_a_repetition_that_comes_after_everything_else_changes_nothing(
    server: RedisServer,
) -> None:
    async with twice(server) as redis:
        await play(Live(redis))
        before = server.dump()
        for sent, answer in redis.sent:
            if sent[0].name in LEASES:
                continue
            again = await redis.once_more(sent)
            assert server.dump() == before, f"a late {sent[0].name} has an effect"
            if sent[0].name in ("open_session", "tell", "finish", "unclaim_cat", "remove_cats"):
                assert again == answer


async def test_a_script_touches_the_keys_that_it_is_given_and_one_hash_tag(
    cluster_redis: RedisServer,
) -> None:
    """A Cluster refuses what touches another slot; here each script says so in its own keys."""
    cluster_redis.flush()
    async with twice(cluster_redis) as redis:
        await play(Live(redis))
        for (script, keys, _), _ in redis.sent:
            tags = {re.match(r"\{[^}]+\}", key)[0] for key in keys}  # type: ignore[index]
            assert len(tags) == 1, script.name
            assert len(set(keys)) == len(keys), script.name


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_opens_with_its_contract(name: str) -> None:
    head = re.match(r"(--.*\n)+", (LUA / f"{name}.lua").read_text())
    assert head is not None
    assert "KEYS[1]" in head[0]
    assert "ARGV" in head[0]
    assert "returns" in head[0]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_key_of_the_contract_is_given_and_no_other(name: str) -> None:
    text = load(name).text
    head = text[text.index("-- ") :].partition("\n\n")[0]
    declared = {int(n) for n in re.findall(r"KEYS\[(\d)\]", head)}
    assert declared == set(range(1, len(declared) + 1))
    [unpacked] = re.findall(r"^local ([\w, ]+) = unpack\(KEYS\)", text, re.M) or [""]
    used = {int(n) for n in re.findall(r"KEYS\[(\d)\]", text)}
    assert used == declared
    if unpacked:
        assert len(unpacked.split(",")) == len(declared)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_steered_by_no_clock_and_no_dice(name: str) -> None:
    text = load(name).text
    assert "'TIME'" not in text
    assert "math.random" not in text
    assert "KEYS *" not in text
