"""One winner for each catch, one claim for each player, and an outbox that forgets nothing."""

import asyncio
import random
import time
from collections import Counter

import pytest

from gameserver.live import Already, Gone, Live, LiveError, Undone, Won, open_live
from gameserver.live.keys import CATCHERS_MS, SLACK_MS
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


@pytest.mark.parametrize("seed", range(12))
async def test_of_fifty_players_exactly_one_catches_the_cat(
    live: Live, server: RedisServer, seed: int
) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    rng = random.Random(seed)
    async with open_live(server.url) as other:
        tries = [claim(tom, f"player-{n}") for n in range(50) for _ in range(rng.choice((1, 2)))]
        rng.shuffle(tries)
        answers = await asyncio.gather(
            *(rng.choice((live, other)).claim_cat(one, NOON_MS) for one in tries)
        )
    winners = {one.player for one, got in zip(tries, answers, strict=True) if got != Gone()}
    assert len(winners) == 1
    assert len({got for got in answers if isinstance(got, Won)}) == 1
    assert len(await live.unfinished(REGION, LATER_MS, 100)) == 1
    assert await seen(live) == {}


@pytest.mark.parametrize("seed", range(4))
async def test_as_many_players_win_as_there_are_catches(live: Live, seed: int) -> None:
    rng = random.Random(seed)
    cats = [cat(f"n{n}", rng.randrange(1, 6)) for n in range(5)]
    await spawn(live, *cats)
    tries = [claim(of, f"player-{n}") for of in cats for n in range(12)]
    rng.shuffle(tries)
    answers = await asyncio.gather(*(live.claim_cat(one, NOON_MS) for one in tries))
    won = Counter(one.cat for one, got in zip(tries, answers, strict=True) if isinstance(got, Won))
    assert won == {of.id: of.catches for of in cats}


async def test_the_same_attempt_gets_the_same_answer_whatever_happened_since(live: Live) -> None:
    tom = cat("tom", 3)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    assert won.left == 2
    await win(live, tom, "bob")
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == won
    await live.finish(REGION, [won.entry])
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == won
    await live.expire_cats(REGION, [tom.id], KEEPER, LATER_MS)
    assert await live.claim_cat(claim(tom, "ada"), LATER_MS + 1) == won
    assert len(await live.unfinished(REGION, LATER_MS * 2, 10)) == 2


async def test_a_player_has_one_catch_of_a_cat(live: Live) -> None:
    tom = cat("tom", 3)
    await spawn(live, tom)
    won = await win(live, tom, "ada", "try-1")
    again = await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS)
    assert again == Already(claim(tom, "ada", "try-1"), won.entry, settled=False)
    await live.finish(REGION, [won.entry])
    again = await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS)
    assert again == Already(claim(tom, "ada", "try-1"), None, settled=True)
    assert await seen(live) == {tom.id: 2}


