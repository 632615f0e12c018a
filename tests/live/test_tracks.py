"""Where players were, for the next process; footprints of walks, for everybody; none for long."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gameserver.game.footprints import TOGETHER_MS, Footprint, Match
from gameserver.game.signals import Doubt, Mark
from gameserver.game.track import Track
from gameserver.game.trust import PackedTrust, Trust
from gameserver.live import Live, keys, tracks
from gameserver.live.tracks import CLAIMANTS, SPOT_MOST
from tests.live.street import REGION
from tests.servers.redis import RedisServer

HOUR_MS = 3_600_000
NOON_MS = 36 * HOUR_MS
WALK = [Footprint(number, 2, NOON_MS + 1000 * number) for number in range(5)]


def some_trust() -> PackedTrust:
    track, trust = Track(), Trust()
    for second in range(20):
        now_ms = NOON_MS + 1000 * second
        track.add((30.25 + second * 1e-5, 120.16), 5.0, False, now_ms, now_ms)
    trust.note(Doubt("jump", 1.0, now_ms, now_ms + 60_000, "far"))
    trust.marked((30.25, 120.16), now_ms)
    return trust.pack(track, now_ms)


async def test_what_is_kept_of_a_player_is_there_again(live: Live) -> None:
    kept = some_trust()
    assert await live.kept_track("ada") is None
    await live.keep_track("ada", kept)
    found = await live.kept_track("ada")
    assert found is not None
    assert found.marks == (Mark(30.25, 120.16, NOON_MS + 19_000, NOON_MS + 19_000),)
    assert found.doubts == kept.doubts
    assert found.track == kept.track
    await live.forget_track("ada")
    assert await live.kept_track("ada") is None


async def test_a_precise_position_is_gone_from_redis_within_a_day(
    live: Live, server: RedisServer
) -> None:
    await live.keep_track("ada", some_trust())
    name = keys.track("ada")
    ttl_ms = server.node_of(name).pttl(name)
    assert 0 < ttl_ms <= keys.TRACK_MS
    # What is kept again at the end of that time is at most as old as marks may be.
    assert keys.TRACK_MS + 43_200_000 <= 24 * HOUR_MS


async def test_what_another_version_kept_is_nothing(live: Live, server: RedisServer) -> None:
    await live.keep_track("ada", some_trust())
    name = keys.track("ada")
    server.node_of(name).set(name, b"\xc1 nonsense", keepttl=True)
    assert await live.kept_track("ada") is None


async def test_the_same_footprints_are_found_with_who_left_them_and_when(live: Live) -> None:
    assert await live.leave_footprints(REGION, "ada", WALK, NOON_MS) == []
    assert await live.leave_footprints(REGION, "ada", WALK, NOON_MS) == []
    later = [one._replace(walked_ms=one.walked_ms + HOUR_MS) for one in WALK[1:]]
    found = await live.leave_footprints(REGION, "bob", later, NOON_MS + HOUR_MS)
    assert found == [Match("ada", 8, -HOUR_MS)]
    own = await live.leave_footprints(REGION, "ada", later, NOON_MS + HOUR_MS)
    assert set(own) == {Match("ada", 8, -HOUR_MS), Match("bob", 8, 0)}


async def test_footprints_are_known_for_half_a_day_and_gone_within_a_day(
    live: Live, server: RedisServer
) -> None:
    await live.leave_footprints(REGION, "ada", WALK, NOON_MS)
    for name in server.names():
        assert 0 < server.node_of(name).pttl(name) <= 24 * HOUR_MS
    next_half_ms = NOON_MS + 12 * HOUR_MS
    assert await live.leave_footprints(REGION, "bob", WALK, next_half_ms)
    assert not await live.leave_footprints(REGION, "cid", WALK, next_half_ms + 24 * HOUR_MS)


def some_prints(first: int, count: int = 5) -> list[Footprint]:
    return [Footprint(first + number, 2, NOON_MS) for number in range(count)]


async def test_where_there_are_too_many_footprints_the_oldest_are_forgotten(
    live: Live, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "FOOTPRINTS_MOST", 20)
    for number in range(20):
        left = some_prints(5 * number)
        assert await live.leave_footprints(REGION, f"p{number}", left, NOON_MS) == []
        assert sum(server.node_of(name).hlen(name) for name in server.names()) <= 2 * 20
        assert all(server.node_of(name).pttl(name) > 0 for name in server.names())
        found = await live.leave_footprints(REGION, "bob", left, NOON_MS)
        assert found == [Match(f"p{number}", 10, 0)], "the last ones are always known"
    assert await live.leave_footprints(REGION, "cid", some_prints(0), NOON_MS) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    walks=st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.integers(0, 30), st.integers(1, 6)), max_size=20
    )
)
async def test_footprints_that_are_left_twice_are_left_once_also_where_the_oldest_go(
    live: Live, server: RedisServer, walks: list[tuple[str, int, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracks, "FOOTPRINTS_MOST", 10)
        for player, first, count in walks:
            left = some_prints(first, count)
            found = await live.leave_footprints(REGION, player, left, NOON_MS)
            before = server.dump()
            assert await live.leave_footprints(REGION, player, left, NOON_MS) == found
            assert server.dump() == before


async def test_a_footprint_keeps_its_first_few_players(live: Live, server: RedisServer) -> None:
    for number in range(CLAIMANTS + 3):
        await live.leave_footprints(REGION, f"p{number}", WALK[:1], NOON_MS)
    found = await live.leave_footprints(REGION, "last", WALK[:1], NOON_MS)
    assert [match.player for match in found] == [f"p{number}" for number in range(CLAIMANTS)]


async def test_whoever_is_at_a_spot_hears_how_many_others_were_there_in_the_last_minute(
    live: Live,
) -> None:
    assert await live.stand(REGION, "ada", 7, NOON_MS) == 0
    assert await live.stand(REGION, "ada", 7, NOON_MS + 1_000) == 0
    assert await live.stand(REGION, "bob", 7, NOON_MS + 2_000) == 1
    assert await live.stand(REGION, "cid", 8, NOON_MS + 2_000) == 0
    assert await live.stand(REGION, "cid", 7, NOON_MS + 1_001 + TOGETHER_MS) == 1
    assert await live.stand(REGION, "ada", 7, NOON_MS + 1_002 + TOGETHER_MS) == 2


async def test_a_spot_keeps_its_last_few_players_for_a_minute(
    live: Live, server: RedisServer
) -> None:
    for number in range(SPOT_MOST + 3):
        others = await live.stand(REGION, f"p{number}", 7, NOON_MS + number)
    assert others == SPOT_MOST - 1
    name = keys.spot(REGION, 7)
    assert server.node_of(name).zrange(name, 0, -1)[0] == b"p3"
    assert 0 < server.node_of(name).pttl(name) <= TOGETHER_MS
