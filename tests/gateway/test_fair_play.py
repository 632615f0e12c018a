"""Doubtful tracks over real sockets: they wait, they clear, and two sure signals are a sanction."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientSession
from websockets.exceptions import ConnectionClosed

from gameserver.game.footprints import REFUSED_EVERY_MS
from gameserver.game.geo import destination
from gameserver.gateway.attestation import Claims, SignedVerdicts
from gameserver.gateway.lookback import LOOK_EVERY_MS
from gameserver.ledger.sanctions import Sanction
from gameserver.live import keys
from tests.servers.game import PLACE, Game, Phone, game, plan
from tests.servers.redis import redis_server
from tests.waiting import until

FAR = destination(*PLACE, 90.0, 40_000.0)
SECRET = "a secret of the operator's"


async def catch_here(phone: Phone, attempt: str = "a") -> str:
    """Stand at the store and catch its cat."""
    await phone.stand()
    cat: str = (await phone.some_cat())["id"]
    assert (await phone.catch_surely(cat, attempt))["type"] == "caught"
    return cat


async def go_far(phone: Phone) -> str:
    """Say to be at the other store until its cats are shown: views leap once a second at most."""
    said_s = 0.0

    async def seen() -> list[str]:
        nonlocal said_s
        if time.monotonic() - said_s > 0.3:
            said_s = time.monotonic()
            await phone.stand(FAR)
        return [cat["id"] for cat in phone.cats.values() if abs(cat["lon"] - FAR[1]) < 0.01]

    found = await until(seen)
    assert isinstance(found, list)
    cat: str = found[0]
    return cat


async def two_stores(street: Game) -> None:
    await street.store(plan(cats_alive=3))
    await street.store(plan(cats_alive=3), FAR)


async def test_whoever_jumps_to_another_cat_waits_for_as_long_as_a_run_would_take(
    street: Game,
) -> None:
    await two_stores(street)
    async with street.player("tom") as tom:
        await catch_here(tom)
        refused = await tom.aim(await go_far(tom))
        assert refused["reason"] == "teleported"
        assert refused["retry"]
        assert refused["retry_after_ms"] > 3_600_000


async def test_coming_back_on_another_process_does_not_help(tmp_path: Path) -> None:
    with redis_server() as redis:
        async with (
            game(tmp_path / "a", redis=redis.url) as first,
            game(tmp_path / "a", redis=redis.url) as second,
        ):
            await two_stores(first)
            async with first.player("tom") as tom:
                await catch_here(tom)
            async with second.player("tom") as tom:
                cat = await go_far(tom)
                answer = await tom.catch(cat, "b")
                assert answer["reason"] == "teleported"


async def test_a_catch_waits_for_the_memory_and_is_busy_where_that_cannot_be_had(
    tmp_path: Path,
) -> None:
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street:
            await street.store(plan())
            async with street.player("tom") as tom:
                await tom.stand()
                cat = (await tom.some_cat())["id"]
                redis.nodes[0].client_pause(4_000)
                aimed = await tom.aim(cat)
                assert aimed["type"] == "encounter"
                assert (await tom.throw(cat, "a", aimed["ticket"]))["reason"] == "busy"


async def sanctions(street: Game) -> list[Sanction]:
    """All sanctions, once there is one."""
    found: list[Sanction] = []

    async def are_there() -> bool:
        found[:] = (await street.app.ledger.sanctions.listed(None, 10)).items
        return bool(found)

    await until(are_there)
    return found


async def test_two_sure_signals_are_a_sanction_which_an_admin_sees_and_lifts(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(cats_alive=3, campaign=campaign.id, catches_per_cat=9))
    await street.store(plan(cats_alive=3, campaign=campaign.id, catches_per_cat=9), FAR)
    ledger = street.app.ledger
    async with street.player("tom") as tom:
        await catch_here(tom)
        at_ms = time.time() * 1000
        for number in range(5):
            await tom.stand(at_ms=at_ms + (number % 2) * 3_600_000)
        cat = await go_far(tom)
        assert (await tom.aim(cat))["type"] == "refused"
        lookback = street.app.gateway.street.lookback
        await until(lambda: lookback.no_coupons_until_ms("tom") > 0)
        [made] = await sanctions(street)
        assert made.player == "tom"
        assert {one.signal for one in made.evidence} == {"jump", "clock"}
        assert (made.lat, made.lon) == (round(FAR[0], 2), round(FAR[1], 2))
        assert lookback.no_coupons_until_ms("tom") == made.until_ms
        assert await ledger.sanctions.lift(made.id, "key")
        await until(lambda: lookback.no_coupons_until_ms("tom") == 0)


async def test_whoever_is_sanctioned_catches_on_but_no_coupons(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id))
    await street.store(plan(), destination(*PLACE, 0.0, 30.0))
    until_ms = int(time.time() * 1000) + 60_000
    street.app.gateway.street.lookback.no_coupons["tom"] = until_ms
    async with street.player("tom") as tom:
        await tom.stand()
        await until(lambda: len(tom.cats) == 2)
        with_coupon = next(cat["id"] for cat in tom.cats.values() if "reward" in cat)
        without = next(cat["id"] for cat in tom.cats.values() if "reward" not in cat)
        refused = await tom.aim(with_coupon)
        assert refused["reason"] == "cooling_down"
        assert 0 < refused["retry_after_ms"] <= 60_000
        assert (await tom.catch_surely(without, "a"))["type"] == "caught"


async def test_a_server_that_asks_for_attestations_lets_only_genuine_phones_catch(
    tmp_path: Path,
) -> None:
    async with game(tmp_path) as street:
        signer = SignedVerdicts(SECRET.encode())
        street.app.gateway.street.lookback.verifier = signer
        await street.store(plan(catches_per_cat=9))
        soon_ms = int(time.time() * 1000) + 60_000
        good = signer.sign(Claims("good", True, soon_ms))
        forged = SignedVerdicts(b"x").sign(Claims("forger", True, soon_ms))
        rooted = signer.sign(Claims("bad", False, soon_ms, "unlocked boot loader"))
        for name, attestation, answer in (
            ("good", good, "caught"),
            ("bad", rooted, "mocked_location"),
            ("other", good, "mocked_location"),
            ("old", signer.sign(Claims("old", True, soon_ms - 120_000)), "mocked_location"),
            ("forger", forged, "mocked_location"),
            ("none", None, "mocked_location"),
            ("garbled", "....", "mocked_location"),
        ):
            async with street.player(name, hello={"attestation": attestation}) as phone:
                await phone.stand()
                cat = (await phone.some_cat())["id"]
                said = await phone.catch_surely(cat, "a")
                assert said.get("reason", said["type"]) == answer, name


async def captured_catch(street: Game, player: str) -> dict[str, str]:
    """A catch that was granted, as it went over the wire."""
    async with street.player(player) as phone:
        await phone.stand()
        cat = (await phone.some_cat())["id"]
        for number in range(50):
            aimed = await phone.aim(cat)
            attempt, ticket = f"a-{number}", aimed["ticket"]
            if (await phone.throw(cat, attempt, ticket))["type"] == "caught":
                return {"type": "catch", "attempt": attempt, "cat": cat, "ticket": ticket}
    raise AssertionError("missed fifty times")


async def replayed(street: Game, player: str, captured: dict[str, str], times: int) -> None:
    """The same bytes again and again, on a socket of this player's; a newer one may end it."""
    async with street.socket() as phone:
        await phone.send({"type": "hello", "token": street.token(player)})
        with suppress(ConnectionClosed):
            await phone.stand()
            for _ in range(times):
                await phone.send(captured)
            await phone.next("caught", "refused", "error")


