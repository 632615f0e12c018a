"""Redis has lost a claim, as a power cut makes it, and its player asks again for the answer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import redis

from gameserver.awards.awards import Awards
from gameserver.game.geo import region_of
from gameserver.game.model import Claim, Coupon, IssueItem, catch_id
from gameserver.keeper.leftovers import OWED_AFTER_MS
from gameserver.ledger.coupons import LedgerCoupons
from gameserver.protocol import Catch
from tests.servers.game import PLACE, Game, plan
from tests.waiting import until

DAY_MS = 86_400_000
ANOTHER_TICKET = "the ticket of another session"


async def test_a_catch_that_redis_has_lost_is_answered_from_the_books(
    street: Game, tmp_path: Path
) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        caught = await alice.catch_surely(cat, "try")
    await forget_everything(street, tmp_path)
    async with street.player("alice") as alice:
        again = await alice.throw(cat, caught["attempt"], ANOTHER_TICKET)
    assert again == caught


async def test_a_catch_without_a_coupon_is_answered_from_the_books_too(
    street: Game, tmp_path: Path
) -> None:
    await street.store(plan())
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        caught = await alice.catch_surely(cat, "try")
    await forget_everything(street, tmp_path)
    async with street.player("alice") as alice:
        again = await alice.throw(cat, caught["attempt"], ANOTHER_TICKET)
    assert again == caught


async def test_a_catch_whose_coupon_alone_was_written_is_recorded_when_it_is_asked_for_again(
    street: Game,
) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        code = await issue(street, cat, "lost", campaign.id)
        again = await alice.throw(cat, "lost", ANOTHER_TICKET)
    assert again["type"] == "caught"
    assert again["coupon"]["code"] == code
    [kept] = (await street.app.ledger.catches.of_player("alice", 10)).items
    assert kept.attempt == "lost"


async def test_who_has_the_coupon_of_a_cat_that_is_gone_has_caught_it_already(
    street: Game,
) -> None:
    """What kind of cat it was is lost with it: there is no catch to be told of, only the coupon."""
    campaign = await street.campaign()
    cat = "10c613485-0123456789ab"
    await issue(street, cat, "lost", campaign.id)
    async with street.player("alice") as alice:
        await alice.stand()
        again = await alice.throw(cat, "lost", ANOTHER_TICKET)
    assert again["reason"] == "already_caught"


async def test_a_coupon_that_is_owed_comes_though_redis_has_lost_the_claim(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        await owe(street, cat, campaign.id, ago_ms=OWED_AFTER_MS + 1_000)
        told = await alice.next("coupon")
        assert (told["attempt"], told["coupon"]["state"]) == ("promised", "active")
        again = await alice.throw(cat, "promised", ANOTHER_TICKET)
        assert again["coupon"] == told["coupon"]
    [held] = (await street.app.ledger.coupons.wallet("alice", 10)).items
    assert held.code == told["coupon"]["code"]


async def test_a_promise_that_cannot_be_kept_is_withdrawn_and_the_catch_stands(
    street: Game,
) -> None:
    campaign = await street.campaign(stock=0)
    await street.store(plan(cats_alive=0))
    cat = f"{region_of(*PLACE)}-0123456789ab"
    async with street.player("alice") as alice:
        await alice.stand()
        await owe(street, cat, campaign.id, ago_ms=OWED_AFTER_MS + 1_000)
        told = await alice.next("coupon")
        assert (told["attempt"], told["coupon"]["state"]) == ("promised", "void")
    assert (await street.app.ledger.catches.summary("alice")).catches == 1
    assert [check for check in await street.app.ledger.audit() if not check.ok] == []


async def test_who_was_forgotten_meanwhile_gets_no_coupon_any_more(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
    await owe(street, cat, campaign.id, ago_ms=0)
    await street.app.ledger.players.forget("alice")
    now_ms = street.app.gateway.street.clock()
    [owed] = (await street.app.ledger.catches.owed(now_ms + 1, 10)).items
    assert await street.app.keeper.leftovers.awards.pay([owed]) == []
    assert (await street.app.ledger.catches.owed(now_ms + 1, 10)).items == []
    assert await street.app.ledger.coupons.of_catches([owed.catch]) == []


async def test_another_try_at_a_cat_whose_coupon_is_owed_gets_no_second_one(street: Game) -> None:
    """Redis knows nothing of the first, which is in the books alone."""
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    async with street.player("alice") as alice, street.player("bob") as bob:
        await alice.stand()
        await bob.stand()
        cat = (await alice.some_cat())["id"]
        await owe(street, cat, campaign.id, ago_ms=0)
        refused = await alice.catch_surely(cat, "second")
        assert refused["reason"] == "already_caught"
        assert (await street.app.ledger.coupons.wallet("alice", 10)).items == []
        left = (await bob.some_cat())["left"]
        assert left == 5
    [kept] = (await street.app.ledger.catches.of_player("alice", 10)).items
    assert kept.attempt == "promised"


async def owe(street: Game, cat: str, campaign: str, *, ago_ms: int) -> None:
    """Record a catch of alice's whose coupon is still to come."""
    at_ms = street.app.gateway.street.clock() - ago_ms
    name = catch_id(cat, "alice", "promised")
    store = "sto_1"
    owed = Claim(name, cat, "alice", "promised", "parcel", 3, store, at_ms, campaign, "A tea")
    await street.app.ledger.catches.record([owed], at_ms, {name})


async def forget_everything(street: Game, data_dir: Path) -> None:
    """What is remembered of players who are gone, and all that Redis has."""
    roster = street.app.gateway.street.roster
    await until(lambda: not roster.sessions)
    roster.forget_the_gone(street.app.gateway.street.clock() + DAY_MS)
    with redis.Redis(unix_socket_path=str(data_dir / "redis" / "redis.sock")) as client:
        client.flushall()


async def issue(street: Game, cat: str, attempt: str, campaign: str) -> str:
    """The code of a coupon that alice was given for a catch, before the server died."""
    item = IssueItem(
        catch=catch_id(cat, "alice", attempt),
        cat=cat,
        player="alice",
        campaign=campaign,
        store="sto_1",
        at_ms=street.app.gateway.street.clock(),
    )
    [result] = await street.app.ledger.coupons.issue([item], item.at_ms)
    assert result.coupon is not None
    return result.coupon.code


async def test_attempts_that_there_never_were_cost_the_coupon_service_little(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, asked = street.app, list[int]()
    of_catches = LedgerCoupons.of_catches

    async def counted(self: LedgerCoupons, catches: Sequence[str]) -> list[Coupon]:
        asked.append(len(catches))
        return await of_catches(self, catches)

    monkeypatch.setattr(LedgerCoupons, "of_catches", counted)
    cat = f"{region_of(*PLACE)}-made-up"
    async with Awards(app.live, app.ledger.coupons, app.ledger.catches, lambda: 0) as awards:
        answers = await asyncio.gather(
            *(awards.recall(f"p{n}", Catch(f"a{n}", cat, ANOTHER_TICKET)) for n in range(200))
        )
    assert set(answers) == {None}
    assert sum(asked) == 200
    assert len(asked) < 100
