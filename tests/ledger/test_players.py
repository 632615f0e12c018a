import asyncio

from gameserver.game.model import Claim
from gameserver.ledger import players
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.players import Standing
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught, counters


async def test_every_process_has_the_same_secret(url: str, ledger: Ledger):
    async with open_ledger(url) as other:
        both = [ledger.players.secret(), other.players.secret()]
        secrets = await asyncio.gather(*both, *(ledger.players.secret() for _ in range(10)))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) == 32


async def test_every_database_has_a_secret_of_its_own(sqlite_url: str, tmp_path):
    async with (
        open_ledger(sqlite_url) as one,
        open_ledger(f"sqlite:///{tmp_path}/two.db", migrate=True) as two,
    ):
        assert await one.players.secret() != await two.players.secret()


async def test_a_ban_lasts_until_its_time(ledger: Ledger, clock: Clock):
    assert not await ledger.players.is_banned("ann")
    await ledger.players.ban("ann", NOW + 10, "spoofing", "key-1")
    assert await ledger.players.is_banned("ann")
    clock.now_ms = NOW + 10
    assert not await ledger.players.is_banned("ann")


async def test_a_ban_without_end_lasts_until_it_is_lifted(ledger: Ledger, clock: Clock):
    await ledger.players.ban("ann", None, "spoofing", "key-1")
    clock.now_ms = NOW * 2
    assert await ledger.players.is_banned("ann")
    assert await ledger.players.unban("ann")
    assert not await ledger.players.is_banned("ann")
    assert not await ledger.players.unban("ann")
    assert not await ledger.players.unban("bob")


async def test_processes_learn_of_bans_in_order(ledger: Ledger):
    await ledger.players.ban("ann", None, "", "k")
    await ledger.players.ban("bob", NOW, "", "k")
    ann, bob = await ledger.players.banned_since(0)
    assert ann == Standing("ann", True, None, False, ann.rev)
    assert bob == Standing("bob", True, NOW, False, bob.rev)
    assert await ledger.players.banned_since(0, 1) == [ann]
    assert await ledger.players.banned_since(ann.rev) == [bob]
    await ledger.players.unban("ann")
    (changed,) = await ledger.players.banned_since(bob.rev)
    assert (changed.player, changed.banned) == ("ann", False)


async def test_a_forgotten_player_leaves_accounts_that_balance_and_no_trace(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 10)
    item = caught(sale, player="ann")
    await ledger.coupons.issue([item], NOW)
    await ledger.catches.record(
        [Claim(item.catch, item.cat, "ann", "my-attempt", "tabby", 5, "store", NOW, sale)], NOW
    )
    await ledger.players.forget("ann")
    assert (await ledger.coupons.wallet("ann", 10)).items == []
    assert (await ledger.catches.of_player("ann", 10)).items == []
    assert (await ledger.catches.summary("ann")).catches == 0
    assert await ledger.catches.leaderboard("all", 10, NOW) == []
    assert await counters(ledger, shop, sale) == (0, 1, 0)
    (again,) = await ledger.coupons.issue([item], NOW)
    assert again.status == "already"
    assert again.coupon is not None
    assert again.coupon.player != "ann"


async def test_a_forgotten_player_is_gone_for_good(ledger: Ledger):
    await ledger.players.forget("ann")
    await ledger.players.forget("ann")
    assert await ledger.players.is_banned("ann")
    await ledger.players.unban("ann")
    (standing,) = await ledger.players.banned_since(0)
    assert standing == Standing("ann", True, None, True, standing.rev)
    await ledger.catches.record([Claim("c", "cat", "ann", "1", "tabby", 5, "store", NOW)], NOW)
    assert (await ledger.catches.of_player("ann", 10)).items == []


async def test_what_was_on_its_way_when_a_player_went_is_taken_out_later(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 10)
    await asyncio.gather(
        *(ledger.coupons.issue([caught(sale, player="ann")], NOW) for _ in range(10)),
        ledger.players.forget("ann"),
    )
    await ledger.db.write(players.forget_leftovers, 10)
    assert (await ledger.coupons.wallet("ann", 10)).items == []
    assert await ledger.db.write(players.forget_leftovers, 10) == 0
