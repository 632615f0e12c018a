"""Cats come and go by their region's keeper only, once, however often it is asked for."""

import random

import pytest

from gameserver.game.model import Cat
from gameserver.live import Already, Gone, LeaseLost, Live, Won
from gameserver.live.keys import GONE_MS
from tests.live.street import (
    ELSEWHERE,
    KEEPER,
    LATER_MS,
    LEASE_MS,
    NOON_MS,
    REGION,
    cat,
    claim,
    seen,
    spawn,
    win,
)
from tests.servers.redis import RedisServer


def named(cats: list[tuple[Cat, int]]) -> dict[str, tuple[Cat, int]]:
    """Cats in no order, each once."""
    found = {cat.id: (cat, left) for cat, left in cats}
    assert len(found) == len(cats)
    return found


async def test_spawned_cats_are_seen_as_they_were_made(live: Live) -> None:
    tom, kitty = cat("tom", 3), cat("kitty", campaign=None)
    await spawn(live, tom, kitty)
    snapshot = await live.snapshot(REGION)
    assert named(snapshot.cats) == named([(tom, 3), (kitty, 1)])


async def test_only_the_holder_of_the_lease_may_change_cats(live: Live) -> None:
    tom = cat("tom")
    with pytest.raises(LeaseLost):
        await live.spawn_cats(REGION, [tom], KEEPER, NOON_MS)
    await spawn(live, tom)
    with pytest.raises(LeaseLost):
        await live.spawn_cats(REGION, [cat("kitty")], "a stranger", NOON_MS)
    with pytest.raises(LeaseLost):
        await live.expire_cats(REGION, [tom.id], "a stranger", LATER_MS)
    with pytest.raises(LeaseLost):
        await live.withdraw_cats(REGION, [tom.id], "a stranger", NOON_MS)
    assert await seen(live) == {tom.id: 1}


async def test_a_keeper_whose_lease_went_to_another_changes_nothing_more(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    await live.release_region(REGION, KEEPER)
    assert await live.acquire_region(REGION, "keeper-2", LEASE_MS)
    with pytest.raises(LeaseLost):
        await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS)
    assert await seen(live) == {tom.id: 1}


async def test_a_cat_whose_time_has_passed_is_not_spawned(live: Live) -> None:
    await live.acquire_region(REGION, KEEPER, LEASE_MS)
    late, tom = cat("late", expires_ms=NOON_MS), cat("tom")
    assert await live.spawn_cats(REGION, [late, tom], KEEPER, NOON_MS) == [tom.id]
    assert await seen(live) == {tom.id: 1}


async def test_spawning_a_cat_again_gives_no_catch_back(live: Live) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    await win(live, tom, "ada")
    await spawn(live, tom)
    assert await seen(live) == {tom.id: 1}


async def test_spawning_a_cat_that_was_caught_out_does_not_bring_it_back(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    await win(live, tom, "ada")
    before = await live.snapshot(REGION)
    await spawn(live, tom)
    assert await live.snapshot(REGION) == before
    assert await live.claim_cat(claim(tom, "bob"), NOON_MS) == Gone()


async def test_a_removed_cat_is_not_spawned_again_by_a_late_repetition(live: Live) -> None:
    tom, kitty = cat("tom"), cat("kitty")
    await spawn(live, tom, kitty)
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS)
    await live.expire_cats(REGION, [kitty.id], KEEPER, LATER_MS)
    assert await live.spawn_cats(REGION, [tom, kitty], KEEPER, NOON_MS) == []
    assert await seen(live) == {}


async def test_many_cats_spawn_and_go_in_one_call(live: Live) -> None:
    cats = [cat(f"n{n}") for n in range(333)]
    await spawn(live, *cats)
    assert await seen(live) == {cat.id: 1 for cat in cats}
    await live.withdraw_cats(REGION, [cat.id for cat in cats], KEEPER, NOON_MS)
    assert await seen(live) == {}
    assert len(await live.unfinished(REGION, LATER_MS, 1000)) == 333


async def test_a_cat_that_is_due_goes_and_its_reservation_is_to_be_released(live: Live) -> None:
    tom, free = cat("tom", 2), cat("free", campaign=None)
    await spawn(live, tom, free)
    start = (await live.snapshot(REGION)).last_id
    await live.expire_cats(REGION, [tom.id, free.id], KEEPER, LATER_MS)
    assert await live.census(REGION) == []
    events = (await live.read({REGION: start})).regions[REGION]
    assert [(event.kind, event.cat_id) for event in events] == [
        ("vanish", tom.id),
        ("vanish", free.id),
    ]
    [entry] = await live.unfinished(REGION, LATER_MS + 1, 10)
    assert (entry.kind, entry.cat, entry.campaign, entry.claim) == ("expired", tom.id, "tea", None)
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == Gone()


async def test_a_cat_that_is_not_due_does_not_expire(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    await live.expire_cats(REGION, [tom.id], KEEPER, LATER_MS - 1)
    assert await seen(live) == {tom.id: 1}
    assert await live.unfinished(REGION, LATER_MS, 10) == []


async def test_a_withdrawn_cat_goes_before_its_time(live: Live) -> None:
    tom, kitty = cat("tom"), cat("kitty")
    await spawn(live, tom, kitty)
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS + 1)
    assert await seen(live) == {kitty.id: 1}
    [entry] = await live.unfinished(REGION, LATER_MS, 10)
    assert (entry.kind, entry.cat, entry.at_ms) == ("expired", tom.id, NOON_MS + 1)


