"""Guests, what players have, and being forgotten."""

from collections.abc import AsyncIterator

import pytest

from gameserver.game.model import Claim, catch_id
from gameserver.game.tokens import player_of
from gameserver.http.call import Role
from gameserver.ledger.ledger import Ledger
from gameserver.live.messages import Banned
from tests.http.desk import DAY_MS, NOW, PLAYER, SECRET, Clock, Desk, open_desk


def claim(cat: str, player: str, points: int = 10, at_ms: int = NOW) -> Claim:
    return Claim(
        catch_id(cat, player, "1"), cat, player, "1", "bobbin", points, "sto_1", at_ms, None, None
    )


async def test_a_guest_gets_a_token_that_plays(desk: Desk) -> None:
    reply = await desk.ask("POST", "/v1/players")
    assert reply.status == 201
    guest = reply.json
    assert guest.keys() == {"player", "token", "expires_ms"}
    assert guest["expires_ms"] == desk.clock() + 30 * DAY_MS
    assert player_of(SECRET, guest["token"], desk.clock()) == guest["player"]
    me = await desk.ask("GET", "/v1/me", Authorization=f"Bearer {guest['token']}")
    assert me.json == {
        "player": guest["player"],
        "points": 0,
        "catches": 0,
        "species": {},
        "banned": False,
        "banned_until_ms": None,
    }


async def test_every_guest_is_another(desk: Desk) -> None:
    players = {(await desk.ask("POST", "/v1/players")).json["player"] for _ in range(20)}
    assert len(players) == 20


async def test_a_guest_who_asks_again_with_the_same_key_is_the_same(desk: Desk) -> None:
    first = await desk.ask("POST", "/v1/players", Idempotency_Key="one")
    again = await desk.ask("POST", "/v1/players", Idempotency_Key="one")
    other = await desk.ask("POST", "/v1/players", Idempotency_Key="two")
    assert (again.status, again.json) == (201, first.json)
    assert other.json["player"] != first.json["player"]
    assert player_of(SECRET, first.json["token"], desk.clock()) == first.json["player"]


@pytest.fixture
async def strict_desk(ledger: Ledger, clock: Clock) -> AsyncIterator[Desk]:
    """A desk that lets three guests in per minute and address."""
    async with open_desk(ledger, clock, guests_per_minute=3) as desk:
        yield desk


async def test_too_many_guests_from_one_address_wait_for_the_next_minute(
    strict_desk: Desk,
) -> None:
    desk = strict_desk
    for _ in range(3):
        assert (await desk.ask("POST", "/v1/players")).status == 201
    refused = await desk.ask("POST", "/v1/players")
    assert (refused.status, refused.code) == (429, "too_many_requests")
    wait_s = int(refused.headers["Retry-After"])
    assert 0 < wait_s <= 60
    desk.clock.now_ms += wait_s * 1000
    assert (await desk.ask("POST", "/v1/players")).status == 201


async def test_species_are_told_in_the_albums_order(desk: Desk) -> None:
    items = (await desk.ask("GET", "/v1/species")).json["items"]
    assert [item["id"] for item in items[:2]] == ["bobbin", "dumpling"]
    assert items[0]["name_zh"] == "线团"
    assert items[0].keys() >= {"rarity", "points", "catch_rate", "art", "weight"}


async def test_a_players_catches_are_told_newest_first(desk: Desk) -> None:
    claims = [claim(f"872830828-{n}", PLAYER, at_ms=NOW + n) for n in range(3)]
    await desk.ledger.catches.record([*claims, claim("872830828-9", "bob")], NOW)
    told = (await desk.ask("GET", "/v1/me/catches", role=Role.PLAYER)).json
    assert [catch["catch"] for catch in told["items"]] == [c.catch for c in reversed(claims)]
    assert told["next"] is None
    me = (await desk.ask("GET", "/v1/me", role=Role.PLAYER)).json
    assert (me["catches"], me["points"], me["species"]) == (3, 30, {"bobbin": 3})


async def test_the_leaderboard_ranks_equal_points_equally(desk: Desk) -> None:
    gains = {"ann": 30, "bob": 30, "cem": 10, "dee": 40}
    await desk.ledger.catches.record(
        [claim(f"872830828-{who}", who, points) for who, points in gains.items()], NOW
    )
    old = claim("872830828-old", "eve", 99, NOW - 40 * DAY_MS)
    await desk.ledger.catches.record([old], NOW)
    told = (await desk.ask("GET", "/v1/leaderboard?period=day")).json["items"]
    assert [(each["rank"], each["player"], each["points"]) for each in told] == [
        (1, "dee", 40),
        (2, "ann", 30),
        (2, "bob", 30),
        (4, "cem", 10),
    ]
    assert (await desk.ask("GET", "/v1/leaderboard")).json["items"] == told
    ever = (await desk.ask("GET", "/v1/leaderboard?period=all&limit=1")).json["items"]
    assert [each["player"] for each in ever] == ["eve"]


