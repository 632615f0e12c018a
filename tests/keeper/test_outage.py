"""A keeper whose Redis takes no writes for a moment."""

import logging
from pathlib import Path

import pytest

from gameserver.game.geo import region_of
from tests.servers.game import PLACE, game, plan
from tests.servers.redis import redis_server
from tests.waiting import until


async def test_a_store_that_was_due_while_redis_was_full_gets_its_cats_afterwards(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server() as redis, caplog.at_level(logging.WARNING):
        async with game(tmp_path, redis=redis.url) as street:
            region = region_of(*PLACE)

            async def cats() -> list[str]:
                return [cat.store for cat, _ in (await street.app.live.snapshot(region)).cats]

            first = await street.store(plan(cats_alive=1))
            await until(lambda: region in street.app.keeper.held)

            async def the_first_has_its_cat() -> bool:
                return await cats() == [first.id]

            await until(the_first_has_its_cat)
            redis.nodes[0].config_set("maxmemory", 1)
            second = await street.store(plan(cats_alive=2))
            await until(lambda: "putting cats out put off" in caplog.text)
            redis.nodes[0].config_set("maxmemory", 0)

            async def the_second_has_its_cats() -> bool:
                return sorted(await cats()) == sorted([first.id, second.id, second.id])

            await until(the_second_has_its_cats)
