"""A coupon that could not be written at once, and a player who left before it came."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.servers.game import Game, plan
from tests.waiting import until


@contextmanager
def books_are_locked(data_dir: Path) -> Iterator[None]:
    """Another program holds the database's lock."""
    with closing(sqlite3.connect(data_dir / "catcat.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_what_cannot_be_written_down_is_not_promised_and_comes_all_the_same(
    street: Game, tmp_path: Path
) -> None:
    """Redis alone might lose it."""
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id))
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        with books_are_locked(tmp_path):
            answer = await alice.catch_surely(cat, "try")
        assert (answer["reason"], answer["retry"]) == ("busy", True)

    async def is_issued() -> bool:
        return bool((await street.app.ledger.coupons.wallet("alice", 10)).items)

    await until(is_issued)
    async with street.player("alice") as alice:
        caught = await alice.throw(cat, answer["attempt"], "the ticket of another session")
    [coupon] = (await street.app.ledger.coupons.wallet("alice", 10)).items
    assert caught["type"] == "caught"
    assert caught["coupon"]["state"] == "active"
    assert caught["coupon"]["code"] == coupon.code


async def test_a_cat_that_was_caught_after_its_player_left_is_not_shown_to_them_again(
    street: Game, tmp_path: Path
) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id, catches_per_cat=5))
    roster = street.app.gateway.street.roster
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        street.app.gateway.street.rng.seed(1)
        encounter = await alice.aim(cat)
        with books_are_locked(tmp_path):
            throw = {"type": "catch", "attempt": "a", "cat": cat, "ticket": encounter["ticket"]}
            await alice.send(throw)
            await until(lambda: roster.sessions["alice"].memory.deciding == "a")
            memory = roster.sessions["alice"].memory
            await alice.socket.close()
            await until(lambda: "alice" not in roster.sessions)
        await until(lambda: memory.deciding is None)
    async with street.player("alice") as alice, street.player("bob") as bob:
        await alice.stand()
        await bob.stand()
        await bob.some_cat()
        assert (await alice.aim(cat))["reason"] == "not_visible"
        assert cat not in alice.cats
