"""What anyone may know of the game: its cats, and where they live."""

from math import asin, atan2, cos, degrees, hypot, radians, sin

import msgspec
from msgspec import Struct

from gameserver.game.geo import great_circle_m
from gameserver.game.model import PlannedStore
from gameserver.game.spawning import is_active
from gameserver.http.call import Call, Listed, NoQuery
from gameserver.http.page_settings import PageSettings
from gameserver.http.route import JSON, Written

STORES_MOST = 200
_PAGE = 1000


class SpeciesView(Struct, frozen=True):
    """One kind of cat. `catch_rate` is the chance that a throw hits, `weight` how common it is."""

    id: str
    name_en: str
    name_zh: str
    rarity: str
    weight: float
    points: int
    catch_rate: float
    art: str
    about_en: str
    about_zh: str


class Place(Struct, frozen=True):
    """WGS-84 degrees."""

    lat: float
    lon: float


class MapStore(Struct, frozen=True):
    """A store where cats live, WGS-84."""

    id: str
    name: str
    lat: float
    lon: float


class StreetMap(Struct, frozen=True):
    """Where the game is played: stores where cats live, and a circle that holds them all.

    `centre` is null and `radius_m` 0 where there is none; no more than 200 stores are listed.
    """

    centre: Place | None
    radius_m: float
    stores: list[MapStore]


async def species(call: Call[None, NoQuery]) -> Listed[SpeciesView]:
    """All kinds of cats, in the order of the album."""
    return Listed(
        [
            SpeciesView(id=id_, **msgspec.structs.asdict(kind))
            for id_, kind in call.site.species.items()
        ],
        None,
    )


async def page_settings(call: Call[None, NoQuery]) -> PageSettings:
    """What the pages need to know before they show anything: tiles, and the next event."""
    return call.site.pages


async def street_map(call: Call[None, NoQuery]) -> Written:
    """Where to walk. A few seconds old at the most."""

    async def make() -> bytes:
        return msgspec.json.encode(map_of(await _stores_with_cats(call)))

    return Written(200, JSON, await call.memory.map.get(make, call.now_ms))


def map_of(stores: list[PlannedStore]) -> StreetMap:
    """The circle around the middle of the stores (as directions from the earth's centre)."""
    listed = [MapStore(store.id, store.name, store.lat, store.lon) for store in stores]
    if not stores:
        return StreetMap(None, 0.0, [])
    x = sum(cos(radians(store.lat)) * cos(radians(store.lon)) for store in stores)
    y = sum(cos(radians(store.lat)) * sin(radians(store.lon)) for store in stores)
    z = sum(sin(radians(store.lat)) for store in stores)
    length = hypot(x, y, z)
    lat = degrees(asin(max(-1.0, min(1.0, z / length)))) if length > 1e-9 else 0.0
    lon = degrees(atan2(y, x))
    radius_m = max(
        great_circle_m(lat, lon, store.lat, store.lon) + (store.plan.radius_m if store.plan else 0)
        for store in stores
    )
    return StreetMap(Place(round(lat, 6), round(lon, 6)), round(radius_m, 1), listed)


async def _stores_with_cats(call: Call[None, NoQuery]) -> list[PlannedStore]:
    merchants = call.site.ledger.merchants
    found: list[PlannedStore] = []
    rev = 0
    while len(found) < STORES_MOST:
        page = await merchants.planned_stores(rev, _PAGE)
        found += [store for store in page if _has_cats(store, call.now_ms)]
        if len(page) < _PAGE:
            break
        rev = page[-1].rev
    return sorted(found[:STORES_MOST], key=lambda store: store.id)


def _has_cats(store: PlannedStore, now_ms: int) -> bool:
    plan = store.plan
    return plan is not None and plan.cats_alive > 0 and is_active(store, now_ms)
