"""What a store's cats are to players, from the socket to the merchant's report."""

from pathlib import Path
from typing import Any

import aiohttp

from gameserver.gateway.footfall import Footfall
from gameserver.ledger.footfall import Steps
from tests.servers.game import Game, game, plan
from tests.waiting import until


async def asked(street: Game, path: str) -> Any:
    headers = {"Authorization": f"Bearer {street.key}"}
    async with (
        aiohttp.ClientSession() as client,
        client.get(street.app.url + path, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_a_merchant_hears_who_saw_approached_and_caught_a_cat(tmp_path: Path) -> None:
    async with game(tmp_path) as street:
        store = await street.store(plan(catches_per_cat=5))
        async with street.player("alice") as alice, street.player("bob") as bob:
            await alice.stand()
            await bob.stand()
            cat = (await alice.some_cat())["id"]
            await until(lambda: cat in bob.cats)
            assert (await alice.catch_surely(cat, "try"))["type"] == "caught"

            async def written() -> Any:
                hours = (await asked(street, "/v1/footfall"))["hours"]
                return hours and hours[0]["caught"] == 1 and hours

            (hour,) = await until(written)  # type: ignore[misc]
            assert hour["store"] == store.id
            assert hour["seen"] >= 2
            assert hour["approached"] >= hour["caught"] == 1

            async def counted() -> bool:
                (now,) = (await asked(street, "/v1/cats"))["stores"]
                return bool(now["cats"] > 0 and now["caught_hour"] == 1)

            await until(counted)


def test_what_could_not_be_written_down_is_written_with_what_came_since() -> None:
    footfall = Footfall()
    footfall.seen["sto_1"] += 2
    footfall.caught["sto_2"] += 1
    taken = footfall.take()
    assert taken == [Steps("sto_1", 2, 0, 0), Steps("sto_2", 0, 0, 1)]
    assert footfall.take() == []
    footfall.approached["sto_1"] += 1
    footfall.give_back(taken)
    assert footfall.take() == [Steps("sto_1", 2, 1, 0), Steps("sto_2", 0, 0, 1)]
