"""Who reads too slowly, and who sends too fast."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from gameserver.game.model import Cat, CouponState, CouponView
from gameserver.gateway import session as play_session
from gameserver.gateway import socket as play_socket
from gameserver.gateway.intake import BITE
from gameserver.gateway.session import SHOWN_AT_ONCE, SLOWED_BELOW, Session
from gameserver.gateway.socket import UNREAD_MAX, PlaySocket
from gameserver.gateway.world import LiveCat
from gameserver.protocol import MESSAGES_BURST, CouponChanged
from tests.gateway.test_socket import PING, frame, shaken
from tests.servers.game import Game
from tests.waiting import until

ROUNDS = 200


def cats(left: int, count: int = 100) -> list[LiveCat]:
    """A street full of cats, each with so many catches left."""
    return [
        LiveCat(Cat(f"c{number}", "bobbin", "s", "Corner", 1.3, 103.8, 9, 3, 40.0), left)
        for number in range(count)
    ]


@asynccontextmanager
async def frozen(street: Game, name: str = "alice") -> AsyncIterator[tuple[ClientConnection, Any]]:
    """A welcomed phone that reads no more, and its session on the server.

    The client's library keeps one message and lets the network keep the rest.
    """
    async with connect(street.play_url, max_queue=1) as phone:
        await phone.send(json.dumps({"type": "hello", "token": street.token(name)}))
        assert json.loads(await phone.recv())["type"] == "welcome"
        yield phone, street.app.gateway.street.roster.sessions[name]


def socket_of(session: Session) -> PlaySocket:
    line = session._line
    assert isinstance(line, PlaySocket)
    return line


def unread(session: Session) -> int:
    """Bytes that this process holds for the phone."""
    transport = socket_of(session)._transport
    return transport.get_write_buffer_size() if transport is not None else 0


async def everything(phone: ClientConnection) -> list[dict[str, Any]]:
    """All that comes until the end of the connection."""
    told = []
    async with asyncio.timeout(20):
        try:
            while True:
                told.append(json.loads(await phone.recv()))
        except ConnectionClosed:
            return told


async def fill(session: Session, most: int = ROUNDS) -> None:
    """Show changes until the phone is behind."""
    for round in range(most):
        if session._behind:
            return
        session.show(cats(left=round + 1), [])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert session._behind, "the network took it all"


async def test_who_does_not_read_is_closed_with_4101(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "UNREAD_WITHIN_S", 1.0)
    async with frozen(street) as (phone, session):
        await fill(session)
        await until(lambda: session.closed)
        await everything(phone)
        assert phone.close_code == 4101
        await until(lambda: not len(street.app.gateway))
        assert street.app.gateway.street.stats.closed == {4101: 1}


async def test_who_never_reads_again_is_cut_off_all_the_same(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "UNREAD_WITHIN_S", 0.2)
    async with frozen(street) as (_, session):
        await fill(session)
        await until(lambda: not len(street.app.gateway))
        assert street.app.gateway.street.stats.closed == {4101: 1}


async def test_a_slow_reader_gets_the_newest_view_and_every_coupon(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "UNREAD_WITHIN_S", 60.0)
    async with frozen(street) as (phone, session):
        await fill(session)
        behind = unread(session)
        coupons = []
        for round in range(ROUNDS):
            session.show(cats(left=1000 + round), ["c7"] if round % 2 else [])
            if round % 20 == 0:
                coupons.append(f"try-{round}")
                coupon = CouponView(f"CODE-{round}", "k", "Tea", CouponState.ACTIVE, 9)
                session.send(CouponChanged(f"try-{round}", coupon))
            await asyncio.sleep(0)
        assert unread(session) < behind + 4096, "only coupons were added to what is unread"

        told: list[dict[str, Any]] = []
        view: dict[str, int] = {}
        async with asyncio.timeout(20):
            while not (view and set(view.values()) == {1000 + ROUNDS - 1}):
                message = json.loads(await phone.recv())
                told.append(message)
                if message["type"] == "cats":
                    view.update({cat["id"]: cat["left"] for cat in message["appear"]})
        lefts = [message["appear"][0]["left"] for message in told if message["type"] == "cats"]
        assert [left for left in lefts if left >= 1000] == [1000 + ROUNDS - 1], "no history"
        assert [m["attempt"] for m in told if m["type"] == "coupon"] == coupons
        session.show([], ["c1"])
        assert json.loads(await phone.recv())["vanish"] == ["c1"], "and goes on as before"


async def test_a_huge_first_view_comes_in_parts_and_whole(street: Game) -> None:
    """Whoever freezes at its first view costs no more than at any other."""
    count = 5 * SHOWN_AT_ONCE + 1
    async with frozen(street) as (phone, session):
        session.show(cats(1, count), [])
        session.show(cats(2, 1), ["c9"])
        seen: set[str] = set()
        gone: set[str] = set()
        async with asyncio.timeout(20):
            while len(seen | gone) < count:
                message = json.loads(await phone.recv())
                assert len(message["appear"]) <= SHOWN_AT_ONCE
                seen |= {cat["id"] for cat in message["appear"]}
                gone |= set(message["vanish"])
        assert gone == {"c9"}
    async with frozen(street, "bob") as (_, session):
        session.show(cats(1, 50 * SHOWN_AT_ONCE), [])
        await until(lambda: session._behind)
        assert unread(session) < 2 * UNREAD_MAX


async def test_many_frozen_readers_cost_no_more_than_what_they_may_leave_unread(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "UNREAD_WITHIN_S", 60.0)
    several = [frozen(street, f"player-{number}") for number in range(10)]
    sessions = [(await one.__aenter__())[1] for one in several]
    async with street.player("witness") as witness:
        for _ in range(ROUNDS):
            for session in sessions:
                session.show(cats(left=1), [])
            await asyncio.sleep(0)
        for session in sessions:
            assert unread(session) < 2 * UNREAD_MAX
        assert (await witness.aim("10cca41b2-nosuchcat"))["reason"] == "no_fix"
    for session in sessions:
        socket_of(session).abort()
    await asyncio.gather(*(one.__aexit__(None, None, None) for one in several))


async def test_who_sends_much_is_slowed_and_still_answered(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_session, "SLOWED_S", 0.2)
    much = int(MESSAGES_BURST - SLOWED_BELOW) + 20
    async with street.player("alice") as alice:
        for _ in range(much):
            await alice.send({"type": "aim", "cat": "c"})
        await until(lambda: sum(told["type"] == "refused" for told in alice.told) == much)
        assert street.app.gateway.street.stats.slowed > 0
        assert (await alice.aim("c"))["reason"] == "no_fix"


async def test_of_a_flood_that_came_at_once_nothing_is_looked_at_after_its_end(
    street: Game,
) -> None:
    async with shaken(street) as (reader, writer):
        writer.write(frame(0x81, json.dumps({"type": "hello"}).encode()))
        writer.write(frame(0x81, b'{"type":"aim","cat":"c"}') + frame(PING) * 40_000)
        async with asyncio.timeout(20):
            told = await reader.read()
    assert told.count(b"\x8a\x00") < BITE
    await until(lambda: not len(street.app.gateway))


async def test_a_flooder_that_reads_nothing_is_cut_off(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "FLOODER_WITHIN_S", 0.3)
    async with frozen(street) as (phone, _):
        with suppress(ConnectionClosed):
            async with asyncio.timeout(20):
                while True:
                    await phone.send('{"type":"aim","cat":"c"}')
        await until(lambda: not len(street.app.gateway))
        assert street.app.gateway.street.stats.closed == {4102: 1}
