"""What servers of the release before left in Redis is read, finished, and gone after a while.

They kept the catchers of each cat in a key of its own, and counted each cat's open entries.
"""

import msgpack
import msgspec
import pytest

from gameserver.game.model import Claim
from gameserver.live import Already, Gone, Live, Undone, Won
from gameserver.live.keys import of_region
from tests.live.street import KEEPER, LATER_MS, NOON_MS, REGION, cat, claim, spawn
from tests.servers.redis import RedisServer

OF = of_region(REGION)
TOM = cat("tom", 2)

_encode = msgspec.msgpack.Encoder().encode


def former_claim(server: RedisServer, one: Claim, undone: str | None = None) -> str:
    """Claim a cat as a server of the release before did; the entry."""
    node = server.node_of(OF.left)
    body = _encode(one)
    left = node.hincrby(OF.left, one.cat, -1)
    fields = {"kind": "claim", "cat": one.cat, "at": NOON_MS, "body": body}
    entry = node.xadd(OF.outbox, fields)  # type: ignore[arg-type]
    node.hincrby(OF.open, one.cat, 1)
    won = {"attempt": one.attempt, "entry": entry, "left": left, "claim": body}
    record: dict[str, object] = {"won": won, "undone": []}
    if undone is not None:
        record["undone"] = [{"attempt": undone, "entry": "1-1", "reason": "sold_out"}]
    key = OF.former_catchers(one.cat)
    node.hset(key, one.player, msgpack.packb(record, use_bin_type=False))
    node.pexpire(key, 3_600_000)
    return str(entry.decode())


@pytest.fixture
async def street(live: Live, server: RedisServer) -> Live:
    await spawn(live, TOM)
    return live


async def test_a_claim_of_the_release_before_is_found_and_answered(
    street: Live, server: RedisServer
) -> None:
    one = claim(TOM, "ada")
    entry = former_claim(server, one)
    for _ in range(2):
        assert await street.find_claim(TOM.id, "ada") == one
    assert await street.claim_cat(one, NOON_MS) == Won(1, entry)
    again = await street.claim_cat(claim(TOM, "ada", "try-2"), NOON_MS)
    assert again == Already(one, entry, settled=False)
    assert await street.census(REGION) == [(TOM, 1)]


async def test_its_entry_is_listed_and_finished(street: Live, server: RedisServer) -> None:
    one = claim(TOM, "ada")
    entry = former_claim(server, one)
    await street.withdraw_cats(REGION, [TOM.id], KEEPER, NOON_MS)
    first, second = await street.unfinished(REGION, LATER_MS, 10)
    assert (first.entry, first.claim) == (entry, one)
    await street.finish_all([(TOM.id, second.entry)])
    assert await street.alive([TOM.id]) == [True]
    await street.finish_all([(TOM.id, entry)])
    assert await street.alive([TOM.id]) == [False]


async def test_it_can_be_undone_and_stays_so(street: Live, server: RedisServer) -> None:
    one = claim(TOM, "ada")
    entry = former_claim(server, one, undone="try-0")
    for _ in range(2):
        assert await street.unclaim_cat(one, entry, "closed", NOON_MS)
    assert await street.census(REGION) == [(TOM, 2)]
    assert await street.claim_cat(one, NOON_MS) == Undone("closed")
    assert await street.find_claim(TOM.id, "ada") is None
    assert await street.claim_cat(claim(TOM, "ada", "try-0"), NOON_MS) == Undone("sold_out")


async def test_a_cat_that_was_caught_out_before_is_gone_for_others(
    street: Live, server: RedisServer
) -> None:
    former_claim(server, claim(TOM, "ada"))
    former_claim(server, claim(TOM, "bob"))
    assert await street.claim_cat(claim(TOM, "eve"), NOON_MS) == Gone()


async def test_what_nobody_reads_any_more_goes_by_itself(street: Live, server: RedisServer) -> None:
    former_claim(server, claim(TOM, "ada"))
    node = server.node_of(OF.open)
    assert node.pttl(OF.open) == -1
    await street.withdraw_cats(REGION, [TOM.id], KEEPER, NOON_MS)
    assert node.pttl(OF.open) > 0
