"""Whoever follows a region sees what is there, whatever happens meanwhile, or knows that it missed
something."""

import asyncio
import random

import pytest
import redis

from gameserver.game.model import Cat
from gameserver.live import START, Live, Won, open_live
from gameserver.live.keys import FEED_AGE_MS
from tests.live.street import (
    ELSEWHERE,
    KEEPER,
    LATER_MS,
    LEASE_MS,
    NOON_MS,
    REGION,
    cat,
    claim,
    seen,
    spawn,
    win,
)
from tests.servers.redis import RedisServer
from tests.waiting import until

FEED = f"{{r:{REGION}}}:feed"


def _now_ms(node: redis.Redis) -> int:
    seconds, micros = node.time()
    return int(seconds) * 1000 + int(micros) // 1000


class Follower:
    """Someone who watches a region in the way that a world does."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.cursor: str | None = None
        self.street: dict[str, Cat] = {}
        self.snapshots = 0

    async def look(self) -> None:
        """Read once; take a snapshot at first and when something was missed."""
        if self.cursor is None:
            snapshot = await self.live.snapshot(REGION)
            self.street = {cat.id: cat for cat, _ in snapshot.cats}
            self.cursor = snapshot.last_id
            self.snapshots += 1
        events = await self.live.read({REGION: self.cursor})
        if REGION in events.lost:
            self.cursor = None
            return await self.look()
        for event in events.regions.get(REGION, []):
            self.cursor = event.id
            if event.cat is not None:
                assert (event.kind, event.cat.id) == ("appear", event.cat_id)
                self.street[event.cat_id] = event.cat
            else:
                assert event.kind == "vanish"
                self.street.pop(event.cat_id, None)
        return None


async def test_a_follower_hears_of_what_comes_and_goes(live: Live) -> None:
    tom, kitty = cat("tom", 2), cat("kitty")
    start = (await live.snapshot(REGION)).last_id
    await spawn(live, tom, kitty)
    events = (await live.read({REGION: start})).regions[REGION]
    assert [(event.kind, event.cat_id, event.cat, event.left) for event in events] == [
        ("appear", tom.id, tom, 2),
        ("appear", kitty.id, kitty, 1),
    ]
    assert (await live.read({REGION: events[-1].id})).regions == {}
    await win(live, kitty, "ada")
    [event] = (await live.read({REGION: events[-1].id})).regions[REGION]
    assert (event.kind, event.cat_id, event.cat, event.left) == ("vanish", kitty.id, None, 0)


async def test_a_snapshot_and_the_events_after_it_fit_together(live: Live) -> None:
    tom, kitty = cat("tom"), cat("kitty")
    await spawn(live, tom)
    snapshot = await live.snapshot(REGION)
    await spawn(live, kitty)
    assert snapshot.cats == [(tom, 1)]
    [event] = (await live.read({REGION: snapshot.last_id})).regions[REGION]
    assert event.cat == kitty


async def test_regions_are_read_together_and_quiet_ones_say_nothing(live: Live) -> None:
    await spawn(live, cat("tom"))
    await spawn(live, cat("far", region=ELSEWHERE), region=ELSEWHERE)
    quiet = (await live.snapshot("8612345ff")).last_id
    events = await live.read({REGION: START, ELSEWHERE: START, "8612345ff": quiet}, ("p", START))
    assert set(events.regions) == {REGION, ELSEWHERE}
    assert events.lost == set()
    assert await live.read({}) == await live.read({}, ("p", START))


async def test_a_feed_that_came_and_went_unseen_is_missed(live: Live, server: RedisServer) -> None:
    """Also by who had seen nothing yet."""
    start = (await live.snapshot(REGION)).last_id
    await spawn(live, cat("tom"))
    server.node_of(FEED).delete(FEED)
    assert (await live.read({REGION: start})).lost == {REGION}
    await spawn(live, cat("kitty"))
    assert (await live.read({REGION: start})).lost == {REGION}


async def test_looking_at_a_quiet_region_again_and_again_begins_one_feed(live: Live) -> None:
    snapshot = await live.snapshot(REGION)
    assert await live.snapshot(REGION) == snapshot
    assert await live.read({REGION: START}) == await live.read({REGION: snapshot.last_id})


async def test_a_long_backlog_comes_in_several_reads(live: Live) -> None:
    cats = [cat(f"n{n}") for n in range(1200)]
    await spawn(live, *cats)
    cursor, heard = START, []
    while events := (await live.read({REGION: cursor})).regions.get(REGION):
        heard += [event.cat_id for event in events]
        cursor = events[-1].id
    assert heard == [cat.id for cat in cats]


async def test_who_missed_trimmed_events_is_told_so(live: Live, server: RedisServer) -> None:
    await spawn(live, *(cat(f"n{n}") for n in range(10)))
    events = (await live.read({REGION: START})).regions[REGION]
    server.node_of(FEED).xtrim(FEED, maxlen=3, approximate=False)
    assert (await live.read({REGION: START})).lost == {REGION}
    for event in events[:6]:
        assert (await live.read({REGION: event.id})).lost == {REGION}
    # The last one trimmed is what the first one left follows: who read it missed nothing.
    rest = await live.read({REGION: events[6].id})
    assert rest.lost == set()
    assert rest.regions[REGION] == events[7:]


async def test_who_waited_until_the_feed_was_gone_is_told_so(
    live: Live, server: RedisServer
) -> None:
    await spawn(live, cat("tom"))
    cursor = (await live.snapshot(REGION)).last_id
    server.node_of(FEED).delete(FEED)
    assert (await live.read({REGION: cursor})).lost == {REGION}
    # A feed that went with time gives no id twice, as one that went within a millisecond can.
    await until(lambda: all(_now_ms(node) > int(cursor[:13]) for node in server.nodes))
    # A new feed follows nothing that was read of the old one.
    await spawn(live, cat("kitty"))
    assert (await live.read({REGION: cursor})).lost == {REGION}


async def test_who_read_what_redis_lost_is_told_so(live: Live, server: RedisServer) -> None:
    """A restarted Redis may have lost the last second: the feed then goes on from an older id."""
    await spawn(live, cat("tom"))
    kept = (await live.snapshot(REGION)).last_id
    await spawn(live, cat("kitty"))
    cursor = (await live.snapshot(REGION)).last_id
    assert cursor != kept
    server.node_of(FEED).xdel(FEED, cursor)
    assert (await live.read({REGION: cursor})).lost == {REGION}
    await spawn(live, cat("puss"))
    assert (await live.read({REGION: cursor})).lost == {REGION}
    assert (await live.read({REGION: kept})).lost == set()


async def test_old_events_are_trimmed_when_new_ones_come(live: Live, server: RedisServer) -> None:
    node = server.node_of
    await live.acquire_region(REGION, KEEPER, LEASE_MS)
    owner = next(one for one in server.nodes if REGION in str(one.keys("*")))
    now_ms = _now_ms(owner)
    # Events of ten minutes ago, a whole node of the stream and more, and one of half a minute ago.
    for n in range(250):
        owner.xadd(FEED, {"prev": START}, id=f"{now_ms - 10 * FEED_AGE_MS}-{n}")
    owner.xadd(FEED, {"prev": START}, id=f"{now_ms - FEED_AGE_MS // 2}-0")
    await spawn(live, cat("tom"))
    assert 2 <= node(FEED).xlen(FEED) < 150
    assert node(FEED).xrange(FEED, now_ms - FEED_AGE_MS // 2, "+", count=1)


RUN_OUT = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local now = redis.call('TIME')
if last and tonumber(last[1]:match('^%d+')) >= math.floor(now[1] * 1000 + now[2] / 1000) then
    return 0
end
redis.call('DEL', KEYS[1])
return 1
"""
"""A feed runs out a minute after its last event: never so that an id is given again."""


