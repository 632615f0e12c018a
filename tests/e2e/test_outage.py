"""A game whose coupon service is away in every way that there is, and comes back."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gameserver.auditing import audit_stores
from gameserver.config import Config
from gameserver.game.geo import region_of
from gameserver.ledger.stores import NewStore, Store
from tests.servers.game import PLACE, Game, Phone, Service, coupon_service, game, plan
from tests.servers.moody import Mood
from tests.waiting import until

OUTAGES = [Mood.GONE, Mood.SLOW, Mood.BROKEN, Mood.GARBAGE, Mood.DROPPING]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A coupon service whose books must still balance when the test is over."""
    async with coupon_service(tmp_path / "coupons") as service:
        yield service
        assert [check for check in await service.books.audit() if not check.ok] == []


@pytest.fixture
async def street(tmp_path: Path, service: Service) -> AsyncIterator[Game]:
    """A game that asks this service; the books of both must agree when the test is over."""
    async with game(tmp_path / "game", coupons=service) as street:
        yield street
        whole = Config(data_dir=tmp_path / "game", coupons=service.url, coupons_key=service.key)
        assert [check for check in await audit_stores(whole) if not check.ok] == []


async def wallet(service: Service, player: str) -> list[str]:
    return [coupon.code for coupon in (await service.books.coupons.wallet(player, 10)).items]


def couponed(phone: Phone) -> list[str]:
    """The cats with coupons that a player sees."""
    return [cat["id"] for cat in phone.cats.values() if cat.get("reward")]


def plain(phone: Phone, store: Store) -> list[str]:
    return [cat["id"] for cat in phone.cats.values() if cat["store"]["id"] == store.id]


async def alive(street: Game) -> set[str]:
    """The cats with coupons that anybody might see."""
    cats = (await street.app.live.snapshot(region_of(*PLACE))).cats
    return {cat.id for cat, left in cats if cat.campaign is not None and left > 0}


@pytest.mark.parametrize("outage", OUTAGES)
async def test_play_goes_on_without_the_service_and_what_is_owed_comes_when_it_is_back(
    service: Service, street: Game, outage: Mood, caplog: pytest.LogCaptureFixture
) -> None:
    campaign = await street.campaign(stock=40)
    await street.store(plan(campaign=campaign.id, cats_alive=2))
    first = await street.store(plan())
    async with street.player("alice") as alice:
        async with street.player("bob") as bob:
            for phone in (alice, bob):
                await phone.stand()
            await until(lambda: len(couponed(alice)) == len(couponed(bob)) == 2)
            await until(lambda: plain(alice, first))
            mine, bobs = couponed(alice)
            await service.moody.be(outage)
            got = await alice.catch_surely(plain(alice, first)[0], "plain")
            assert (got["type"], got["coupon"]) == ("caught", None)
            promised = await alice.catch_surely(mine, "mine")
            promised_bob = await bob.catch_surely(bobs, "bobs")
            for said in (promised, promised_bob):
                assert said["type"] == "caught"
                assert (said["coupon"]["state"], said["coupon"]["code"]) == ("pending", None)
        second = await street.store(plan())
        await until(lambda: plain(alice, second))  # which is told to who stands where it comes
        await until(lambda: "no coupons can be reserved" in caplog.text)
        assert await alive(street) == set()
        assert not couponed(alice)
        await service.moody.be(Mood.WELL)
        news = await alice.next("coupon")
        assert news["attempt"] == promised["attempt"]
        assert news["coupon"]["state"] == "active"
        await until(lambda: len(couponed(alice)) == 2)
        assert await wallet(service, "alice") == [news["coupon"]["code"]]

        async def bob_has_his() -> bool:
            return len(await wallet(service, "bob")) == 1

        await until(bob_has_his)

        async def only_cats_hold_coupons() -> bool:
            found = await service.books.merchants.get_campaign(street.merchant, campaign.id)
            assert found is not None
            return (found.reserved, found.issued) == (2, 2)

        await until(only_cats_hold_coupons)
        assert (await alice.catch_surely(couponed(alice)[0], "more"))["coupon"]["code"]
        assert len([told for told in alice.told if told["type"] == "coupon"]) == 1


async def test_what_was_set_aside_for_cats_that_never_came_is_given_back(
    service: Service, street: Game, caplog: pytest.LogCaptureFixture
) -> None:
    """Each cat that was asked for in vain has another name: a campaign would run out of them."""
    campaign = await street.campaign(stock=40)
    await street.store(plan(campaign=campaign.id))

    async def reserved() -> int:
        found = await service.books.merchants.get_campaign(street.merchant, campaign.id)
        assert found is not None
        return found.reserved

    async def is_reserved() -> bool:
        return await reserved() == len(await alive(street)) == 1

    await until(is_reserved)
    await service.moody.be(Mood.DROPPING, "/v1/reserve")
    await street.store(plan(campaign=campaign.id, cats_alive=3))

    async def is_set_aside_for_nobody() -> bool:
        return await reserved() > 1

    await until(is_set_aside_for_nobody)
    await until(lambda: "no coupons can be reserved" in caplog.text)
    assert len(await alive(street)) == 1
    await service.moody.be(Mood.WELL)

    async def only_cats_hold_coupons() -> bool:
        return await reserved() == len(await alive(street)) == 4

    await until(only_cats_hold_coupons)