async def test_a_cat_that_was_caught_out_goes_without_a_second_vanish(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    await win(live, tom, "ada")
    start = (await live.snapshot(REGION)).last_id
    await live.expire_cats(REGION, [tom.id], KEEPER, LATER_MS)
    assert (await live.read({REGION: start})).regions == {}
    kinds = [entry.kind for entry in await live.unfinished(REGION, LATER_MS + 1, 10)]
    assert kinds == ["claim", "expired"]


async def test_a_claim_gets_its_answer_also_when_the_cat_is_gone(live: Live) -> None:
    tom = cat("tom", 5)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS)
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == won
    again = await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS)
    assert again == Already(claim(tom, "ada"), won.entry, settled=False)


async def test_due_cats_are_named_the_longest_due_first(live: Live) -> None:
    order = [cat(f"n{n}", expires_ms=NOON_MS + n * 1000) for n in range(1, 9)]
    await spawn(live, *random.Random(3).sample(order, len(order)))
    assert await live.due_cats(REGION, NOON_MS) == []
    ids = [cat.id for cat in order]
    assert await live.due_cats(REGION, NOON_MS + 5000) == ids[:5]
    assert await live.due_cats(REGION, NOON_MS + 5000, limit=2) == ids[:2]


async def test_the_census_counts_cats_that_nobody_sees_any_more(live: Live) -> None:
    out, due, tom = cat("out"), cat("due", expires_ms=NOON_MS + 1), cat("tom", 2)
    await spawn(live, out, due, tom)
    await win(live, out, "ada")
    assert named(await live.census(REGION)) == named([(out, 0), (due, 1), (tom, 2)])
    assert {cat.id for cat, _ in (await live.snapshot(REGION, NOON_MS + 1)).cats} == {tom.id}


async def test_a_cat_is_alive_until_its_books_are_done(live: Live) -> None:
    tom, kitty, never = cat("tom"), cat("kitty"), cat("never")
    far = cat("far", region=ELSEWHERE)
    await spawn(live, tom, kitty)
    await spawn(live, far, region=ELSEWHERE)
    await win(live, tom, "ada")
    ids = [never.id, tom.id, "no cat", kitty.id, far.id]
    assert await live.alive(ids) == [False, True, False, True, True]
    await live.withdraw_cats(REGION, [tom.id, kitty.id], KEEPER, NOON_MS)
    await live.withdraw_cats(ELSEWHERE, [far.id], KEEPER, NOON_MS)
    assert await live.alive(ids) == [False, True, False, True, True]
    first, *rest = await live.unfinished(REGION, LATER_MS, 10)
    await live.finish(REGION, [entry.entry for entry in rest])
    assert (first.kind, first.cat) == ("claim", tom.id)
    assert await live.alive(ids) == [False, True, False, False, True]
    await live.finish(REGION, [first.entry])
    assert await live.alive(ids) == [False, False, False, False, True]
    assert await live.alive([]) == []


async def test_regions_do_not_touch_each_other(live: Live) -> None:
    here, there = cat("tom"), cat("tom", region=ELSEWHERE)
    await spawn(live, here)
    await spawn(live, there, region=ELSEWHERE)
    await win(live, here, "ada")
    assert await seen(live) == {}
    assert await seen(live, ELSEWHERE) == {there.id: 1}
    assert isinstance(await live.claim_cat(claim(there, "ada"), NOON_MS), Won)


async def test_nothing_is_left_of_cats_whose_books_are_done(
    live: Live, server: RedisServer
) -> None:
    tom, kitty = cat("tom", 2), cat("kitty")
    await spawn(live, tom, kitty)
    await win(live, tom, "ada")
    await live.withdraw_cats(REGION, [tom.id, kitty.id], KEEPER, NOON_MS)
    entries = await live.unfinished(REGION, LATER_MS, 10)
    await live.finish(REGION, [entry.entry for entry in entries])
    kinds = {name.partition(":")[2].split(":")[1] for name in server.names()}
    assert kinds == {"lease", "gone", "feed", "outbox", "caught"}
    # Removed cats are remembered for an hour.
    await live.expire_cats(REGION, [tom.id], KEEPER, NOON_MS + GONE_MS - 1)
    gone = f"{{r:{REGION}}}:gone"
    assert server.node_of(gone).zcard(gone) == 2
    await live.expire_cats(REGION, [tom.id], KEEPER, NOON_MS + GONE_MS)
    assert gone not in server.names()


@pytest.mark.parametrize("catches", [1, 7])
async def test_a_cat_can_be_caught_as_often_as_it_says(live: Live, catches: int) -> None:
    tom: Cat = cat("tom", catches)
    await spawn(live, tom)
    left = [(await win(live, tom, f"player-{n}")).left for n in range(catches)]
    assert left == list(reversed(range(catches)))
    assert await live.claim_cat(claim(tom, "one too many"), NOON_MS) == Gone()
