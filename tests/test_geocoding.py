"""Addresses to places, and the manners that providers ask for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gameserver import geocoding
from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.game.geo import great_circle_m
from gameserver.geocoding import (
    WAITING_MOST,
    Geocoder,
    GeocoderAway,
    GeocoderOptions,
    WrongGeocoder,
    open_geocoder,
)
from tests.servers.nominatim import Nominatim, nominatim
from tests.waiting import until

TEA = ("Corner Tea, Orchard Road, Singapore", 1.3039, 103.8319)


class Turns:
    """Turns that a test gives."""

    def __init__(self, given: int = 1_000) -> None:
        self.left = given
        self.asked = 0

    async def take(self, nonce: str) -> bool:
        self.asked += 1
        self.left -= 1
        return self.left >= 0


@asynccontextmanager
async def geocoder(
    turns: Turns | None = None, **more: Any
) -> AsyncIterator[tuple[Geocoder, Nominatim]]:
    async with nominatim() as server:
        wanted = GeocoderOptions("nominatim", server.options, **more)
        async with open_geocoder(wanted, (turns or Turns()).take) as found:
            yield found, server


async def test_an_address_is_where_the_geocoder_says() -> None:
    async with geocoder() as (maps, server):
        server.places["orchard road"] = [TEA]
        (found,) = await maps.find("  orchard   road ")
        assert (found.address, found.lat, found.lon) == TEA
        assert server.agents == {"cats-of-the-tests/1 (ops@example.org)"}
        assert "OpenStreetMap" in (maps.attribution or "")


async def test_what_was_asked_before_is_not_asked_again() -> None:
    async with geocoder() as (maps, server):
        server.places["orchard road"] = [TEA, TEA]
        first = await maps.find("orchard road")
        assert await maps.find("orchard road") == first
        assert await maps.find("nowhere") == await maps.find("nowhere") == ()
        assert server.asked == ["orchard road", "nowhere"]


async def test_many_who_ask_for_the_same_at_once_ask_once() -> None:
    async with geocoder() as (maps, server):
        server.places["orchard road"] = [TEA]
        answers = await asyncio.gather(*(maps.find("orchard road") for _ in range(WAITING_MOST)))
        assert len(set(answers)) == 1
        assert server.asked == ["orchard road"]


async def test_nothing_is_asked_without_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "TURN_EVERY_S", 0.001)
    turns = Turns(given=1)
    async with geocoder(turns) as (maps, server):
        await maps.find("one")
        second = asyncio.create_task(maps.find("two"))
        await until(lambda: turns.asked > 5)
        assert server.asked == ["one"]
        turns.left = 1
        await second
        assert server.asked == ["one", "two"]


async def test_a_geocoder_that_says_too_much_is_left_alone() -> None:
    async with geocoder() as (maps, server):
        server.status, server.headers = 429, {"Retry-After": "30"}
        for _ in range(3):
            with pytest.raises(GeocoderAway):
                await maps.find("orchard road")
        assert server.asked == ["orchard road"]


@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
async def test_a_geocoder_that_fails_is_away_and_is_asked_again(status: int) -> None:
    async with geocoder() as (maps, server):
        server.status = status
        with pytest.raises(GeocoderAway):
            await maps.find("orchard road")
        server.status = 200
        server.places["orchard road"] = [TEA]
        assert len(await maps.find("orchard road")) == 1


async def test_a_geocoder_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "WITHIN_S", 0.2)
    async with geocoder() as (maps, server):
        server.silent.set()
        with pytest.raises(GeocoderAway):
            await maps.find("orchard road")


async def test_whoever_comes_when_too_many_wait_is_told_at_once() -> None:
    async with geocoder() as (maps, server):
        server.silent.set()
        waiting = [asyncio.create_task(maps.find(f"road {n}")) for n in range(WAITING_MOST)]
        await until(lambda: server.asked)
        with pytest.raises(GeocoderAway, match="too many"):
            await maps.find("one more")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_geocoder_may_answer_in_another_datum() -> None:
    async with geocoder(datum=Datum.BD09) as (maps, server):
        shop = (31.2304, 121.4737)
        server.places["nanjing road"] = [("300 Nanjing Road", *FROM_WGS84[Datum.BD09](*shop))]
        (found,) = await maps.find("nanjing road")
        assert great_circle_m(found.lat, found.lon, *shop) < 0.1


@pytest.mark.parametrize(
    ("service", "options"),
    [
        ("atlantis", {}),
        ("nominatim", {}),  # the public one must know who asks
        ("nominatim", {"user_agent": "x", "colour": "red"}),
        ("googlev3", {"domain": 7}),
    ],
)
def test_a_geocoder_that_cannot_be_set_up_says_so(service: str, options: dict[str, Any]) -> None:
    with pytest.raises(WrongGeocoder, match=service):
        Geocoder(GeocoderOptions(service, options), Turns().take)