async def test_fixes_are_answered_while_every_answer_of_the_service_is_waited_for(
    service: Service, street: Game
) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id))
    far = PLACE[0] + 0.05, PLACE[1]
    there = await street.store(plan(), far)
    async with street.player("alice") as alice, street.player("bob") as bob:
        await alice.stand()
        cat = await alice.some_cat()
        encounter = await alice.aim(cat["id"])
        street.app.gateway.street.rng.seed(1)
        await service.moody.be(Mood.SLOW)
        throw = {"type": "catch", "attempt": "a", "cat": cat["id"], "ticket": encounter["ticket"]}
        await alice.send(throw)
        await until(lambda: service.moody.under_way > 0)
        await bob.stand(far)
        await until(lambda: plain(bob, there))
        assert (await bob.catch_surely(plain(bob, there)[0], "b"))["type"] == "caught"


async def test_a_game_that_starts_without_the_service_serves_cats_without_coupons(
    tmp_path: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    await service.moody.be(Mood.GONE)
    with caplog.at_level(logging.WARNING):
        async with game(tmp_path / "game", coupons=service) as street:
            campaign = await street.campaign()
            await street.store(plan(campaign=campaign.id))
            store = await street.store(plan())
            async with street.player("alice") as alice:
                await alice.stand()
                await until(lambda: plain(alice, store))
                await until(lambda: "reading campaigns put off" in caplog.text)
                assert (await alice.catch_surely(plain(alice, store)[0], "a"))["coupon"] is None
                assert not couponed(alice)
                assert await alive(street) == set()
                await service.moody.be(Mood.WELL)
                await until(lambda: couponed(alice))
                assert (await alice.catch_surely(couponed(alice)[0], "b"))["coupon"]["code"]


@asynccontextmanager
async def caught_coupon(street: Game, store_plan: Any) -> AsyncIterator[tuple[Phone, Any]]:
    """A player on line with a coupon, and what was said of it."""
    await street.store(store_plan)
    async with street.player("alice") as alice:
        await alice.stand()
        await until(lambda: couponed(alice))
        caught = await alice.catch_surely(couponed(alice)[0], "try")
        assert caught["coupon"]["state"] == "active"
        yield alice, caught


async def post(url: str, key: str, path: str, body: Any) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as client,
        client.post(url + path, json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def test_what_happens_at_any_till_reaches_the_phone(service: Service, street: Game) -> None:
    """At one that asks the game server, and at one that asks the coupon service itself."""
    campaign = await street.campaign()
    merchants = service.books.merchants
    shop = await merchants.create_store(street.merchant, NewStore(name="Till", lat=1.3, lon=103.8))
    key = await merchants.add_key(street.merchant, "merchant")
    assert isinstance(shop, Store)
    assert key is not None
    corner = await street.store(None)
    async with caught_coupon(street, plan(campaign=campaign.id)) as (alice, caught):
        path = f"/v1/coupons/{caught['coupon']['code']}"
        await post(street.app.url, street.key, f"{path}/redeem", {"store": corner.id})
        await post(service.url, key.key, f"{path}/reverse", {"reason": "a mistake"})
        await post(service.url, key.key, f"{path}/redeem", {"store": shop.id})
        await post(street.app.url, street.key, f"{path}/reverse", {"reason": "another"})
        await post(street.app.url, street.key, f"{path}/void", {"reason": "a misprint"})

        def is_void() -> bool:
            news = [told for told in alice.told if told["type"] == "coupon"]
            return bool(news) and news[-1]["coupon"]["state"] == "void"

        await until(is_void)
        news = [told for told in alice.told if told["type"] == "coupon"]
        assert len(news) == 5  # each change is told, with the coupon as it is by then
        assert {told["attempt"] for told in news} == {caught["attempt"]}
        assert {told["coupon"]["code"] for told in news} == {caught["coupon"]["code"]}


async def test_a_redemption_during_the_outage_is_told_when_the_service_is_back(
    service: Service, street: Game
) -> None:
    campaign = await street.campaign()
    merchants = service.books.merchants
    shop = await merchants.create_store(street.merchant, NewStore(name="Till", lat=1.3, lon=103.8))
    key = await merchants.add_key(street.merchant, "clerk")
    assert isinstance(shop, Store)
    assert key is not None
    async with caught_coupon(street, plan(campaign=campaign.id)) as (alice, caught):
        followed = [request for request in service.moody.requests if "after=" in request.line]
        await until(lambda: len(service.moody.requests) > len(followed))
        await service.moody.be(Mood.GONE)
        path = f"/v1/coupons/{caught['coupon']['code']}/redeem"
        await post(service.url, key.key, path, {"store": shop.id})
        await service.moody.be(Mood.WELL)
        news = await alice.next("coupon")
        assert (news["attempt"], news["coupon"]["state"]) == (caught["attempt"], "redeemed")