async def test_a_thousand_replays_of_one_captured_catch_give_one_coupon(street: Game) -> None:
    """By the player on ten sockets, each of which ends the one before, and by ten others."""
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=900))
    captured = await captured_catch(street, "victim")
    players = ["victim"] * 10 + [f"thief-{number}" for number in range(10)]
    await asyncio.gather(*(replayed(street, player, captured, 50) for player in players))
    found = await street.app.ledger.merchants.get_campaign(street.merchant, campaign.id)
    assert found is not None
    assert found.issued == 1
    wallet = await street.app.ledger.coupons.wallet("victim", 10)
    assert len(wallet.items) == 1


async def test_of_a_player_who_asks_to_be_forgotten_no_place_stays(tmp_path: Path) -> None:
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street:
            await street.store(plan())
            async with street.player("tom") as tom:
                await catch_here(tom)
                await until(lambda: keys.track("tom") in redis.names())
                headers = {"Authorization": f"Bearer {street.token('tom')}"}
                async with ClientSession() as client:
                    gone = await client.delete(f"{street.app.url}/v1/me", headers=headers)
                    assert gone.status == 204
                assert await tom.closed() == 4003
            await until(lambda: keys.track("tom") not in redis.names())


async def test_of_two_in_lockstep_the_second_is_not_let_catch_however_slow_redis_is(
    tmp_path: Path,
) -> None:
    """The throw waits until the walks were compared."""
    rng = Random(1)
    walk = [destination(*PLACE, rng.uniform(0, 360), rng.uniform(0, 8)) for _ in range(12)]
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street:
            await street.store(plan(catches_per_cat=9))
            async with street.player("one") as one, street.player("two") as two:
                shared, ahead_ms = street.app.gateway.street, [0]
                shared.clock = lambda: int(time.time() * 1000) + ahead_ms[0]
                for number, place in enumerate(walk, 1):
                    ahead_ms[0] += 1_000  # a walk takes its time, a test need not
                    at_ms = time.time() * 1000 + ahead_ms[0]
                    await one.stand(place, at_ms=at_ms)
                    await two.stand(place, at_ms=at_ms)
                    await until(lambda fixes=2 * number: shared.stats.fixes == fixes)
                cat = (await one.some_cat())["id"]
                await until(lambda: cat in two.cats)
                assert (await one.catch_surely(cat, "a"))["type"] == "caught"
                redis.nodes[0].client_pause(700)
                answer = await two.catch(cat, "a")
                assert answer["reason"] == "cooling_down"
                assert answer["retry_after_ms"] > 500_000