async def test_the_leaderboard_is_read_again_after_two_seconds(desk: Desk) -> None:
    async def leaders() -> list[str]:
        items = (await desk.ask("GET", "/v1/leaderboard?period=all&limit=2")).json["items"]
        return [each["player"] for each in items]

    catches = [claim(f"872830828-{who}", who, points) for points, who in enumerate("abc", 1)]
    await desk.ledger.catches.record(catches[:2], NOW)
    assert await leaders() == ["b", "a"]
    await desk.ledger.catches.record(catches[2:], NOW)
    desk.clock.now_ms += 1_999
    assert await leaders() == ["b", "a"]
    desk.clock.now_ms += 1
    assert await leaders() == ["c", "b"]


async def test_a_ban_ends_the_session_and_is_told_to_the_player(desk_on: Desk) -> None:
    desk = desk_on
    path = f"/v1/players/{PLAYER}/ban"
    until_ms = NOW + DAY_MS
    body = {"reason": "impossible travel", "until_ms": until_ms}
    banned = await desk.ask("POST", path, body, Role.ADMIN)
    assert (banned.status, banned.json) == (201, body | {"player": PLAYER})
    assert desk.told == [Banned(PLAYER)]
    me = (await desk.ask("GET", "/v1/me", role=Role.PLAYER)).json
    assert (me["banned"], me["banned_until_ms"]) == (True, until_ms)
    assert await desk.ledger.players.is_banned(PLAYER)
    assert (await desk.ask("DELETE", path, role=Role.ADMIN)).status == 204
    assert (await desk.ask("GET", "/v1/me", role=Role.PLAYER)).json["banned"] is False
    assert (await desk.ask("DELETE", path, role=Role.ADMIN)).status == 404


async def test_a_ban_needs_no_body_and_is_for_good(desk: Desk) -> None:
    banned = await desk.ask("POST", f"/v1/players/{PLAYER}/ban", role=Role.ADMIN)
    assert (banned.status, banned.json["until_ms"]) == (201, None)
    me = (await desk.ask("GET", "/v1/me", role=Role.PLAYER)).json
    assert (me["banned"], me["banned_until_ms"]) == (True, None)


async def test_a_ban_that_is_over_is_none(desk: Desk) -> None:
    body = {"until_ms": NOW + 1000}
    await desk.ask("POST", f"/v1/players/{PLAYER}/ban", body, Role.ADMIN)
    desk.clock.now_ms = NOW + 1000
    me = (await desk.ask("GET", "/v1/me", role=Role.PLAYER)).json
    assert (me["banned"], me["banned_until_ms"]) == (False, None)


async def test_who_is_forgotten_is_gone_but_the_books_balance(desk_on: Desk) -> None:
    desk = desk_on
    store, campaign = await desk.a_store(), await desk.a_campaign()
    (code,) = await desk.coupons(campaign["id"], store["id"], 1)
    await desk.ledger.catches.record([claim("872830828-seen", PLAYER)], NOW)
    assert (await desk.ask("DELETE", "/v1/me", role=Role.PLAYER)).status == 204
    assert desk.told == [Banned(PLAYER)]
    for path in ("/v1/me", "/v1/me/coupons", "/v1/me/catches"):
        assert (await desk.ask("GET", path, role=Role.PLAYER)).code == "unauthenticated"
    assert (await desk.ask("DELETE", "/v1/me", role=Role.PLAYER)).status == 204
    assert (await desk.ask("GET", "/v1/leaderboard?period=all")).json["items"] == []
    found = await desk.ask("GET", f"/v1/coupons/{code}", role=Role.CLERK)
    assert found.json["state"] == "active"


async def test_a_clerks_key_does_less_than_a_merchants(desk: Desk) -> None:
    path = f"/v1/merchants/{desk.merchant}/keys"
    for role, status in (("clerk", 403), ("merchant", 200)):
        made = await desk.ask("POST", path, {"role": role}, Role.ADMIN)
        assert (made.status, made.json["role"]) == (201, role)
        head = {"Authorization": f"Bearer {made.json['key']}"}
        assert (await desk.ask("GET", "/v1/stores", **head)).status == status
        assert (await desk.ask("GET", "/v1/coupons/ABCD", **head)).status == 404


async def test_a_merchant_is_made_with_a_key_that_works(desk_on: Desk) -> None:
    desk = desk_on
    made = await desk.ask("POST", "/v1/merchants", {"name": "茶馆"}, Role.ADMIN)
    assert (made.status, made.json.keys()) == (201, {"id", "name", "key"})
    head = {"Authorization": f"Bearer {made.json['key']}"}
    assert (await desk.ask("GET", "/v1/stores", **head)).json == {"items": [], "next": None}
    listed = (await desk.ask("GET", "/v1/merchants", role=Role.ADMIN)).json["items"]
    assert {"id": made.json["id"], "name": "茶馆"} in listed
