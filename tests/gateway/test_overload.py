"""What happens when there is more to do than can be done: who is asked to wait, and who is not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from gameserver.app import running
from gameserver.codecs import MSGPACK
from gameserver.config import Config
from gameserver.gateway import gateway as play_gateway
from gameserver.gateway import pressure as pressure_module
from gameserver.gateway.pressure import BUSY_LAG_S, RETRY_AFTER_MS, Load, Pressure
from tests.servers.game import Game, plan
from tests.waiting import until


@asynccontextmanager
async def overloaded(
    street: Game, lag_s: float = 1.0, load: Load = Load.OVERLOADED
) -> AsyncIterator[Pressure]:
    """The server as it is while its loop is a second (or less) late at every beat."""
    pressure = street.app.gateway.street.pressure

    async def late() -> None:
        while True:
            pressure.beat(lag_s)
            await asyncio.sleep(0.01)

    beating = asyncio.create_task(late())
    try:
        await until(lambda: pressure.load is load)
        yield pressure
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def turned_away(url: str) -> tuple[dict[str, Any], int | None]:
    """What a newcomer is told, and the close code."""
    async with asyncio.timeout(20), connect(url) as phone:
        told = json.loads(await phone.recv())
        with pytest.raises(ConnectionClosed):
            await phone.recv()
        return told, phone.close_code


async def test_where_all_places_are_taken_a_newcomer_hears_when_to_come_back(
    tmp_path: Path,
) -> None:
    async with running(Config(port=0, data_dir=tmp_path, max_sockets=1)) as app:
        url = app.url.replace("http", "ws", 1) + "/play"
        async with connect(url) as phone:
            told, code = await turned_away(url)
            assert (told["type"], told["kind"], code) == ("notice", "overloaded", 1013)
            assert RETRY_AFTER_MS <= told["data"]["retry_after_ms"] < 2 * RETRY_AFTER_MS
            await phone.send("{}")
            assert json.loads(await phone.recv())["code"] == "bad_message", "who is in is served"
        await until(lambda: not len(app.gateway))
        async with connect(url) as phone:
            await phone.send("{}")
            assert json.loads(await phone.recv())["type"] == "error", "there is room again"
        assert app.gateway.street.stats.shed["sockets"] == 1
        assert app.gateway.street.stats.closed[1013] == 1


async def test_under_overload_newcomers_wait_and_those_who_play_go_on_to_their_coupons(
    street: Game,
) -> None:
    campaign = await street.campaign()
    async with street.player("alice") as alice, overloaded(street):
        told, code = await turned_away(street.play_url)
        assert (told["kind"], code) == ("overloaded", 1013)
        await alice.stand()
        await street.store(plan(campaign=campaign.id))
        caught = await alice.catch_surely((await alice.some_cat())["id"], "try")
        assert caught["coupon"]["state"] == "active"
        shed = street.app.gateway.street.stats.shed
        await until(lambda: shed["feeds"] > 0)
        assert (shed["sockets"], shed["catches"]) == (1, 0)


async def test_a_busy_server_moves_a_view_less_often_but_moves_it(street: Game) -> None:
    """Back and forth over a mile: most of it is never shown, where the player ends up is."""
    near, far = (1.30, 103.80), (1.30, 103.81)
    stats = street.app.gateway.street.stats
    async with street.player("alice") as alice, overloaded(street) as pressure:
        session: Any = street.app.gateway.street.roster.sessions["alice"]
        await alice.stand(near)
        await until(lambda: session._middle is not None)
        middle = session._middle
        await alice.stand(far)
        await until(lambda: stats.shed["looks"] > 0)
        assert session._middle == middle
        assert pressure.load is Load.OVERLOADED

        async def moved() -> bool:
            await alice.stand(far)
            await asyncio.sleep(0.2)
            return bool(session._middle != middle)

        await until(moved)


async def test_a_page_that_speaks_msgpack_is_turned_away_in_msgpack(street: Game) -> None:
    offered = [Subprotocol(MSGPACK.subprotocol)]
    async with overloaded(street), connect(street.play_url, subprotocols=offered) as phone:
        assert isinstance(await phone.recv(), bytes)


async def test_too_many_to_be_told_hear_it_at_the_handshake(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_gateway, "TURNED_AWAY_MOST", 0)
    async with overloaded(street):
        with pytest.raises(InvalidStatus) as refused:
            await connect(street.play_url)
    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["Retry-After"]


async def test_when_the_load_is_gone_newcomers_are_let_in(street: Game) -> None:
    async with overloaded(street) as pressure:
        pass
    await until(lambda: pressure.load is Load.CALM)
    async with street.player("alice"):
        pass


async def test_after_an_overload_few_are_let_in_at_a_time_and_all_in_the_end(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressure_module, "LET_IN_PER_BEAT", 0)
    async with overloaded(street):
        pass
    async with overloaded(street, BUSY_LAG_S, Load.BUSY) as pressure:
        told, code = await turned_away(street.play_url)
        assert (told["kind"], code) == ("overloaded", 1013)
    await until(lambda: not pressure.recovers)
    async with street.player("alice"):
        pass
