"""The whole game on each pair of stores that an operator may choose."""

from pathlib import Path

import pytest

from tests.servers.game import game, plan
from tests.servers.postgres import PostgresServer
from tests.servers.redis import redis_cluster, redis_on_port
from tests.waiting import until

SERVERS = {"a Redis by address": redis_on_port, "a Cluster": redis_cluster}


@pytest.mark.parametrize("kind", SERVERS)
async def test_the_game_is_played_on_your_own_redis_and_postgresql(
    kind: str, tmp_path: Path, postgres: PostgresServer
) -> None:
    name = postgres.migrated_database()
    with SERVERS[kind]() as redis:
        async with game(tmp_path, redis=redis.url, database=postgres.url(name)) as street:
            campaign = await street.campaign()
            await street.store(plan(campaign=campaign.id, cats_alive=3, catches_per_cat=2))
            async with street.player("alice") as alice, street.player("bob") as bob:
                await alice.stand()
                await bob.stand()
                await until(lambda: len(alice.cats) == len(bob.cats) == 3)
                for cat in list(alice.cats):
                    for number, phone in enumerate((alice, bob)):
                        answer = await phone.catch_surely(cat, f"{number}-{cat[-8:]}")
                        assert answer["type"] == "caught"
            for player in ("alice", "bob"):
                wallet = await street.app.ledger.coupons.wallet(player, 10)
                assert len(wallet.items) == 3
    postgres.drop(name)


async def test_the_files_of_the_embedded_stores_carry_the_game_over_a_restart(
    tmp_path: Path,
) -> None:
    async with game(tmp_path) as street:
        campaign = await street.campaign()
        await street.store(plan(campaign=campaign.id, cats_alive=3))
        async with street.player("alice") as alice:
            await alice.stand()
            await until(lambda: len(alice.cats) == 3)
            before = set(alice.cats)
    async with game(tmp_path) as street, street.player("alice") as alice:
        await alice.stand()
        await until(lambda: len(alice.cats) == 3)
        assert set(alice.cats) == before
