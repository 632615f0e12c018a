"""Where the cats of a merchant's store are, seen by players over real sockets."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.game.geo import destination, great_circle_m
from gameserver.game.ground import SLACK_M
from gameserver.game.model import Area
from gameserver.ledger.stores import StoreChange
from tests.game.test_no_spawn import areas, feature, is_in
from tests.servers.catcat import catcat
from tests.servers.game import PLACE, Phone, game, plan
from tests.servers.redis import redis_server
from tests.waiting import until

SHANGHAI = (31.230416, 121.473701)


async def test_players_in_three_datums_at_the_same_spot_catch_the_same_cat(tmp_path: Path) -> None:
    """500 m lie between what their phones say; a cat is caught at most 40 m away.

    A hand apart, as receivers are: three at one spot to the centimetre are no players.
    """
    async with game(tmp_path) as street:
        await street.store(plan(catches_per_cat=3), SHANGHAI)
        caught: dict[str, str] = {}
        for number, datum in enumerate(Datum):
            async with street.player(datum.value, hello={"datum": datum.value}) as phone:
                spot = FROM_WGS84[datum](*destination(*SHANGHAI, 120.0 * number, 0.1))
                await phone.stand(spot)
                cat = await phone.some_cat()
                assert great_circle_m(cat["lat"], cat["lon"], *spot) < 1.0
                answer = await phone.catch_surely(cat["id"], "try")
                assert answer["type"] == "caught", answer
                caught[datum.value] = answer["cat"]
        assert len(set(caught.values())) == 1
        assert set(caught) == {"wgs84", "gcj02", "bd09"}


async def test_a_player_who_mixes_the_datums_up_stands_elsewhere(tmp_path: Path) -> None:
    async with game(tmp_path) as street:
        await street.store(plan(), SHANGHAI)
        async with street.player("ada", hello={"datum": "wgs84"}) as phone:
            await phone.stand()
            await phone.stand(FROM_WGS84[Datum.BD09](*SHANGHAI))
            async with street.player("eve", hello={"datum": "bd09"}) as other:
                await other.stand(FROM_WGS84[Datum.BD09](*SHANGHAI))
                await other.some_cat()
            assert phone.cats == {}


async def test_cats_are_in_the_area_and_not_on_the_road(tmp_path: Path) -> None:
    road = [[PLACE[1] - 0.002, PLACE[0]], [PLACE[1] + 0.002, PLACE[0]]]
    drawn = feature("LineString", road, radius_m=8.0)
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [drawn]}))
    square = [(-0.0005, -0.0003), (0.0005, -0.0003), (0.0005, 0.0003), (-0.0005, 0.0003)]
    corners = tuple((PLACE[1] + x, PLACE[0] + y) for x, y in [*square, square[0]])
    area: Area = ((corners,),)
    async with game(tmp_path / "var", no_spawn=file) as street:
        await street.store(plan(cats_alive=40, radius_m=200.0, area=area))
        async with street.player("ada") as phone:
            await phone.stand()
            await until(lambda: len(phone.cats) == 40)
            for cat in phone.cats.values():
                assert abs(cat["lon"] - PLACE[1]) <= 0.000501
                assert abs(cat["lat"] - PLACE[0]) <= 0.000301
                assert not is_in(areas(drawn), (cat["lat"], cat["lon"]))


async def test_a_school_that_is_drawn_while_the_server_runs_is_free_of_cats(tmp_path: Path) -> None:
    school = feature("Point", [PLACE[1], PLACE[0]], radius_m=30.0)
    # Who stands that near to the edge may stay: places are rounded on their way.
    within = feature("Point", [PLACE[1], PLACE[0]], radius_m=30.0 - SLACK_M)
    file = tmp_path / "schools.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    async with game(tmp_path / "var", no_spawn=file) as street:
        await street.store(plan(cats_alive=20, radius_m=50.0))
        async with street.player("ada") as phone:
            await phone.stand()
            await until(lambda: len(phone.cats) == 20)

            def on_it() -> bool:
                return any(
                    is_in(areas(within), (cat["lat"], cat["lon"])) for cat in phone.cats.values()
                )

            assert on_it()
            file.write_text(json.dumps({"type": "FeatureCollection", "features": [school]}))
            await until(lambda: len(phone.cats) == 20 and not on_it(), within_s=60.0)


def said_as_hours(moment: datetime) -> str:
    return moment.strftime("%H:%M")


async def test_cats_come_when_the_store_opens_and_leave_when_it_closes(tmp_path: Path) -> None:
    async with game(tmp_path) as street:
        now = datetime.now(UTC)
        # Closed for an hour at least, whenever this runs.
        closed = (
            f"{said_as_hours(now + timedelta(hours=2))}-{said_as_hours(now + timedelta(hours=3))}"
        )
        store = await street.store(plan(cats_alive=3, radius_m=30.0), opening_hours=closed)
        await street.app.ledger.merchants.update_store(
            street.merchant, store.id, StoreChange(timezone="UTC")
        )
        other = await street.store(plan(), destination(*PLACE, 0.0, 100.0))
        async with street.player("ada") as phone:
            await phone.stand()
            await until(lambda: phone.cats)  # the open store's
            assert {cat["store"]["id"] for cat in phone.cats.values()} == {other.id}
            update = street.app.ledger.merchants.update_store
            opens = said_as_hours(now - timedelta(hours=1))
            hours = f"{opens}-{said_as_hours(now + timedelta(hours=2))}"
            await update(street.merchant, store.id, StoreChange(opening_hours=hours))
            await until(lambda: len(phone.cats) == 4)
            closing_ms = int((now + timedelta(hours=2)).timestamp() * 1000)
            assert all(cat["expires_ms"] <= closing_ms for cat in phone.cats.values())
            await update(street.merchant, store.id, StoreChange(opening_hours=closed))
            await until(lambda: len(phone.cats) == 1)


async def stand_there(phone: Phone) -> None:
    await phone.stand()
    await phone.some_cat()


async def test_no_new_cats_come_while_a_store_has_the_players_that_it_wants(tmp_path: Path) -> None:
    """Two processes, a player each, count as two."""
    with redis_server() as redis:
        await players_are_counted(tmp_path, redis.url)


async def players_are_counted(data_dir: Path, redis: str) -> None:
    async with game(data_dir, redis=redis) as one, game(data_dir, redis=redis) as two:
        store = await one.store(plan(cats_alive=2, radius_m=20.0, players_max=2))
        async with one.player("ada") as ada:
            async with two.player("bob") as bob:
                await stand_there(ada)
                await stand_there(bob)
                await until(lambda: len(ada.cats) == 2)
                keepers = [game.app.keeper for game in (one, two)]
                await until(
                    lambda: any(keeper._streets.players.get(store.id) == 2 for keeper in keepers)
                )
                for number, cat in enumerate(list(ada.cats)):
                    caught = await ada.catch_surely(cat, f"try-{number}")
                    assert caught["type"] == "caught", caught
                await until(lambda: not bob.cats)
                assert sum(keeper.spawned for keeper in keepers) == 2
            # Bob has gone: there is room for one.
            await until(lambda: len(ada.cats) == 2, 40)


async def test_a_file_of_stores_is_taken_by_the_command(tmp_path: Path) -> None:
    file = tmp_path / "stores.csv"
    lines = [f"S{number},Tea {number},31.2,{121 + number / 1000}" for number in range(120)]
    file.write_text("\n".join(["ref,name,lat,lon", *lines, "S120,Bad,91,0"]))

    async with catcat(tmp_path / "var") as server:

        async def said(*words: str) -> tuple[int, str]:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gameserver", *words,
                "--data-dir", str(tmp_path / "var"),
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            printed, _ = await process.communicate()
            assert process.returncode is not None
            return process.returncode, printed.decode()

        _, printed = await said("merchant", "add", "Tea")
        merchant, key = (line.split()[1] for line in printed.splitlines()[-2:])
        status, printed = await said("stores", "import", str(file), "--merchant", merchant)
        assert status == 1
        assert "line 122: lat" in printed
        assert "nothing was changed" in printed
        status, printed = await said(
            "stores", "import", str(file), "--merchant", merchant, "--partial"
        )
        assert status == 0
        assert "120 added" in printed
        status, printed = await said(
            "stores", "export", str(tmp_path / "out.geojson"), "--merchant", merchant
        )
        assert (status, printed.strip()) == (0, "120 stores")
        status, printed = await said(
            "stores", "import", str(tmp_path / "out.geojson"), "--merchant", merchant
        )
        assert "120 unchanged" in printed
        assert (await said("stores", "import", str(file), "--merchant", "nobody"))[0] == 1
        words = ("stores", "import", str(file), "--merchant", merchant, "--datum", "gcj02")
        status, printed = await said(*words, "--partial", "--dry-run")
        assert "120 would be changed" in printed
        assert "look like wgs84, not gcj02" in printed
        async with ClientSession(server.url, headers={"Authorization": f"Bearer {key}"}) as api:
            told = await (await api.get("/v1/stores?limit=500")).json()
            assert len(told["items"]) == 120
