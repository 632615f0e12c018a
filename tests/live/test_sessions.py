"""A player has one live session, the newest; processes find each other's players."""

import asyncio

import pytest

from gameserver.game.model import CouponState, CouponView
from gameserver.live import (
    START,
    Banned,
    CouponChanged,
    InboxMessage,
    Live,
    Replaced,
    SessionRef,
)
from tests.servers.redis import RedisServer
from tests.waiting import until

TTL_MS = 60_000
PHONE, LAPTOP, TABLET = (SessionRef(f"process-{n}", f"session-{n}") for n in range(3))

COUPON = CouponView("TEA-1", "tea", "茶", CouponState.ACTIVE, 1)


async def test_a_newer_session_replaces_the_one_before(live: Live) -> None:
    assert await live.where("ada") is None
    assert await live.open_session("ada", PHONE, TTL_MS) is None
    assert await live.where("ada") == PHONE
    assert await live.open_session("ada", LAPTOP, TTL_MS) == PHONE
    assert await live.where("ada") == LAPTOP
    assert await live.where("bob") is None


async def test_opening_a_session_again_answers_the_same_and_replaces_nobody(live: Live) -> None:
    await live.open_session("ada", PHONE, TTL_MS)
    assert await live.open_session("ada", LAPTOP, TTL_MS) == PHONE
    assert await live.open_session("ada", LAPTOP, TTL_MS) == PHONE
    assert await live.open_session("ada", PHONE, TTL_MS) is None
    assert await live.where("ada") == LAPTOP
    await live.close_session("ada", LAPTOP)
    assert await live.open_session("ada", LAPTOP, TTL_MS) == PHONE
    assert await live.where("ada") is None


async def test_keeping_sessions_says_whose_were_replaced_or_closed(live: Live) -> None:
    await live.open_session("ada", PHONE, TTL_MS)
    await live.open_session("bob", PHONE, TTL_MS)
    await live.open_session("cid", PHONE, TTL_MS)
    await live.open_session("bob", LAPTOP, TTL_MS)
    await live.close_session("cid", PHONE)
    mine = [(player, PHONE) for player in ("ada", "bob", "cid")]
    assert await live.keep_sessions(mine, TTL_MS) == ["bob", "cid"]
    assert await live.keep_sessions([], TTL_MS) == []


async def test_a_session_stands_as_long_as_it_is_kept(live: Live, server: RedisServer) -> None:
    await live.open_session("ada", PHONE, 40)
    assert await live.keep_sessions([("ada", PHONE)], TTL_MS) == []
    [name] = server.names()
    assert server.node_of(name).pttl(name) > TTL_MS / 2
    await live.open_session("bob", PHONE, 40)
    await until(lambda: server.names() == [name])
    assert await live.where("bob") is None


async def test_a_session_that_redis_forgot_is_known_again_when_it_is_kept(
    live: Live, server: RedisServer
) -> None:
    await live.open_session("ada", PHONE, TTL_MS)
    server.flush()
    assert await live.keep_sessions([("ada", PHONE)], TTL_MS) == []
    assert await live.where("ada") == PHONE
    assert await live.keep_sessions([("ada", LAPTOP)], TTL_MS) == ["ada"]
    assert await live.open_session("ada", TABLET, TTL_MS) == PHONE


async def test_only_the_live_session_can_be_closed(live: Live) -> None:
    await live.open_session("ada", PHONE, TTL_MS)
    await live.open_session("ada", LAPTOP, TTL_MS)
    await live.close_session("ada", PHONE)
    assert await live.where("ada") == LAPTOP
    for _ in range(2):
        await live.close_session("ada", LAPTOP)
        assert await live.where("ada") is None
    assert await live.open_session("ada", TABLET, TTL_MS) is None


async def test_thousands_of_sessions_are_kept_in_one_call(live: Live) -> None:
    mine = [(f"player-{n}", PHONE) for n in range(2500)]
    assert await live.keep_sessions(mine, TTL_MS) == []
    await live.open_session("player-2400", LAPTOP, TTL_MS)
    assert await live.keep_sessions(mine, TTL_MS) == ["player-2400"]


async def test_of_sessions_opened_at_once_one_is_live_and_each_other_is_replaced_once(
    live: Live,
) -> None:
    refs = [SessionRef("process", f"session-{n}") for n in range(8)]
    replaced = await asyncio.gather(*(live.open_session("ada", ref, TTL_MS) for ref in refs))
    last = await live.where("ada")
    assert {ref for ref in replaced if ref} == set(refs) - {last}
    assert replaced.count(None) == 1


async def test_a_player_who_reconnects_without_end_is_remembered_in_bounds(
    live: Live, server: RedisServer
) -> None:
    for n in range(50):
        await live.open_session("ada", SessionRef("process", f"session-{n}"), TTL_MS)
    [name] = server.names()
    assert sum(map(len, server.node_of(name).hgetall(name).values())) < 1000
    assert await live.where("ada") == SessionRef("process", "session-49")


async def test_messages_arrive_in_their_order_once_each(live: Live) -> None:
    told: list[InboxMessage] = [
        Replaced("ada", "session-1"),
        CouponChanged("ada", "try-1", COUPON),
        Banned("bob"),
        Banned("bob"),
    ]
    assert (await live.read({}, ("p1", START))).inbox == []
    for message in told:
        await live.tell("p1", message)
    await live.tell("p2", Banned("cid"))
    inbox = (await live.read({}, ("p1", START))).inbox
    assert [message for _, message in inbox] == told
    assert (await live.read({}, ("p1", inbox[1][0]))).inbox == inbox[2:]
    assert (await live.read({}, ("p1", inbox[-1][0]))).inbox == []
    assert [message for _, message in (await live.read({}, ("p2", START))).inbox] == [Banned("cid")]


async def test_a_dropped_inbox_is_empty(live: Live) -> None:
    await live.tell("p1", Banned("ada"))
    for _ in range(2):
        await live.drop_inbox("p1")
    assert (await live.read({}, ("p1", START))).inbox == []


async def test_an_inbox_that_nobody_reads_does_not_grow_without_end(
    live: Live, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gameserver.live.keys.INBOX_LENGTH", 200)
    for start in range(0, 900, 100):
        await asyncio.gather(*(live.tell("p1", Banned(f"{start + n}")) for n in range(100)))
    inbox = (await live.read({}, ("p1", START))).inbox
    assert 200 <= len(inbox) < 400
    # The newest are the ones that stay.
    told = {message.player for _, message in inbox}
    assert told >= {f"{800 + n}" for n in range(100)}


async def test_a_message_of_a_kind_from_the_future_is_skipped(
    live: Live, server: RedisServer
) -> None:
    await live.tell("p1", Banned("ada"))
    key = "{w:p1}:inbox"
    server.node_of(key).xadd(key, {"message": b"\x92\xa6newest\x01"})
    await live.tell("p1", Banned("bob"))
    for _ in range(2):
        inbox = (await live.read({}, ("p1", START))).inbox
        assert [message for _, message in inbox] == [Banned("ada"), Banned("bob")]
    assert server.node_of(key).xlen(key) == 2