@pytest.mark.parametrize("seed", range(6))
async def test_a_followers_street_is_what_redis_has_in_the_end(
    live: Live, server: RedisServer, seed: int
) -> None:
    rng = random.Random(seed)
    await live.acquire_region(REGION, KEEPER, LEASE_MS)
    cats = [cat(f"n{n}", rng.randrange(1, 4)) for n in range(60)]
    spawned: list[Cat] = []

    async def keeper() -> None:
        for one in cats:
            await live.spawn_cats(REGION, [one], KEEPER, NOON_MS)
            spawned.append(one)
            if rng.random() < 0.3:
                await live.withdraw_cats(REGION, [rng.choice(spawned).id], KEEPER, NOON_MS)
            if rng.random() < 0.1:
                await live.expire_cats(REGION, [rng.choice(spawned).id], KEEPER, LATER_MS)

    async def player(name: str, on: Live) -> None:
        for n in range(40):
            one = claim(rng.choice(spawned or cats), name, f"try-{n}")
            won = await on.claim_cat(one, NOON_MS)
            if isinstance(won, Won):
                if rng.random() < 0.5:
                    await on.unclaim_cat(one, won.entry, "campaign_limit", NOON_MS)
                else:
                    await on.finish(REGION, [won.entry])

    async def weather() -> None:
        """What happens to a feed: it is trimmed, or it runs out."""
        for _ in range(4):
            await asyncio.sleep(rng.random() / 50)
            node = next(iter(n for n in server.nodes if n.keys(f"*{REGION}*")))
            if rng.random() < 0.3:
                await until(lambda: node.eval(RUN_OUT, 1, FEED))  # noqa: B023
            else:
                node.xtrim(FEED, maxlen=1, approximate=False)

    followers = [Follower(live) for _ in range(3)]

    async def watch(follower: Follower) -> None:
        while not done.is_set():
            await follower.look()
            await asyncio.sleep(rng.random() / 100)

    done = asyncio.Event()
    async with open_live(server.url) as other, asyncio.TaskGroup() as watching:
        for follower in followers:
            watching.create_task(watch(follower))
        async with asyncio.TaskGroup() as playing:
            playing.create_task(keeper())
            playing.create_task(weather())
            for n in range(10):
                playing.create_task(player(f"player-{n}", rng.choice((live, other))))
        done.set()
    for follower in followers:
        await follower.look()
        assert follower.street.keys() == (await seen(live)).keys()
    truth = {cat.id: cat for cat, left in await live.census(REGION) if left > 0}
    assert all(follower.street == truth for follower in followers)
