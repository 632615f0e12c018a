"""What a process that died left behind is finished by the region's keeper."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from gameserver.coupons.client import NotTaken
from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Claim, IssueItem, IssueResult, Reservation, catch_id
from gameserver.keeper.leftovers import OWED_AFTER_MS
from gameserver.ledger.coupons import LedgerCoupons
from gameserver.live.claims import Won
from tests.servers.game import PLACE, Game, plan
from tests.waiting import until


async def claim_and_die(street: Game, player: str) -> Claim:
    """Win a cat as a gateway that dies before it asks for the coupon."""
    cat = await a_cat(street)
    claim = Claim(
        catch=catch_id(cat.id, player, "last"),
        cat=cat.id,
        player=player,
        attempt="last",
        species=cat.species,
        points=10,
        store=cat.store,
        at_ms=street.app.gateway.street.clock(),
        campaign=cat.campaign,
        title=cat.title,
    )
    won = await street.app.live.claim_cat(claim, claim.at_ms)
    assert isinstance(won, Won)
    return claim


async def a_cat(street: Game) -> Cat:
    found: list[Cat] = []

    async def there() -> bool:
        snapshot = await street.app.live.snapshot(region_of(*PLACE))
        found.extend(cat for cat, left in snapshot.cats if left > 0)
        return bool(found)

    await until(there)
    return found[0]


async def wallet(street: Game, player: str) -> list[str]:
    page = await street.app.ledger.coupons.wallet(player, 10)
    return [coupon.code for coupon in page.items]


async def test_a_claim_whose_gateway_died_becomes_a_coupon_and_the_player_hears_of_it(
    street: Game,
) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id))
    async with street.player("alice") as alice:
        await until(lambda: street.app.gateway.street.roster.sessions["alice"].registered)
        await claim_and_die(street, "alice")
        told = await alice.next("coupon")
    assert told["attempt"] == "last"
    assert told["coupon"]["state"] == "active"
    assert await wallet(street, "alice") == [told["coupon"]["code"]]
    region = region_of(*PLACE)

    async def outbox_is_empty() -> bool:
        return not await street.app.live.unfinished(region, 2**50, 10)

    await until(outbox_is_empty)
    assert (await street.app.ledger.catches.summary("alice")).catches == 1


async def test_a_claim_for_which_there_is_no_coupon_gives_its_place_back(street: Game) -> None:
    campaign = await street.campaign(per_player=1)
    await street.store(plan(campaign=campaign.id, cats_alive=2))
    async with street.player("alice") as alice, street.player("bob") as bob:
        await alice.stand()
        await bob.stand()
        await alice.some_cat()
        assert (await alice.catch_surely(next(iter(alice.cats)), "first"))["type"] == "caught"
        claim = await claim_and_die(street, "alice")
        told = await alice.next("coupon")
        assert told["coupon"]["state"] == "void"
        assert told["coupon"]["code"] is None
        await until(lambda: claim.cat in bob.cats)
        assert (await bob.catch_surely(claim.cat, "mine"))["type"] == "caught"
    assert len(await wallet(street, "alice")) == 1


async def test_a_catch_that_the_coupon_service_does_not_take_keeps_no_other_from_its_coupon(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that is in the outbox nor one that the books owe."""
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=10))
    issue = LedgerCoupons.issue

    async def choosy(
        self: LedgerCoupons, items: Sequence[IssueItem], now_ms: int
    ) -> list[IssueResult]:
        if any(item.player.startswith("strange") for item in items):
            raise NotTaken("422")
        return await issue(self, items, now_ms)

    monkeypatch.setattr(LedgerCoupons, "issue", choosy)
    claims = [await claim_and_die(street, name) for name in ("strange", "alice", "bob")]
    cat, before_ms = claims[0].cat, claims[0].at_ms - OWED_AFTER_MS
    owed = [
        replace(claims[0], catch=catch_id(cat, name, "owed"), player=name, at_ms=before_ms)
        for name in ("strange too", "carol")
    ]
    await street.app.ledger.catches.record(owed, before_ms, {claim.catch for claim in owed})
    for player in ("alice", "bob", "carol"):

        async def has_it(player: str = player) -> bool:
            return len(await wallet(street, player)) == 1

        await until(has_it)
    region = region_of(*PLACE)

    async def only_the_strange_one_is_left() -> bool:
        left = await street.app.live.unfinished(region, 2**50, 10)
        return [entry.claim and entry.claim.player for entry in left] == ["strange"]

    await until(only_the_strange_one_is_left)  # a coupon is there before its entry is finished
    monkeypatch.setattr(LedgerCoupons, "issue", issue)

    async def all_have_theirs() -> bool:
        return all([await wallet(street, name) for name in ("strange", "strange too")])

    await until(all_have_theirs)


async def test_a_reservation_whose_cat_never_came_is_released_after_its_lease(
    street: Game,
) -> None:
    campaign = await street.campaign(stock=10)
    store = await street.store(plan(campaign=campaign.id))
    cat = await a_cat(street)
    now_ms = street.app.gateway.street.clock()
    lost = f"{region_of(store.lat, store.lon)}-neverspawned"
    foreign = "somebody-elses"
    wanted = [Reservation(name, campaign.id, 3, now_ms + 1_000) for name in (lost, foreign)]
    assert await street.app.ledger.coupons.reserve(wanted, now_ms) == [3, 3]
    leftovers, regions = street.app.keeper.leftovers, street.app.keeper.held
    await leftovers.release_lapsed(regions, now_ms + 2_000)
    assert await reserved(street, campaign.id) == 7
    await leftovers.release_lapsed(regions, now_ms + 3_600_000)
    # The cat that stands keeps its own, whatever the time, and so does what is not a cat of ours.
    assert await reserved(street, campaign.id) == 4
    assert await street.app.live.alive([cat.id]) == [True]


async def reserved(street: Game, campaign: str) -> int:
    found = await street.app.ledger.merchants.get_campaign(street.merchant, campaign)
    assert found is not None
    return found.reserved
