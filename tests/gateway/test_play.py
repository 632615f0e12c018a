"""Playing over a real socket: what each message is answered with."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gameserver.game.catching import Rules
from gameserver.game.geo import destination
from tests.servers.game import PLACE, Game, Phone, game, plan
from tests.servers.redis import redis_server
from tests.waiting import until

CODECS = ["catcat.v1.json", "catcat.v1.msgpack"]


@pytest.mark.parametrize("codec", CODECS)
async def test_a_player_walks_up_sees_a_cat_catches_it_and_holds_a_coupon(
    street: Game, codec: str
) -> None:
    campaign = await street.campaign(title="One tea")
    await street.store(plan(campaign=campaign.id))
    async with street.player("alice", codec) as alice:
        await alice.stand()
        cat = await alice.some_cat()
        assert cat["reward"] == {"campaign": campaign.id, "title": "One tea"}
        caught = await alice.catch_surely(cat["id"], "try")
        assert caught["type"] == "caught"
        assert caught["coupon"]["state"] == "active"
        await until(lambda: cat["id"] not in alice.cats)
    wallet = await street.app.ledger.coupons.wallet("alice", 10)
    assert [coupon.code for coupon in wallet.items] == [caught["coupon"]["code"]]


async def test_a_cat_without_a_campaign_is_caught_without_a_coupon(street: Game) -> None:
    await street.store(plan())
    async with street.player("alice") as alice:
        await alice.stand()
        caught = await alice.catch_surely((await alice.some_cat())["id"], "try")
        assert caught["coupon"] is None
        assert caught["points"] > 0

    async def recorded() -> bool:
        return (await street.app.ledger.catches.summary("alice")).catches == 1

    await until(recorded)


async def test_the_same_attempt_gets_the_same_answer_and_one_coupon(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        caught = await alice.catch_surely(cat, "try")
        again = await alice.throw(cat, caught["attempt"], "whatever")
        assert again == caught


async def test_an_attempt_whose_answer_was_lost_is_answered_in_the_next_session(
    tmp_path: Path,
) -> None:
    """Also by a process that remembers nothing of the player."""
    async with game(tmp_path) as street:
        campaign = await street.campaign()
        await street.store(plan(campaign=campaign.id, catches_per_cat=5, cats_alive=1))
        async with street.player("alice") as alice:
            await alice.stand()
            cat = (await alice.some_cat())["id"]
            caught = await alice.catch_surely(cat, "try")
    async with game(tmp_path) as street, street.player("alice") as alice:
        again = await alice.throw(cat, caught["attempt"], "the ticket of another life")
        assert again == caught
        other = await alice.throw(cat, "another attempt", "the ticket of another life")
        assert other["type"] == "refused"
        wallet = await street.app.ledger.coupons.wallet("alice", 10)
        assert len(wallet.items) == 1


async def test_of_fifty_players_at_one_cat_with_one_catch_left_exactly_one_catches_it(
    street_on: Game,
) -> None:
    campaign = await street_on.campaign()
    await street_on.store(plan(campaign=campaign.id, lifetime_s=3600))
    players = [street_on.player(f"player-{number}") for number in range(50)]
    phones = [await player.__aenter__() for player in players]
    try:
        await asyncio.gather(*(phone.stand() for phone in phones))
        cats = await asyncio.gather(*(phone.some_cat() for phone in phones))
        cat = cats[0]["id"]
        answers = await asyncio.gather(
            *(phone.catch_surely(cat, f"a{number}") for number, phone in enumerate(phones))
        )
    finally:
        await asyncio.gather(*(player.__aexit__(None, None, None) for player in players))
    caught = [answer for answer in answers if answer["type"] == "caught"]
    assert len(caught) == 1
    assert {answer["reason"] for answer in answers if answer["type"] == "refused"} <= {
        "gone",
        "not_visible",
    }


async def test_what_a_campaign_refuses_is_said_and_the_cat_has_its_place_back(
    street: Game,
) -> None:
    campaign = await street.campaign(per_player=1)
    await street.store(plan(campaign=campaign.id, cats_alive=2, catches_per_cat=2))
    async with street.player("alice") as alice, street.player("bob") as bob:
        await alice.stand()
        await bob.stand()
        await until(lambda: len(alice.cats) == 2 and len(bob.cats) == 2)
        first, second = list(alice.cats)
        assert (await alice.catch_surely(first, "one"))["type"] == "caught"
        refused = await alice.catch_surely(second, "two")
        assert (refused["reason"], refused["limit"]) == ("campaign_limit", "per_player")
        assert (await bob.catch_surely(second, "one"))["type"] == "caught"


async def test_a_cat_out_of_reach_is_refused_with_the_distance(street: Game) -> None:
    store = await street.store(plan(), catch_m=30.0)
    assert store.catch_m == 30.0
    async with street.player("alice") as alice:
        await alice.stand(destination(*PLACE, 90.0, 100.0))
        refused = await alice.aim((await alice.some_cat())["id"])
        assert refused["reason"] == "too_far"
        assert refused["distance_m"] == pytest.approx(100.0, rel=0.01)
        assert refused["limit_m"] == pytest.approx(35.0)
        assert refused["retry"] is True


async def test_what_a_store_and_a_place_look_like_follows_the_datum_of_the_session(
    street: Game,
) -> None:
    """A store in Shanghai; GCJ-02 shows it about 500 m away from where WGS-84 does."""
    place = (31.1774276, 121.5272106)
    shown = (31.17530398364597, 121.531541859215)
    await street.store(plan(), place)
    async with (
        street.player("alice") as alice,
        street.player("bob", hello={"datum": "gcj02"}) as bob,
    ):
        await alice.stand(place)
        await bob.stand(shown)
        cat = await alice.some_cat()
        assert (cat["lat"], cat["lon"]) == pytest.approx(place, abs=1e-6)
        same = await bob.some_cat()
        assert same["id"] == cat["id"]
        assert (same["lat"], same["lon"]) == pytest.approx(shown, abs=2e-6)
        assert (await bob.catch_surely(cat["id"], "b"))["type"] == "caught"


async def test_a_newer_session_replaces_the_older_one(street: Game) -> None:
    async with street.player("alice") as old, street.player("alice"):
        assert (await old.next("error"))["code"] == "replaced"
        assert await old.closed() == 4002


async def test_a_newer_session_replaces_the_older_one_on_another_process(tmp_path: Path) -> None:
    with redis_server() as redis:
        async with (
            game(tmp_path / "a", redis=redis.url) as first,
            game(tmp_path / "a", redis=redis.url) as second,
            first.player("alice") as old,
        ):
            await until(lambda: first.app.gateway.street.roster.sessions["alice"].registered)
            async with second.player("alice") as new:
                assert await old.closed() == 4002
                await new.stand()
                assert not [told for told in new.told if told["type"] == "error"]


async def test_a_banned_player_is_sent_away_and_not_let_in_again(street: Game) -> None:
    async with street.player("alice") as alice:
        await street.app.ledger.players.ban("alice", None, "cheating", "test")
        assert await alice.closed() == 4003
    async with street.socket() as phone:
        await phone.send({"type": "hello", "token": street.token("alice")})
        assert await phone.closed() == 4003


async def test_each_rule_over_the_wire_answers_with_its_reason(tmp_path: Path) -> None:
    rules = Rules(aim_min_ms=300_000, ticket_ttl_ms=600_000)
    async with game(tmp_path, rules=rules) as street:
        await street.store(plan())
        async with street.player("alice") as alice:
            assert (await alice.aim("no-cat"))["reason"] == "no_fix"
            await alice.stand(accuracy_m=5_000.0)
            cat = (await alice.some_cat())["id"]
            assert (await alice.aim(cat))["reason"] == "inaccurate_fix"
            await alice.stand(mock=True)
            assert (await alice.aim(cat))["reason"] == "mocked_location"
            await alice.stand()
            assert (await alice.aim("10cca41b2-nosuchcat"))["reason"] == "not_visible"
            encounter = await alice.aim(cat)
            assert encounter["type"] == "encounter"
            quick = await alice.throw(cat, "one", encounter["ticket"])
            assert quick["reason"] == "too_quick"
            assert 0 < quick["retry_after_ms"] <= 300_000
            assert (await alice.throw(cat, "two", "bad"))["reason"] == "bad_ticket"


async def test_coming_back_does_not_make_a_jump_forgotten(street: Game) -> None:
    """Half the city in no time, with a new session in between."""
    await street.store(plan())
    far = destination(*PLACE, 90.0, 20_000.0)
    await street.store(plan(), far)
    async with street.player("alice") as alice:
        await alice.stand(far)
        assert (await alice.aim((await alice.some_cat())["id"]))["type"] == "encounter"
    async with street.player("alice") as alice:
        assert (await alice.aim("10cca41b2-nosuchcat"))["reason"] == "no_fix"
        await alice.stand()
        assert (await alice.aim((await alice.some_cat())["id"]))["reason"] == "teleported"


async def test_somebody_elses_ticket_is_no_ticket(street: Game) -> None:
    await street.store(plan())
    async with street.player("alice") as alice, street.player("mallory") as mallory:
        await alice.stand()
        await mallory.stand()
        cat = (await alice.some_cat())["id"]
        await mallory.some_cat()
        encounter = await alice.aim(cat)
        stolen = await mallory.throw(cat, "m", encounter["ticket"])
        assert stolen["reason"] == "bad_ticket"


async def test_a_player_who_turns_on_the_spot_is_told_of_no_cat_twice(street: Game) -> None:
    await street.store(plan(cats_alive=20, radius_m=150.0))
    async with street.player("alice") as alice:
        await alice.stand()
        await until(lambda: len(alice.cats) == 20)
        for step in range(20):
            await alice.stand(destination(*PLACE, step * 18.0, 4.0))
        answered = await alice.aim("10cca41b2-nosuchcat")
        assert answered["reason"] == "not_visible"  # so every fix before it is handled
        views = [told for told in alice.told if told["type"] == "cats"]
        shown = [cat["id"] for view in views for cat in view["appear"]]
        assert len(shown) == len(set(shown)) == 20


@pytest.fixture
async def witness(street: Game) -> AsyncIterator[Phone]:
    """A player who must not notice what others do to the server."""
    await street.store(plan(catches_per_cat=1000))
    async with street.player("witness") as phone:
        await phone.stand()
        await phone.some_cat()
        yield phone
        caught = await phone.catch_surely(next(iter(phone.cats)), "still here")
        assert caught["type"] == "caught"


BAD_JSON = {
    "no JSON": b"{nonsense",
    "another type": b"[1, 2]",
    "unknown type": b'{"type": "dance"}',
    "no type": b'{"lat": 1}',
    "wrong field": b'{"type": "aim", "cat": 7}',
    "missing field": b'{"type": "fix", "lat": 1}',
    "NaN": b'{"type": "fix", "lat": NaN, "lon": 1, "accuracy_m": 1, "at_ms": 1}',
    "out of range": b'{"type": "fix", "lat": 91, "lon": 1, "accuracy_m": 1, "at_ms": 1}',
    "huge number": b'{"type": "fix", "lat": 1e999, "lon": 1, "accuracy_m": 1, "at_ms": 1}',
    "nested": b'{"type": "aim", "cat": "c", "x": ' + b"[" * 4000,
    "long id": b'{"type": "aim", "cat": "' + b"c" * 65 + b'"}',
    "NUL in an id": b'{"type": "catch", "attempt": "a\\u0000b", "cat": "c", "ticket": "t"}',
}
BAD_MSGPACK = {
    "no msgpack": b"\xc1",
    "NaN": b"\x85\xa4type\xa3fix\xa3lat\xcb\x7f\xf8\0\0\0\0\0\0\xa3lon\x01"
    b"\xaaaccuracy_m\x01\xa5at_ms\x01",
    "nested": b"\x83\xa4type\xa3aim\xa3cat\xa1c\xa1x" + b"\x91" * 4000,
    "cut short": b"\x82\xa4type\xa3aim\xa3ca",
}


@pytest.mark.parametrize("name", BAD_JSON)
async def test_bad_json_ends_the_session_with_an_error_and_4004(
    street: Game, witness: Phone, name: str
) -> None:
    async with street.player("mallory") as mallory:
        await mallory.socket.send(BAD_JSON[name], text=True)
        assert (await mallory.next("error"))["code"] == "bad_message"
        assert await mallory.closed() == 4004


@pytest.mark.parametrize("name", BAD_MSGPACK)
async def test_bad_msgpack_ends_the_session_with_an_error_and_4004(
    street: Game, witness: Phone, name: str
) -> None:
    async with street.player("mallory", "catcat.v1.msgpack") as mallory:
        await mallory.socket.send(BAD_MSGPACK[name])
        assert (await mallory.next("error"))["code"] == "bad_message"
        assert await mallory.closed() == 4004


async def test_five_thousand_levels_are_too_long_or_too_deep(street: Game, witness: Phone) -> None:
    async with street.player("mallory") as mallory:
        await mallory.socket.send("[" * 5000)
        assert await mallory.closed() == 1009


async def test_an_oversize_message_closes_with_1009(street: Game, witness: Phone) -> None:
    async with street.player("mallory") as mallory:
        await mallory.socket.send(b'{"type":"aim","cat":"c","x":"' + b"x" * 4096 + b'"}', text=True)
        assert await mallory.closed() == 1009


async def test_a_message_in_fragments_is_one_message(street: Game) -> None:
    async with street.player("alice") as alice:
        await alice.socket.send(["{", '"type":"aim",', '"cat":"c"}'])
        assert (await alice.next("refused"))["reason"] == "no_fix"


async def test_the_wrong_kind_of_frame_is_a_bad_message(street: Game, witness: Phone) -> None:
    async with street.player("mallory") as mallory:
        await mallory.socket.send(b'{"type":"aim","cat":"c"}')
        assert await mallory.closed() == 4004


async def test_a_catch_before_hello_is_an_error(street: Game, witness: Phone) -> None:
    async with street.socket() as phone:
        await phone.send({"type": "catch", "attempt": "a", "cat": "c", "ticket": "t"})
        assert (await phone.next("error"))["code"] == "hello_expected"
        assert await phone.closed() == 4004


async def test_a_second_hello_is_an_error(street: Game) -> None:
    async with street.player("alice") as alice:
        await alice.send({"type": "hello", "token": street.token("alice")})
        assert (await alice.next("error"))["code"] == "hello_repeated"
        assert await alice.closed() == 4004


@pytest.mark.parametrize("token", ["", "nonsense", "alice.99999999999999.00000000"])
async def test_a_wrong_token_is_unauthenticated(street: Game, token: str) -> None:
    async with street.socket() as phone:
        await phone.send({"type": "hello", "token": token})
        assert (await phone.next("error"))["code"] == "unauthenticated"
        assert await phone.closed() == 4001


async def test_a_flood_closes_with_4102(street: Game, witness: Phone) -> None:
    async with street.player("mallory") as mallory:
        for _ in range(400):
            await mallory.socket.send('{"type":"aim","cat":"c"}')
        assert await mallory.closed() == 4102
