"""`GET /v1/live` of a real server: what screens are told, and what they are not."""

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from secrets import token_hex

import aiohttp
import asyncpg
import pytest
from aiohttp import ClientSession, web
from sqlalchemy import make_url

from gameserver.game.lights import FEWEST
from gameserver.http.event_stream import event_stream
from gameserver.screen import broadcast
from gameserver.screen.broadcast import Broadcast
from gameserver.screen.events import Frame, comment_frame
from tests.http.desk import serving
from tests.servers.catcat import catcat
from tests.servers.game import PLACE, Game, game, plan
from tests.servers.redis import redis_server
from tests.servers.watcher import watching
from tests.waiting import until


async def crowd(server: Game, stack: AsyncExitStack, names: range) -> None:
    """Players at the store, each of whom catches a cat."""
    for name in names:
        phone = await stack.enter_async_context(server.player(f"ann{name}"))
        await phone.stand()
        cat = await phone.some_cat()
        caught = await phone.catch_surely(cat["id"], "try")
        assert caught["type"] == "caught", caught


async def test_the_first_event_comes_at_once_and_has_everything(tmp_path: Path) -> None:
    async with game(tmp_path) as server:
        store = await server.store(plan())
        async with watching(server.app.url) as watcher:
            name, number, start = watcher.told[0]
            assert name == "start"
            assert start["second"] == number
            assert watcher.retry_ms is not None
            assert start["stores"] == [[round(PLACE[0], 4), round(PLACE[1], 4)]]
            assert [new["id"] for new in start["newest"]] == [store.id]
            assert start["leaders"] == []
            assert (start["players"], start["catches"], start["coupons"]) == (0, 0, 0)
            await until(lambda: len(watcher.told) >= 4)
            assert {told.name for told in watcher.told[1:]} == {"second"}
            seconds = [told.id for told in watcher.told[1:]]
            assert seconds == sorted(set(seconds))


async def test_what_players_catch_is_counted(tmp_path: Path) -> None:
    async with game(tmp_path) as server, AsyncExitStack() as stack:
        tea = await server.campaign()
        await server.store(plan(cats_alive=3, catches_per_cat=50, campaign=tea.id))
        async with watching(server.app.url) as watcher:
            await crowd(server, stack, range(3))
            told = await watcher.until_told(players=3, catches=3, coupons=3)
            assert told["catches"] == told["coupons"] == 3
            await until(lambda: sum(told.data["catches_per_s"] for told in watcher.told) == 3)
            assert sum(told.data["coupons_per_s"] for told in watcher.told) == 3
        async with watching(server.app.url) as late:
            start = late.told[0].data
            assert (start["players"], start["catches"], start["coupons"]) == (3, 3, 3)
            assert start["leaders"] == [], "so few catches would be told apart"


async def test_four_players_light_up_nothing_and_six_do(tmp_path: Path) -> None:
    async with game(tmp_path) as server, AsyncExitStack() as stack:
        await server.store(plan(cats_alive=3, catches_per_cat=50))
        async with watching(server.app.url) as watcher:
            await crowd(server, stack, range(FEWEST - 1))
            await watcher.until_told(players=4, catches=4)
            seen = len(watcher.told)
            await until(lambda: len(watcher.told) > seen + 2)
            assert watcher.lights == []
            await crowd(server, stack, range(4, 6))
            await until(lambda: watcher.lights)
            [lat, lon, radius_m, _] = watcher.lights[0]
            assert abs(lat - PLACE[0]) < 0.003
            assert abs(lon - PLACE[1]) < 0.003
            assert radius_m == 201


async def test_all_who_watch_get_the_same_compressed_or_not(tmp_path: Path) -> None:
    async with (
        game(tmp_path) as server,
        watching(server.app.url, **{"Accept-Encoding": "identity"}) as plain,
        watching(server.app.url, **{"Accept-Encoding": "gzip, br"}) as packed,
    ):
        assert "Content-Encoding" not in plain.answer.headers
        assert packed.answer.headers["Content-Encoding"] == "gzip"
        for watcher in (plain, packed):
            assert watcher.answer.headers["Content-Type"] == "text/event-stream"
            assert watcher.answer.headers["Cache-Control"] == "no-store"
        await until(lambda: len(plain.told) > 3 and len(packed.told) > 3)
        one = {told.id: told for told in plain.told if told.name == "second"}
        other = {told.id: told for told in packed.told if told.name == "second"}
        both = one.keys() & other.keys()
        assert len(both) >= 2
        assert all(one[number] == other[number] for number in both)


async def test_pages_of_named_origins_may_watch(tmp_path: Path) -> None:
    home = "https://wall.example"
    async with game(tmp_path, origins=(home,)) as server:
        async with watching(server.app.url, Origin=home) as watcher:
            assert watcher.answer.headers["Access-Control-Allow-Origin"] == home
        async with watching(server.app.url, Origin="https://else.example") as watcher:
            assert "Access-Control-Allow-Origin" not in watcher.answer.headers


async def test_there_is_room_for_so_many_and_again_when_one_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "WATCHERS_MOST", 1)
    async with game(tmp_path) as server, ClientSession(server.app.url) as api:
        async with watching(server.app.url), api.get("/v1/live") as refused:
            assert refused.status == 503
            assert (await refused.json())["code"] == "busy"
            assert int(refused.headers["Retry-After"]) > 0
        await until(lambda: _is_free(server.app.url))
        async with watching(server.app.url):
            pass


