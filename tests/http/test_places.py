"""Stores by their address: found, offered, or not."""

from collections.abc import AsyncIterator

import pytest

from gameserver.geocoding import GeocoderOptions, open_geocoder
from gameserver.ledger.ledger import Ledger
from tests.http.desk import Clock, Desk, open_desk
from tests.servers.nominatim import Nominatim, nominatim
from tests.test_geocoding import TEA, Turns

BY_ADDRESS = {"name": "Corner Tea", "address": "orchard road"}


@pytest.fixture
async def maps(ledger: Ledger, clock: Clock) -> AsyncIterator[tuple[Desk, Nominatim]]:
    async with nominatim() as server:
        wanted = GeocoderOptions("nominatim", server.options)
        async with (
            open_geocoder(wanted, Turns().take) as geocoder,
            open_desk(ledger, clock, geocoder=geocoder) as desk,
        ):
            yield desk, server


async def test_a_store_with_an_address_of_one_place_is_there(maps: tuple[Desk, Nominatim]) -> None:
    desk, server = maps
    server.places["orchard road"] = [TEA]
    store = await desk.made("/v1/stores", BY_ADDRESS)
    assert (store["lat"], store["lon"], store["address"]) == (*TEA[1:], "orchard road")
    assert store["timezone"] == "Asia/Singapore"


async def test_of_several_places_one_is_chosen_by_its_id(maps: tuple[Desk, Nominatim]) -> None:
    desk, server = maps
    server.places["orchard road"] = [TEA, ("Orchard Road, Perth", -31.9, 115.9)]
    refused = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS | {"datum": "gcj02"})
    assert (refused.status, refused.code) == (422, "ambiguous_address")
    assert (await desk.as_merchant("GET", "/v1/stores")).json["items"] == []
    offered = refused.json["candidates"]
    assert [each["address"] for each in offered] == [TEA[0], "Orchard Road, Perth"]
    assert refused.json["attribution"].startswith("© OpenStreetMap")
    asked = await desk.as_merchant("GET", "/v1/places?address=orchard%20road&datum=gcj02")
    assert asked.json["candidates"] == offered
    chosen = BY_ADDRESS | {"candidate": offered[1]["id"]}
    store = await desk.made("/v1/stores", chosen)
    assert (store["lat"], store["lon"]) == (-31.9, 115.9)
    wrong = BY_ADDRESS | {"candidate": "0" * 16}
    assert (await desk.as_merchant("POST", "/v1/stores", wrong)).field == "candidate"


async def test_an_address_that_nobody_has_is_refused(maps: tuple[Desk, Nominatim]) -> None:
    desk, _ = maps
    reply = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS)
    assert (reply.status, reply.code) == (422, "unknown_address")
    found = await desk.as_merchant("GET", "/v1/places?address=nowhere")
    assert found.json["candidates"] == []


async def test_a_store_with_a_place_asks_nobody(maps: tuple[Desk, Nominatim]) -> None:
    desk, server = maps
    store = await desk.a_store(address="orchard road")
    assert store["address"] == "orchard road"
    assert server.asked == []


async def test_a_geocoder_that_is_away_is_a_reason_to_come_again(
    maps: tuple[Desk, Nominatim],
) -> None:
    desk, server = maps
    server.status = 503
    reply = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS, Idempotency_Key="k")
    assert (reply.status, reply.code) == (503, "geocoder_unavailable")
    assert reply.headers["Retry-After"] == "10"
    server.status, server.places["orchard road"] = 200, [TEA]
    made = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS, Idempotency_Key="k")
    assert made.status == 201
    server.status = 503
    again = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS, Idempotency_Key="k")
    assert (again.status, again.raw) == (201, made.raw)


async def test_where_there_is_no_geocoder_a_place_must_be_given(desk: Desk) -> None:
    reply = await desk.as_merchant("POST", "/v1/stores", BY_ADDRESS)
    assert (reply.status, reply.code) == (422, "no_geocoder")
    reply = await desk.as_merchant("GET", "/v1/places?address=orchard")
    assert (reply.status, reply.code) == (422, "no_geocoder")


@pytest.mark.parametrize("address", ["", "x", "%20%20%20%20", "a%00b%20c", "y" * 501])
async def test_what_can_be_no_address_is_not_asked_for(desk: Desk, address: str) -> None:
    reply = await desk.as_merchant("GET", f"/v1/places?address={address}")
    assert (reply.status, reply.field) == (422, "address")