async def test_what_is_not_there_cannot_be_caught(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    assert await live.claim_cat(claim(cat("nobody"), "ada"), NOON_MS) == Gone()
    assert await live.claim_cat(claim(tom, "ada"), LATER_MS) == Gone()
    assert isinstance(await live.claim_cat(claim(tom, "ada"), LATER_MS - 1), Won)


async def test_a_claim_of_an_id_that_is_no_cats_changes_nothing(
    live: Live, server: RedisServer
) -> None:
    for bad in ("", "tom", "-tom", f"{REGION}-", "zzzzzzzzz-tom"):
        with pytest.raises(ValueError, match=r"region|cat|base 16"):
            await live.find_claim(bad, "ada")
    assert server.names() == []


async def test_a_claim_is_found_with_all_that_was_said(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    assert await live.find_claim(tom.id, "ada") is None
    won = await win(live, tom, "ada")
    assert await live.find_claim(tom.id, "ada") == claim(tom, "ada")
    assert await live.find_claim(tom.id, "bob") is None
    await live.unclaim_cat(claim(tom, "ada"), won.entry, "campaign_limit", NOON_MS)
    assert await live.find_claim(tom.id, "ada") is None


async def test_names_may_be_written_in_any_way(live: Live) -> None:
    for name in ("阿达 {x}:y", "\x00\n\r", "'; DROP", "}", "a" * 64):
        tom = cat(f"n{hash(name)}", 2)
        await spawn(live, tom)
        won = await win(live, tom, name, name)
        assert await live.claim_cat(claim(tom, name, name), NOON_MS) == won
        assert await live.find_claim(tom.id, name) == claim(tom, name, name)
        assert await live.unclaim_cat(claim(tom, name, name), won.entry, name, NOON_MS)
        assert await live.claim_cat(claim(tom, name, name), NOON_MS) == Undone(name)


async def test_an_undone_claim_gives_its_place_back(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    start = (await live.snapshot(REGION)).last_id
    won = await win(live, tom, "ada")
    assert await live.unclaim_cat(claim(tom, "ada"), won.entry, "campaign_limit", NOON_MS)
    assert await seen(live) == {tom.id: 1}
    assert await live.unfinished(REGION, LATER_MS, 10) == []
    events = (await live.read({REGION: start})).regions[REGION]
    assert [(event.kind, event.left, event.cat) for event in events] == [
        ("vanish", 0, None),
        ("appear", 1, tom),
    ]
    assert isinstance(await live.claim_cat(claim(tom, "bob"), NOON_MS), Won)


async def test_an_undone_claim_of_a_cat_that_is_still_seen_is_no_news(live: Live) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    start = (await live.snapshot(REGION)).last_id
    won = await win(live, tom, "ada")
    await live.unclaim_cat(claim(tom, "ada"), won.entry, "campaign_limit", NOON_MS)
    assert (await live.read({REGION: start})).regions == {}
    assert await seen(live) == {tom.id: 2}


async def test_an_undone_attempt_stays_undone_and_another_one_may_win(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    first = await win(live, tom, "ada", "try-1")
    await live.unclaim_cat(claim(tom, "ada", "try-1"), first.entry, "campaign_limit", NOON_MS)
    assert await live.claim_cat(claim(tom, "ada", "try-1"), NOON_MS) == Undone("campaign_limit")
    second = await win(live, tom, "ada", "try-2")
    assert await live.claim_cat(claim(tom, "ada", "try-1"), NOON_MS) == Undone("campaign_limit")
    assert await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS) == second
    third = await live.claim_cat(claim(tom, "ada", "try-3"), NOON_MS)
    assert third == Already(claim(tom, "ada", "try-2"), second.entry, settled=False)
    # The first one's undoing, sent once more, leaves the second alone.
    assert await live.unclaim_cat(claim(tom, "ada", "try-1"), first.entry, "x", NOON_MS)
    assert await live.claim_cat(claim(tom, "ada", "try-2"), NOON_MS) == second


async def test_undoing_twice_gives_one_place_back(live: Live) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    for _ in range(3):
        assert await live.unclaim_cat(claim(tom, "ada"), won.entry, "sold_out", NOON_MS)
    assert await seen(live) == {tom.id: 2}


async def test_a_claim_whose_books_are_done_cannot_be_undone(live: Live) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    await live.finish(REGION, [won.entry])
    assert not await live.unclaim_cat(claim(tom, "ada"), won.entry, "sold_out", NOON_MS)
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == won
    assert await seen(live) == {tom.id: 1}


async def test_finishing_an_undone_claim_does_not_bring_it_back(live: Live) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    await live.unclaim_cat(claim(tom, "ada"), won.entry, "sold_out", NOON_MS)
    await live.finish(REGION, [won.entry])
    assert await live.claim_cat(claim(tom, "ada"), NOON_MS) == Undone("sold_out")
    assert await live.alive([tom.id]) == [True]


async def test_undoing_a_claim_of_a_cat_that_left_brings_no_cat_back(live: Live) -> None:
    tom, kitty = cat("tom", 2), cat("kitty", 2)
    await spawn(live, tom, kitty)
    of_tom, of_kitty = await win(live, tom, "ada"), await win(live, kitty, "ada")
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS)
    assert await live.unclaim_cat(claim(tom, "ada"), of_tom.entry, "closed", NOON_MS)
    assert await live.unclaim_cat(claim(kitty, "ada"), of_kitty.entry, "closed", LATER_MS)
    assert await live.census(REGION) == [(kitty, 1)]


async def test_a_claim_can_be_undone_when_its_catchers_are_forgotten(
    live: Live, server: RedisServer
) -> None:
    tom = cat("tom", 2)
    await spawn(live, tom)
    won = await win(live, tom, "ada")
    [key] = [key for key in server.names() if ":caught:" in key]
    server.node_of(key).delete(key)
    assert await live.unclaim_cat(claim(tom, "ada"), won.entry, "closed", LATER_MS)
    assert await live.unclaim_cat(claim(tom, "ada"), won.entry, "closed", LATER_MS)
    assert await live.unfinished(REGION, LATER_MS, 10) == []
    assert key not in server.names()


async def test_a_player_who_tries_without_end_is_remembered_in_bounds(
    live: Live, server: RedisServer
) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    for n in range(50):
        one = claim(tom, "ada", f"try-{n}")
        won = await live.claim_cat(one, NOON_MS)
        assert isinstance(won, Won)
        await live.unclaim_cat(one, won.entry, "campaign_limit", NOON_MS)
    [key] = [key for key in server.names() if ":caught:" in key]
    assert len(server.node_of(key).hget(key, f"{tom.id}\0ada") or b"") < 1000
    last = await live.claim_cat(claim(tom, "ada", "try-49"), NOON_MS)
    assert last == Undone("campaign_limit")


async def test_the_outbox_holds_what_is_unfinished_in_its_order(live: Live) -> None:
    tom = cat("tom", 9)
    await spawn(live, tom)
    claims = [claim(tom, f"player-{n}", at_ms=NOON_MS + n) for n in range(5)]
    for n, one in enumerate(claims):
        await live.claim_cat(one, NOON_MS + n)
    await live.withdraw_cats(REGION, [tom.id], KEEPER, NOON_MS + 5)
    entries = await live.unfinished(REGION, LATER_MS, 100)
    assert [entry.claim for entry in entries] == [*claims, None]
    assert [entry.at_ms for entry in entries] == [NOON_MS + n for n in range(6)]
    assert await live.unfinished(REGION, NOON_MS + 3, 100) == entries[:3]
    assert await live.unfinished(REGION, LATER_MS, 2) == entries[:2]
    assert await live.unfinished(REGION, LATER_MS, 2, after=entries[1].entry) == entries[2:4]
    await live.finish(REGION, [entry.entry for entry in entries[1:]])
    assert await live.unfinished(REGION, LATER_MS, 100) == entries[:1]


async def test_finishing_nothing_or_nobodys_entry_is_harmless(live: Live) -> None:
    await live.finish(REGION, [])
    await live.finish(REGION, ["1-1"])
    assert await live.unfinished(REGION, LATER_MS, 10) == []


async def test_an_outbox_stays_while_it_has_entries_and_goes_when_it_is_empty(
    live: Live, server: RedisServer
) -> None:
    tom = cat("tom", 9)
    await spawn(live, tom)
    key = f"{{r:{REGION}}}:outbox"
    first = await win(live, tom, "ada")
    assert server.node_of(key).pttl(key) == -1
    await live.finish(REGION, [first.entry])
    assert server.node_of(key).pttl(key) > 0
    second = await win(live, tom, "bob")
    assert server.node_of(key).pttl(key) == -1
    assert second.entry != first.entry
    await live.finish(REGION, [first.entry])
    assert len(await live.unfinished(REGION, LATER_MS, 10)) == 1


async def test_claims_of_many_regions_are_answered_in_their_order(live: Live) -> None:
    tom, far = cat("tom", 2), cat("far", region=ELSEWHERE)
    await spawn(live, tom)
    await spawn(live, far, region=ELSEWHERE)
    claims = [claim(tom, "ada"), claim(far, "ada"), claim(far, "bob"), claim(tom, "bob")]
    claims += [claim(cat("nobody"), "ada"), claim(tom, "ada", "try-2"), claim(tom, "ada")]
    found = await live.claim_cats(claims, NOON_MS)
    first, second, _, last, *_ = found
    assert isinstance(first, Won)
    assert isinstance(second, Won)
    assert isinstance(last, Won)
    already = Already(claims[0], first.entry, settled=False)
    assert found == [first, second, Gone(), last, Gone(), already, first]
    assert (first.left, second.left, last.left) == (1, 0, 0)
    assert await live.claim_cats(claims, NOON_MS) == found
    assert await live.claim_cats([], NOON_MS) == []


async def test_finished_claims_of_many_regions_leave_their_outboxes(live: Live) -> None:
    tom, far = cat("tom", 2), cat("far", region=ELSEWHERE)
    await spawn(live, tom)
    await spawn(live, far, region=ELSEWHERE)
    wons = [(tom.id, await win(live, tom, "ada")), (far.id, await win(live, far, "ada"))]
    stays = await win(live, tom, "bob")
    for _ in range(2):
        await live.finish_all([(of, won.entry) for of, won in wons])
        assert await live.unfinished(ELSEWHERE, LATER_MS, 10) == []
        assert [one.entry for one in await live.unfinished(REGION, LATER_MS, 10)] == [stays.entry]
    assert await live.alive([tom.id]) == [True]
    await live.finish_all([])


@pytest.mark.parametrize("seed", range(3))
async def test_claims_that_travel_together_are_answered_as_if_each_came_alone(
    live: Live, seed: int
) -> None:
    rng = random.Random(seed)
    names = [f"{spell}-{n}" for spell in ("early", "later") for n in range(5)]
    made = [(name, rng.randrange(1, 4), NOON_MS + rng.randrange(-1, 3) * 1000) for name in names]
    here = [cat(name, catches, expires_ms=at) for name, catches, at in made]
    there = [cat(name, catches, expires_ms=at, region=ELSEWHERE) for name, catches, at in made]
    for region, cats in ((REGION, here), (ELSEWHERE, there)):
        await live.acquire_region(region, KEEPER, LEASE_MS)
        await live.spawn_cats(region, cats, KEEPER, NOON_MS - 5000)
    for step in range(12):
        now_ms = NOON_MS - 1000 + step * 300
        tries = [
            (rng.randrange(10), f"player-{rng.randrange(6)}", f"try-{rng.randrange(3)}")
            for _ in range(rng.randrange(1, 12))
        ]
        together = await live.claim_cats([claim(here[n], *who) for n, *who in tries], now_ms)
        alone = [await live.claim_cat(claim(there[n], *who), now_ms) for n, *who in tries]
        assert [_told(one) for one in together] == [_told(one) for one in alone]
        for (n, *who), one, other in zip(tries, together, alone, strict=True):
            if isinstance(one, Won) and isinstance(other, Won) and rng.random() < 0.3:
                await live.unclaim_cat(claim(here[n], *who), one.entry, "sold_out", now_ms)
                await live.unclaim_cat(claim(there[n], *who), other.entry, "sold_out", now_ms)
    assert sorted(await seen(live)) == [
        each.replace(ELSEWHERE, REGION) for each in sorted(await seen(live, ELSEWHERE))
    ]


def _told(result: object) -> object:
    """A result without what is different in another region."""
    match result:
        case Won(left):
            return left
        case Already(of, _, settled):
            return of.player, of.attempt, settled
    return result


async def test_more_claims_of_a_region_than_one_call_takes_are_all_answered(live: Live) -> None:
    tom = cat("tom", 150)
    await spawn(live, tom)
    found = await live.claim_cats([claim(tom, f"player-{n}") for n in range(250)], NOON_MS)
    assert sorted(one.left for one in found if isinstance(one, Won)) == list(range(150))
    assert found.count(Gone()) == 100
    entries = await live.unfinished(REGION, LATER_MS, 1000)
    assert len(entries) == 150
    await live.finish_all([(entry.cat, entry.entry) for entry in entries])
    assert await live.unfinished(REGION, LATER_MS, 1000) == []


async def test_cats_that_are_caught_out_together_vanish_together(live: Live) -> None:
    cats = [cat(f"n{n}", 1 + n % 2) for n in range(7)]
    await spawn(live, *cats)
    start = (await live.snapshot(REGION)).last_id
    await live.claim_cats([claim(one, "ada") for one in cats], NOON_MS)
    events = (await live.read({REGION: start})).regions[REGION]
    assert [(one.kind, one.cat_id, one.cat) for one in events] == [
        ("vanish", one.id, None) for one in cats if one.catches == 1
    ]
    assert len({one.id for one in events}) == 1
    assert (await live.read({REGION: events[-1].id})).regions == {}
    assert await seen(live) == {one.id: 1 for one in cats if one.catches == 2}


async def test_a_region_that_cannot_be_claimed_in_disturbs_no_other(
    live: Live, server: RedisServer
) -> None:
    tom, far = cat("tom", 3), cat("far", 3, region=ELSEWHERE)
    await spawn(live, tom)
    await spawn(live, far, region=ELSEWHERE)
    outbox = f"{{r:{ELSEWHERE}}}:outbox"
    node = server.node_of(f"{{r:{ELSEWHERE}}}:left")
    node.set(outbox, "is not a stream", px=60_000)
    first, broken, second = await live.claim_cats(
        [claim(tom, "ada"), claim(far, "ada"), claim(tom, "bob")], NOON_MS
    )
    assert isinstance(first, Won)
    assert isinstance(broken, LiveError)
    assert isinstance(second, Won)
    await live.finish_all([(far.id, "1-1"), (tom.id, first.entry)])
    assert [one.entry for one in await live.unfinished(REGION, LATER_MS, 9)] == [second.entry]
    node.delete(outbox)


async def test_of_claims_with_an_id_that_is_no_cats_none_is_made(live: Live) -> None:
    tom = cat("tom")
    await spawn(live, tom)
    with pytest.raises(ValueError, match="region"):
        await live.claim_cats([claim(tom, "ada"), claim(cat("", region="-"), "ada")], NOON_MS)
    assert await seen(live) == {tom.id: 1}


@pytest.mark.parametrize("seed", range(4))
async def test_it_is_known_for_an_hour_beyond_its_expiry_who_caught_a_cat(
    live: Live, server: RedisServer, seed: int
) -> None:
    """Also where cats that live longer and shorter share a key, and whatever was claimed before."""
    rng = random.Random(seed)
    cats = [
        cat(f"spell{n}", 2, expires_ms=NOON_MS + rng.randrange(1, 5_000_000)) for n in range(40)
    ]
    await spawn(live, *cats)
    asked_ms = time.monotonic_ns() // 1_000_000
    for n in range(60):
        some = [claim(one, f"player-{n}") for one in rng.sample(cats, 3)]
        found = await live.claim_cats(some, NOON_MS)
        won = [one.cat for one, got in zip(some, found, strict=True) if isinstance(got, Won)]
        due_ms = max((one.expires_ms for one in cats if one.id in won), default=0)
        key = f"{{r:{REGION}}}:caught:spell"
        passed_ms = time.monotonic_ns() // 1_000_000 - asked_ms + 1
        lives_ms = server.node_of(key).pttl(key)
        assert lives_ms + passed_ms >= due_ms - NOON_MS + CATCHERS_MS
        assert lives_ms <= 5_000_000 + CATCHERS_MS + SLACK_MS
