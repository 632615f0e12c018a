"""What `/metrics` says, of a game server and of a coupon service."""

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gameserver.http.guessing import WRONG_PER_KEY
from gameserver.ops.exposition import exposition
from gameserver.ops.pauses import LOOK_EVERY_S, Pauses
from tests.ops.scrapes import Scrape, assert_sound, scraped
from tests.servers.game import Game, Service, game
from tests.servers.moody import Mood
from tests.waiting import until


class Counted(Collector):
    """A family of one counter."""

    def __init__(self, name: str) -> None:
        self._name = name

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(self._name, "A number.", value=1)


WRONG = "7Q2MHX-0VJ9RC-KE4TA8"
STAGES = ("judge", "claim", "issue", "record", "total")

OF_EITHER = {
    "catcat_process",
    "catcat_loop_lag_seconds",
    "catcat_gc_pause_seconds",
    "catcat_sql_wait_seconds",
    "catcat_sql_run_seconds",
    "catcat_sql_under_way",
    "catcat_http_requests",
    "catcat_http_seconds",
    "catcat_issue_batch_items",
    "catcat_issue_batch_seconds",
}


def test_a_scrape_is_sound(of_game: Scrape, of_coupons: Scrape) -> None:
    assert_sound(of_game)
    assert_sound(of_coupons)


def test_a_coupon_service_has_what_both_have(of_game: Scrape, of_coupons: Scrape) -> None:
    assert of_coupons.own == OF_EITHER
    assert of_game.own > OF_EITHER


def test_two_processes_have_two_names(of_game: Scrape, of_coupons: Scrape) -> None:
    (one,), (other,) = of_game.of("catcat_process"), of_coupons.of("catcat_process")
    assert one.labels["process"] != other.labels["process"]


async def test_a_scrape_of_an_overloaded_process_does_not_wait_for_a_turn_per_family() -> None:
    families = 100
    render = exposition("overloaded", *(Counted(f"family_{n}") for n in range(families)))
    turns = 0

    async def keep_busy() -> None:
        nonlocal turns
        while True:
            time.sleep(0.02)  # noqa: ASYNC251 - a loop that is always late is what this is about
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        busy = tasks.create_task(keep_busy())
        text = await render()
        busy.cancel()
    assert text.count(b"# HELP family_") == families
    assert turns < families / 2


def test_every_stage_of_a_fix_is_timed(of_game: Scrape) -> None:
    assert of_game.value("catcat_fixes_total") >= 60
    assert 1 <= of_game.value("catcat_fix_seconds_count") < of_game.value("catcat_fixes_total")
    assert of_game.value("catcat_reveal_seconds_count") >= 1
    assert of_game.value("catcat_feed_round_seconds_count") >= 1


def test_every_stage_of_a_catch_is_timed(of_game: Scrape) -> None:
    for stage in STAGES:
        assert of_game.value("catcat_catch_seconds_count", stage=stage) >= 1, stage
    (total, *parts) = (
        of_game.value("catcat_catch_seconds_sum", stage=stage)
        for stage in ("total", "claim", "issue", "record")
    )
    assert total >= sum(parts) > 0


def test_batches_say_how_much_went_together_and_how_long_it_took(of_game: Scrape) -> None:
    for items, seconds in (
        ("catcat_issue_batch_items", "catcat_issue_batch_seconds"),
        ("catcat_record_batch_items", "catcat_record_batch_seconds"),
        ("catcat_redis_batch_commands", "catcat_redis_seconds"),
    ):
        batches = of_game.value(f"{items}_count")
        assert batches == of_game.value(f"{seconds}_count") >= 1
        assert of_game.value(f"{items}_sum") >= batches
        assert of_game.value(f"{seconds}_sum") > 0


def test_transactions_are_timed_by_their_kind(of_game: Scrape) -> None:
    for kind in ("write", "read"):
        assert of_game.value("catcat_sql_run_seconds_count", kind=kind) >= 1
        assert of_game.value("catcat_sql_run_seconds_sum", kind=kind) > 0
        assert of_game.value("catcat_sql_wait_seconds_count", kind=kind) >= 1


def test_keepers_and_calls_to_the_coupon_service_are_timed(of_game: Scrape) -> None:
    assert of_game.value("catcat_keeper_round_seconds_count") >= 1
    assert of_game.value("catcat_coupon_call_seconds_count") >= 1
    assert of_game.value("catcat_coupon_calls_total") >= 1


