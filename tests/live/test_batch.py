"""Calls travel together without harming each other, and have their effect once on a bad network."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from gameserver.live import Live, LiveBusy, LiveError, LiveUnavailable, SessionRef, Won, open_live
from gameserver.live.address import LiveUrl
from gameserver.live.batch import Batcher, open_batcher
from gameserver.live.scripts import Script
from tests.live.street import KEEPER, LEASE_MS, NOON_MS, REGION, cat, claim, seen, spawn, win
from tests.servers.proxy import Proxy, proxy
from tests.servers.redis import RedisServer, command, redis_cluster, redis_on_port
from tests.waiting import until

KEY = "{k}:keepers"
REF = SessionRef("process", "session")


@pytest.fixture(scope="module")
def port_redis() -> Iterator[RedisServer]:
    with redis_on_port() as server:
        yield server


@pytest.fixture
async def between(port_redis: RedisServer) -> AsyncIterator[Proxy]:
    port_redis.flush()
    host, _, port = port_redis.url.removeprefix("redis://").partition(":")
    async with proxy(host, int(port)) as between:
        yield between


@pytest.fixture
async def live(between: Proxy) -> AsyncIterator[Live]:
    async with open_live(f"redis://127.0.0.1:{between.port}") as live:
        yield live


@pytest.fixture
async def redis(server: RedisServer) -> AsyncIterator[Batcher]:
    async with open_batcher(LiveUrl.parse(server.url)) as redis:
        yield redis


@pytest.mark.parametrize("losses", [1, 2, 3])
async def test_a_claim_whose_answer_was_lost_is_won_once(
    live: Live, between: Proxy, losses: int
) -> None:
    tom = cat("tom", 5)
    await spawn(live, tom)
    await win(live, tom, "ann")
    between.lose = losses
    won = await win(live, tom, "ada")
    assert between.lose == 0
    assert any(won.entry.encode() in reply for reply in between.lost)
    assert won.left == 3
    assert await seen(live) == {tom.id: 3}
    assert len(await live.unfinished(REGION, NOON_MS + 1, 10)) == 2


async def test_every_call_survives_the_loss_of_its_answer(live: Live, between: Proxy) -> None:
    tom = cat("tom", 5)
    between.lose = 1
    assert await live.acquire_region(REGION, KEEPER, LEASE_MS)
    between.lose = 1
    assert await live.spawn_cats(REGION, [tom], KEEPER, NOON_MS) == [tom.id]
    start = (await live.snapshot(REGION)).last_id
    won = await win(live, tom, "ada")
    between.lose = 1
    assert await live.unclaim_cat(claim(tom, "ada"), won.entry, "sold_out", NOON_MS)
    between.lose = 1
    assert await seen(live) == {tom.id: 5}
    between.lose = 1
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS)
    [event] = (await live.read({REGION: start})).regions[REGION]
    assert event.kind == "vanish"
    [entry] = await live.unfinished(REGION, NOON_MS + 1, 10)
    between.lose = 1
    await live.finish(REGION, [entry.entry])
    assert await live.unfinished(REGION, NOON_MS + 1, 10) == []
    assert between.lose == 0


async def test_calls_go_on_when_all_connections_break_again_and_again(
    live: Live, between: Proxy
) -> None:
    tom = cat("tom", 300)
    await spawn(live, tom)

    async def breaks() -> None:
        for _ in range(10):
            await asyncio.sleep(0.01)
            between.cut()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(breaks())
        claims = [tasks.create_task(win(live, tom, f"player-{n}")) for n in range(300)]
    assert sorted(task.result().left for task in claims) == list(range(300))
    assert len({task.result().entry for task in claims}) == 300


async def test_a_server_that_does_not_answer_is_unavailable_in_time_and_welcome_back(
    live: Live, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gameserver.live.batch.DEADLINE_S", 0.3)
    monkeypatch.setattr("gameserver.live.batch.ATTEMPT_S", 0.1)
    assert await live.ping()
    between.flows.clear()
    async with asyncio.timeout(10):
        with pytest.raises(LiveUnavailable):
            await live.where("ada")
        assert not await live.ping()
    between.flows.set()
    await until(live.ping)
    assert live.waiting == 0


async def test_a_late_answer_never_meets_another_call(
    live: Live, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answers come when their attempt was given up; they belong to nobody by then."""
    monkeypatch.setattr("gameserver.live.batch.ATTEMPT_S", 0.1)
    tom = cat("tom", 50)
    await spawn(live, tom)
    between.answers.clear()
    async with asyncio.TaskGroup() as tasks:
        claims = [tasks.create_task(win(live, tom, f"player-{n}")) for n in range(20)]
        found = [tasks.create_task(live.where(f"player-{n}")) for n in range(20)]
        await asyncio.sleep(0.25)
        between.answers.set()
    assert sorted(task.result().left for task in claims) == list(range(30, 50))
    assert {task.result() for task in found} == {None}


