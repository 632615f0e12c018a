import asyncio

from gameserver.game.model import Claim
from gameserver.ledger.catches import Summary
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.paging import Page
from gameserver.ledger.scores import Score
from tests.ledger.shop import NOW, Shop, campaign, caught


def claim(player: str, number: int, points: int = 10, at_ms: int = NOW) -> Claim:
    cat = f"872830828-{number}"
    return Claim(f"{player}-{number}", cat, player, str(number), "tabby", points, "store", at_ms)


async def test_a_catch_is_recorded_once_however_often_it_is_brought(ledger: Ledger):
    one = claim("ann", 1)
    await ledger.catches.record([one, one], NOW)
    await ledger.catches.record([one, claim("ann", 2)], NOW)
    await asyncio.gather(*(ledger.catches.record([one], NOW) for _ in range(10)))
    assert await ledger.catches.summary("ann") == Summary(2, 20, {"tabby": 2})
    assert await ledger.catches.leaderboard("all", 10, NOW) == [Score("ann", 20, 2)]


async def test_a_catch_brought_by_many_at_once_scores_once(ledger: Ledger):
    batch = [claim("ann", n) for n in range(5)]
    await asyncio.gather(*(ledger.catches.record(batch, NOW) for _ in range(10)))
    assert await ledger.catches.leaderboard("all", 10, NOW) == [Score("ann", 50, 5)]


async def test_a_player_has_one_catch_of_a_cat(ledger: Ledger):
    first, second = claim("ann", 1), claim("ann", 1)
    await ledger.catches.record([first], NOW)
    await ledger.catches.record(
        [Claim("another", second.cat, "ann", "9", "tabby", 10, "store", NOW)], NOW
    )
    assert (await ledger.catches.summary("ann")).catches == 1


async def test_nothing_recorded_is_nothing_caught(ledger: Ledger):
    await ledger.catches.record([], NOW)
    assert await ledger.catches.summary("ann") == Summary(0, 0, {})
    assert await ledger.catches.leaderboard("week", 10, NOW) == []


async def test_catches_are_listed_the_newest_first_page_by_page(ledger: Ledger):
    claims = [claim("ann", n, at_ms=NOW + n // 2) for n in range(7)]
    await ledger.catches.record([*claims, claim("bob", 1)], NOW)
    seen, cursor = [], None
    while True:
        page = await ledger.catches.of_player("ann", 3, cursor)
        seen += [each.catch for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [each.catch for each in reversed(claims)]


async def test_a_catch_is_listed_with_all_that_is_known_of_it(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    item = caught(sale, player="ann")
    await ledger.coupons.issue([item], NOW)
    await ledger.catches.record(
        [Claim(item.catch, item.cat, "ann", "my-1", "lucky", 50, "store", NOW + 3, sale)], NOW
    )
    (found,) = (await ledger.catches.of_player("ann", 3)).items
    assert (found.catch, found.cat, found.attempt) == (item.catch, item.cat, "my-1")
    assert (found.species, found.points, found.store) == ("lucky", 50, "store")
    assert (found.at_ms, found.campaign) == (NOW + 3, sale)


async def test_a_catch_without_its_coupon_is_owed_one_or_has_a_reason(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 0)
    item = caught(sale, player="ann")
    told = Claim(item.catch, item.cat, "ann", "1", "tabby", 5, "store", NOW, sale, "")
    assert await ledger.catches.record([told], NOW, {item.catch}) == [True]
    assert await ledger.catches.owed(NOW, 10) == Page([], None)
    assert await ledger.catches.owed(NOW + 1, 10) == Page([told], None)
    assert [check for check in await ledger.audit() if not check.ok] == []
    await ledger.catches.settle({item.catch: "sold_out"})
    assert await ledger.catches.owed(NOW + 1, 10) == Page([], None)
    assert (await ledger.catches.summary("ann")).catches == 1


async def test_a_coupon_that_came_is_owed_no_more(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    item = caught(sale, player="ann")
    told = Claim(item.catch, item.cat, "ann", "1", "tabby", 5, "store", NOW, sale)
    await ledger.catches.record([told], NOW, {item.catch})
    await ledger.coupons.issue([item], NOW)
    await ledger.catches.record([told], NOW)
    assert await ledger.catches.owed(NOW + 1, 10) == Page([], None)
    await ledger.catches.record([told], NOW, {item.catch})  # somebody who was slow
    assert await ledger.catches.owed(NOW + 1, 10) == Page([], None)
    await ledger.catches.settle({item.catch: "sold_out"})
    assert [coupon.catch for coupon in await ledger.coupons.of_catches([item.catch])]


async def test_owed_coupons_are_read_the_oldest_first_page_by_page(ledger: Ledger):
    claims = [claim("ann", n, at_ms=NOW + n // 2) for n in range(7)]
    await ledger.catches.record(claims, NOW, {each.catch for each in claims})
    seen, cursor = [], None
    while True:
        page = await ledger.catches.owed(NOW + 9, 3, cursor)
        seen += [each.catch for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [each.catch for each in claims]
    await ledger.catches.settle({each.catch: "sold_out" for each in claims})


async def test_a_second_catch_of_a_cat_by_the_same_player_does_not_stand(ledger: Ledger):
    first = claim("ann", 1)
    second = Claim("another", first.cat, "ann", "9", "tabby", 10, "store", NOW)
    assert await ledger.catches.record([first], NOW) == [True]
    assert await ledger.catches.record([second, first], NOW) == [False, True]
    assert (await ledger.catches.summary("ann")).catches == 1


async def test_a_catch_knows_its_attempt(ledger: Ledger):
    first = claim("ann", 1)
    await ledger.catches.record([first], NOW)
    found = await ledger.catches.attempts([first.catch, "no catch"])
    assert found == {first.catch: first.attempt}


async def test_batches_over_the_same_players_in_any_order_all_get_through(ledger: Ledger):
    names = [f"p{n}" for n in range(10)]
    batches = [
        [claim(player, turn) for player in (names, names[::-1])[turn % 2]] for turn in range(20)
    ]
    await asyncio.gather(*(ledger.catches.record(batch, NOW) for batch in batches))
    board = await ledger.catches.leaderboard("all", 20, NOW)
    assert {(score.points, score.catches) for score in board} == {(200, 20)}