async def _is_free(url: str) -> bool:
    async with ClientSession(url) as api, api.get("/metrics") as answer:
        lines = (await answer.text()).splitlines()
    [line] = [line for line in lines if line.startswith("catcat_watchers")]
    return line.endswith(" 0.0")


async def test_a_server_that_goes_sends_its_watchers_away_at_once(tmp_path: Path) -> None:
    async with catcat(tmp_path) as server, watching(server.url) as watcher:
        async with asyncio.timeout(10):
            assert await server.stop() == 0
        await until(lambda: watcher.is_over)


async def test_without_redis_nothing_is_said_and_then_it_goes_on(tmp_path: Path) -> None:
    async with catcat(tmp_path) as server, watching(server.url) as watcher:
        await until(lambda: len(watcher.told) > 2)
        redis = server.redis_pid()
        os.kill(redis, signal.SIGSTOP)
        try:
            await until(lambda: watcher.comments)
            told = len(watcher.told)
        finally:
            os.kill(redis, signal.SIGKILL)  # the server starts its own again
        await until(lambda: len(watcher.told) > told + 1)


async def test_who_does_not_read_is_cut_off_and_costs_no_more_than_its_buffers() -> None:
    news = comment_frame(token_hex(100_000))

    async def start() -> Frame:
        return news

    told = Broadcast(start)

    async def watch(request: web.Request) -> web.Response:
        return event_stream(request, partial(told.frames, "here"), stuck_s=0.3)

    app = web.Application()
    app.router.add_get("/", watch)
    async with serving(app) as url:
        host, port = url.removeprefix("http://").split(":")
        loop = asyncio.get_running_loop()
        with socket.create_connection((host, int(port))) as line:
            line.setblocking(False)
            await loop.sock_sendall(line, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await until(lambda: told.watchers == 1)
            await until(lambda: _publish(told, news) and told.watchers == 0)
            with suppress(ConnectionResetError):
                while await loop.sock_recv(line, 65_536):
                    pass


def _publish(told: Broadcast, news: Frame) -> bool:
    told.publish(news)
    return True


async def test_a_catch_that_is_asked_for_again_elsewhere_counts_once(
    tmp_path: Path, sqlite_url: str
) -> None:
    """The answer got lost, and the player comes back to another process with the same attempt."""
    with redis_server() as redis:
        stores = {"redis": redis.url, "database": sqlite_url}
        async with (
            game(tmp_path / "one", **stores) as here,
            game(tmp_path / "other", **stores) as there,
            watching(there.app.url) as watcher,
        ):
            await here.store(plan(catches_per_cat=5))
            async with here.player("ann") as phone:
                await phone.stand()
                cat = (await phone.some_cat())["id"]
                caught = await phone.catch_surely(cat, "try")
            async with there.player("ann") as phone:
                await phone.stand()
                again = await phone.throw(cat, caught["attempt"], "the ticket of another session")
            assert again == caught
            told = await watcher.until_told(catches=1)
            seen = len(watcher.told)
            await until(lambda: len(watcher.told) > seen + 2)
            assert told["catches"] == watcher.last["catches"] == 1
            assert sum(told.data["catches_per_s"] for told in watcher.told) == 1


async def test_two_workers_add_up(tmp_path: Path) -> None:
    """Players of both processes are on the screen of either, and watchers of both see them."""
    async with catcat(tmp_path, "--workers", "2") as server, AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(watching(server.url)) for _ in range(6)]
        session = await stack.enter_async_context(aiohttp.ClientSession(server.url))
        sockets = []
        for _ in range(12):
            async with session.post("/v1/players", json={}) as answer:
                token = (await answer.json())["token"]
            socket = await stack.enter_async_context(session.ws_connect("/play"))
            await socket.send_json({"type": "hello", "token": token})
            assert (await socket.receive_json())["type"] == "welcome"
            sockets.append(socket)
        for watcher in watchers:
            told = await watcher.until_told(players=12)
            assert told["players"] == 12


@pytest.mark.slow
async def test_seconds_do_not_wait_for_books_that_take_their_time(
    tmp_path: Path, postgres_url: str
) -> None:
    at = make_url(postgres_url)
    books = await asyncpg.connect(user="postgres", database=at.database, host=at.query["host"])
    try:
        async with (
            game(tmp_path, database=postgres_url) as server,
            watching(server.app.url) as watcher,
            books.transaction(),
        ):
            await books.execute("LOCK TABLE stores IN ACCESS EXCLUSIVE MODE")
            await until(lambda: _newest_waits(books), within_s=30.0)
            seen = len(watcher.told)
            await until(lambda: len(watcher.told) > seen + 2)
            assert await _newest_waits(books)
    finally:
        await books.close()


async def _newest_waits(books: asyncpg.Connection) -> bool:
    """Whether the wall's question for new stores waits for a lock, as it is now."""
    await books.execute("SELECT pg_stat_clear_snapshot()")
    return bool(
        await books.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE '%ORDER BY stores.id DESC%'"
        )
    )