async def test_a_caller_who_leaves_takes_no_ones_answer_along(live: Live, between: Proxy) -> None:
    tom = cat("tom", 300)
    await spawn(live, tom)
    between.answers.clear()
    claims = [asyncio.create_task(win(live, tom, f"player-{n}")) for n in range(300)]
    await asyncio.sleep(0)
    for task in claims[::3]:
        task.cancel()
    await asyncio.sleep(0.02)
    for task in claims[1::3]:
        task.cancel()
    between.answers.set()
    await asyncio.wait(claims)
    stayed = [task.result() for task in claims[2::3]]
    assert len({won.left for won in stayed}) == len({won.entry for won in stayed}) == 100
    assert live.waiting == 0


async def test_too_many_waiting_calls_are_refused_and_the_others_served(
    port_redis: RedisServer,
) -> None:
    async with open_batcher(LiveUrl.parse(port_redis.url), limit=10) as redis:
        answers = await asyncio.gather(
            *(redis.send(KEY, "ZCARD", KEY) for _ in range(15)), return_exceptions=True
        )
        assert answers[:10] == [0] * 10
        assert [type(answer) for answer in answers[10:]] == [LiveBusy] * 5
        assert await redis.send(KEY, "ZCARD", KEY) == 0


async def test_a_command_that_the_server_refuses_fails_for_its_caller_only(
    redis: Batcher,
) -> None:
    answers = await asyncio.gather(
        redis.send(KEY, "ZCARD", KEY),
        redis.send(KEY, "ZADD", KEY, "not a number", "secret-player"),
        redis.send(KEY, "NOSUCHCOMMAND"),
        redis.send(KEY, "ZCARD", KEY),
        return_exceptions=True,
    )
    assert (answers[0], answers[3]) == (0, 0)
    assert all(isinstance(answer, LiveError) for answer in answers[1:3])
    assert "secret-player" not in str(answers[1])


async def test_a_script_is_loaded_where_it_is_not_known(server: RedisServer) -> None:
    async with open_live(server.url) as live:
        for _ in range(3):
            for node in server.nodes:
                node.script_flush()
            answers = await asyncio.gather(
                *(live.keep_sessions([(f"player-{n}", REF)], 60_000) for n in range(200))
            )
            assert answers == [[]] * 200


async def test_a_script_that_does_not_compile_fails_at_once(redis: Batcher) -> None:
    broken = Script("broken", "this is no Lua", "0" * 40)
    with pytest.raises(LiveError, match=r"broken\.lua"):
        await redis.run(broken, [KEY], [])
    assert redis.waiting == 0


async def test_calls_that_wait_when_the_connection_closes_hear_of_it(between: Proxy) -> None:
    async with open_live(f"redis://127.0.0.1:{between.port}") as live:
        between.answers.clear()
        waiting = asyncio.create_task(live.where("ada"))
        await asyncio.sleep(0.05)
    with pytest.raises(LiveUnavailable):
        await waiting
    with pytest.raises(LiveUnavailable):
        await live.where("ada")


async def test_nobody_at_the_address_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gameserver.live.batch.DEADLINE_S", 0.2)
    for url in ("redis://127.0.0.1:1", "unix:///no/such.sock", "redis+cluster://127.0.0.1:1"):
        with pytest.raises(LiveUnavailable):
            async with open_live(url):
                pytest.fail("there is nobody")


async def test_a_redis_that_is_full_is_an_outage_and_claims_nothing(
    live: Live, port_redis: RedisServer
) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    node = port_redis.nodes[0]
    try:
        node.config_set("maxmemory", 1)
        with pytest.raises(LiveUnavailable, match="memory"):
            await live.claim_cat(claim(tom, "ada"), NOON_MS)
    finally:
        node.config_set("maxmemory", 0)
    assert await seen(live) == {tom.id: 1}
    assert await live.find_claim(tom.id, "ada") is None


async def test_a_cluster_behind_a_plain_address_is_called_one(
    cluster_redis: RedisServer,
) -> None:
    seat = cluster_redis.url.removeprefix("redis+cluster://").partition(",")[0]
    with pytest.raises(LiveError, match=r"redis\+cluster"):
        async with open_live(f"redis://{seat}"):
            pytest.fail("a part was taken for the whole")


