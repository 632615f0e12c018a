"""Addresses as places: what a geocoder finds, offered to the merchant instead of believed."""

from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from gameserver.game.datum import Datum
from gameserver.geocoding import Found, GeocoderAway
from gameserver.http.areas import told
from gameserver.http.call import Call, NoQuery
from gameserver.http.errors import Problem, invalid
from gameserver.http.stores import NewStore

Address = Annotated[str, Meta(min_length=3, max_length=500, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f]*$")]


class PlacesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """An address, and the datum in which its places are to be told."""

    address: Address
    datum: Datum = Datum.WGS84


class Candidate(Struct, frozen=True):
    """A place that has the address; `id` chooses it in `POST /v1/stores`."""

    id: str
    address: str
    lat: float
    lon: float
    datum: Datum


class Places(Struct, frozen=True):
    """What was found, the likeliest first. `attribution` is to be shown with it."""

    candidates: list[Candidate]
    attribution: str | None


async def find_places(call: Call[None, PlacesQuery]) -> Places | Problem:
    """The places that have an address, by the operator's geocoder."""
    found = await _find(call, call.query.address)
    if isinstance(found, Problem):
        return found
    assert call.site.geocoder is not None
    offered = [_offered(each, call.query.datum) for each in found]
    return Places(offered, call.site.geocoder.attribution)


async def with_place(call: Call[NewStore, NoQuery]) -> Call[NewStore, NoQuery] | Problem:
    """A store to be whose address has become a place, or why it can't; others as they are."""
    said = call.body
    if said.lat is not None or said.address is None:
        return call
    found = await _find(call, said.address)
    if isinstance(found, Problem):
        return found
    if said.candidate is not None:
        found = tuple(each for each in found if each.id == said.candidate)
        if not found:
            return invalid("candidate", "is none of this address: see GET /v1/places")
    if not found:
        return Problem("unknown_address", "Give lat and lon, or another address.")
    if len(found) > 1:
        return _ambiguous(call, found)
    lat, lon = told(found[0].lat, found[0].lon, said.datum)
    return replace(call, body=msgspec.structs.replace(said, lat=lat, lon=lon))


def _ambiguous(call: Call[NewStore, NoQuery], found: tuple[Found, ...]) -> Problem:
    assert call.site.geocoder is not None
    offered = Places(
        [_offered(each, call.body.datum) for each in found], call.site.geocoder.attribution
    )
    detail = f"{len(found)} places have this address: send it again with a candidate's id."
    return Problem("ambiguous_address", detail, more=msgspec.to_builtins(offered))


async def _find(call: Call[Any, Any], address: str) -> tuple[Found, ...] | Problem:
    if call.site.geocoder is None:
        return Problem("no_geocoder")
    try:
        return await call.site.geocoder.find(address)
    except GeocoderAway as error:
        return Problem("geocoder_unavailable", f"{error}.".capitalize(), retry_after_s=10)


def _offered(found: Found, datum: Datum) -> Candidate:
    lat, lon = told(found.lat, found.lon, datum)
    return Candidate(found.id, found.address, lat, lon, datum)