def test_a_coupon_service_counts_what_game_servers_ask(of_coupons: Scrape) -> None:
    asked = {"method": "POST", "route": "/v1/issue"}
    assert of_coupons.value("catcat_http_requests_total", status="200", **asked) >= 1
    assert of_coupons.value("catcat_http_seconds_count", **asked) >= 1
    assert of_coupons.value("catcat_issue_batch_items_sum") >= 1
    assert of_coupons.value("catcat_issue_batch_seconds_sum") > 0


def test_requests_are_counted_by_route_and_never_by_path(of_game: Scrape) -> None:
    found = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in of_game.of("catcat_http_requests_total")
    }
    assert found["GET", "/v1/species", "200"] == 1
    assert found["GET", "/v1/coupons/{code}", "401"] == 1
    assert found["*", "?", "404"] == 2
    assert not any("CODE" in route for _, route, _ in found)


async def test_nobody_can_make_series_by_asking(played: Game) -> None:
    before = len((await scraped(played.app.url)).of("catcat_http_requests_total"))
    async with aiohttp.ClientSession(played.app.url) as client:
        for method in ("BREW", "GET", "POST", "PROPFIND", "PURGE"):
            for number in range(5):
                async with client.request(method, f"/nowhere/{number}") as answer:
                    assert answer.status in (400, 404)
            async with client.request(method, "/healthz") as answer:
                assert answer.status in (200, 400, 405)
    after = len((await scraped(played.app.url)).of("catcat_http_requests_total"))
    assert after <= before + 4  # the first scrape, /healthz, and 400 and 405 of nothing of ours


async def test_a_game_that_keeps_its_coupons_has_no_metrics_of_a_service(street: Game) -> None:
    scrape = await scraped(street.app.url)
    assert_sound(scrape)
    assert not any(name.startswith("catcat_coupon") for name in scrape.own)


async def test_a_service_that_is_away_is_seen(played: Game, service: Service) -> None:
    await service.moody.be(Mood.GONE)

    async def seen() -> bool:
        scrape = await scraped(played.app.url)
        return scrape.value("catcat_coupons_away") == 1

    await until(seen)
    assert (await scraped(played.app.url)).value("catcat_coupon_failures_total") >= 1


async def test_a_loop_that_is_held_up_is_seen() -> None:
    pauses = Pauses()
    watching = asyncio.create_task(pauses.watch())
    await asyncio.sleep(0)
    time.sleep(3 * LOOK_EVERY_S)  # noqa: ASYNC251
    await until(lambda: pauses.lag.total >= LOOK_EVERY_S)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def test_collections_are_timed_as_long_as_somebody_watches() -> None:
    with Pauses() as pauses:
        gc.collect(2)
        assert sum(pauses.collections[2].counts) >= 1
        assert pauses.collections[2].total > 0
    seen = [list(times.counts) for times in pauses.collections]
    gc.collect(2)
    assert [times.counts for times in pauses.collections] == seen


async def test_what_is_too_many_from_one_address_is_counted(tmp_path: Path) -> None:
    limits = {"max_sockets_per_address": 1, "guests_per_minute": 1}
    async with game(tmp_path, **limits) as street, aiohttp.ClientSession(street.app.url) as client:
        async with connect(street.play_url):
            for _ in range(2):
                with pytest.raises(InvalidStatus, match="429"):
                    await connect(street.play_url)
        for status in (201, 429, 429, 429):
            async with client.post("/v1/players") as answer:
                assert answer.status == status
        player = {"Authorization": f"Bearer {street.token('alice')}"}
        for status in (*[404] * WRONG_PER_KEY, 429):
            async with client.get(f"/v1/coupons/{WRONG}/qr.svg", headers=player) as answer:
                assert answer.status == status
        scrape = await scraped(street.app.url)
        counted = {
            sample.labels["what"]: sample.value for sample in scrape.of("catcat_too_many_total")
        }
        assert counted == {"sockets": 2, "guests": 3, "guesses": 1}


async def test_connections_that_have_not_said_what_they_want_are_seen(street: Game) -> None:
    host, port = street.app.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /play HT")

    async def waiting() -> float:
        return (await scraped(street.app.url)).value("catcat_connections_waiting")

    async def one() -> bool:
        return await waiting() == 1

    async def none() -> bool:
        return await waiting() == 0

    await until(one)
    writer.close()
    await until(none)