async def test_the_first_of_a_troop_is_found_out_though_the_others_are_only_ever_refused(
    tmp_path: Path,
) -> None:
    rng = Random(2)
    walk = [destination(*PLACE, rng.uniform(0, 360), rng.uniform(0, 8)) for _ in range(12)]
    async with game(tmp_path) as street:
        await street.store(plan(catches_per_cat=9))
        async with street.player("one") as one, street.player("two") as two:
            shared, ahead_ms = street.app.gateway.street, [0]
            shared.clock = lambda: int(time.time() * 1000) + ahead_ms[0]
            shared.lookback._clock = shared.clock
            for number, place in enumerate(walk, 1):
                ahead_ms[0] += 1_000
                at_ms = time.time() * 1000 + ahead_ms[0]
                await one.stand(place, at_ms=at_ms)
                await two.stand(place, at_ms=at_ms)
                await until(lambda fixes=2 * number: shared.stats.fixes == fixes)
            cat = (await one.some_cat())["id"]
            memory, aimed_ms = shared.roster.memory("two"), shared.clock()
            assert memory is not None
            assert (await two.aim("no-cat"))["reason"] == "not_visible"
            await until(lambda: memory.looked_ms >= aimed_ms and not memory.is_looking)
            answer = await one.catch(cat, "a")
            assert answer["reason"] == "cooling_down"
            assert answer["retry_after_ms"] > 500_000


async def test_of_a_crowd_at_the_very_same_spot_two_may_catch_and_nobody_else(
    street: Game,
) -> None:
    await street.store(plan(catches_per_cat=9))
    spot = PLACE[0] + 1.2345e-6, PLACE[1]
    answers = []
    for name in ("one", "two", "three", "four"):
        async with street.player(name) as phone:
            await phone.stand(spot)
            cat = (await phone.some_cat())["id"]
            answer = await phone.catch_surely(cat, "a")
            answers.append(answer.get("reason", answer["type"]))
    assert answers == ["caught", "caught", "cooling_down", "cooling_down"]


@pytest.mark.parametrize(
    ("is_granted", "every_ms"), [(True, LOOK_EVERY_MS), (False, REFUSED_EVERY_MS)]
)
async def test_aims_thirty_times_a_second_cost_redis_a_few_looks(
    tmp_path: Path, is_granted: bool, every_ms: int
) -> None:
    """Three hundred of them, by a clock that goes on by 34 ms from one to the next."""
    rng, most = Random(3), 300 * 34 // every_ms
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street:
            await street.store(plan())
            async with street.player("tom") as tom:
                for _ in range(5):
                    await tom.stand(destination(*PLACE, rng.uniform(0, 360), rng.uniform(0, 8)))
                cat = (await tom.some_cat())["id"]
                shared, now_ms = street.app.gateway.street, [int(time.time() * 1000)]
                shared.clock = shared.lookback._clock = lambda: now_ms[0]
                node = redis.nodes[0]
                node.config_set("slowlog-max-len", 100_000)
                node.config_set("slowlog-log-slower-than", 0)
                for _ in range(300):
                    now_ms[0] += 34
                    answer = await tom.aim(cat if is_granted else "no-cat")
                    assert answer["type"] == ("encounter" if is_granted else "refused")
                memory = shared.roster.memory("tom")
                assert memory is not None
                await until(lambda: not memory.is_looking)
                sent = [entry["command"] for entry in node.slowlog_get(-1)]
                looks = sum(c.startswith(b"SET {p:tom}:track") for c in sent)
                assert 1 <= looks <= most + 1
                scripts = sum(c.startswith(b"EVALSHA") and b":steps:" in c for c in sent)
                assert looks <= scripts <= looks + 1, "once the server does not know the script"