async def test_a_plain_redis_behind_a_cluster_address_is_called_one(
    port_redis: RedisServer,
) -> None:
    with pytest.raises(LiveUnavailable, match="cluster support disabled"):
        async with open_live(port_redis.url.replace("redis:", "redis+cluster:")):
            pytest.fail("the whole was taken for a part")


async def test_a_region_that_moves_to_another_server_loses_nothing() -> None:
    with redis_cluster() as cluster:
        async with open_live(f"{cluster.url.partition(',')[0]}") as live:
            tom = cat("tom", 400)
            await spawn(live, tom)
            move = Move(cluster, f"{{r:{REGION}}}:cats")
            moved = asyncio.Event()
            claims: list[Won] = []

            async def players() -> None:
                n = 0
                while not (moved.is_set() and n % 40 == 0) and n < 400:
                    claims.append(await win(live, tom, f"player-{n}"))
                    n += 1
                    await asyncio.sleep(0.001)

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(players())
                await until(lambda: len(claims) > 10)
                await asyncio.to_thread(move.begin)
                await asyncio.to_thread(move.finish)
                moved.set()
            assert [won.left for won in claims] == list(range(399, 399 - len(claims), -1))
            assert len(claims) > 20
            assert await live.claim_cat(claim(tom, "player-0"), NOON_MS) == claims[0]


class Move:
    """The move of one slot with its keys, in the steps of `redis-cli --cluster reshard`."""

    def __init__(self, cluster: RedisServer, key: str) -> None:
        nodes = cluster.nodes
        self.slot = int(command(nodes[0], "CLUSTER", "KEYSLOT", key))
        counts = [command(node, "CLUSTER", "COUNTKEYSINSLOT", self.slot) for node in nodes]
        source = counts.index(max(counts))
        target = (source + 1) % len(nodes)
        ids = [command(node, "CLUSTER", "MYID").decode() for node in nodes]
        seats = cluster.url.removeprefix("redis+cluster://").split(",")
        self.here, self.there = nodes[source], nodes[target]
        self.others = [node for n, node in enumerate(nodes) if n not in (source, target)]
        self.here_id, self.there_id = ids[source], ids[target]
        self.port = seats[target].partition(":")[2]

    def begin(self) -> None:
        command(self.there, "CLUSTER", "SETSLOT", self.slot, "IMPORTING", self.here_id)
        command(self.here, "CLUSTER", "SETSLOT", self.slot, "MIGRATING", self.there_id)
        while keys := command(self.here, "CLUSTER", "GETKEYSINSLOT", self.slot, 1):
            command(self.here, "MIGRATE", "127.0.0.1", self.port, keys[0], 0, 5000)

    def finish(self) -> None:
        for node in (self.there, self.here, *self.others):
            command(node, "CLUSTER", "SETSLOT", self.slot, "NODE", self.there_id)


async def test_a_key_on_its_way_to_another_server_is_found(cluster_redis: RedisServer) -> None:
    cluster_redis.flush()
    async with open_live(cluster_redis.url) as live:
        other = SessionRef("process", "other")
        await live.open_session("ada", REF, 60_000)
        move = Move(cluster_redis, "{p:ada}:session")
        move.begin()
        assert await live.where("ada") == REF
        assert await live.open_session("ada", other, 60_000) == REF
        move.finish()
        assert await live.where("ada") == other
        assert await live.keep_sessions([("ada", REF), ("ada", other)], 60_000) == ["ada"]


async def test_a_shard_that_hangs_harms_only_the_regions_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gameserver.live.batch.DEADLINE_S", 1.0)
    monkeypatch.setattr("gameserver.live.batch.ATTEMPT_S", 0.3)
    with redis_cluster() as cluster:
        async with open_live(cluster.url) as live:
            await asyncio.gather(*(live.where(f"player-{n}") for n in range(30)))
            os.kill(cluster.pids[0], signal.SIGSTOP)
            try:
                answers = await asyncio.gather(
                    *(live.where(f"player-{n}") for n in range(30)), return_exceptions=True
                )
            finally:
                os.kill(cluster.pids[0], signal.SIGCONT)
            kinds = {type(answer) for answer in answers}
            assert kinds == {LiveUnavailable, type(None)}
            await until(live.ping)
            again = await asyncio.gather(*(live.where(f"player-{n}") for n in range(30)))
            assert again == [None] * 30
