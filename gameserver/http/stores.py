"""Merchants' stores and their spawn plans."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from gameserver.game.datum import TO_WGS84, Datum
from gameserver.game.hours import are_hours
from gameserver.game.zones import timezone_at
from gameserver.http.areas import told
from gameserver.http.call import Call, Listed, NoQuery, Paging
from gameserver.http.errors import Problem, invalid
from gameserver.http.spawn_plans import NO_STORE, SpawnPlan, ground_for, shown_plan
from gameserver.http.texts import Line, Name, is_id
from gameserver.ledger import stores as ledger_stores
from gameserver.ledger.stores import NotKept, RefTaken, UnknownTimezone

Latitude = Annotated[float, Meta(ge=-90, le=90, description="Degrees, in the store's datum.")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="Degrees, in the store's datum.")]
Reach = Annotated[float, Meta(ge=5, le=200, description="How near a catch must be, metres.")]
Timezone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="IANA name, `Asia/Shanghai`; a day of the limits per day begins by it.",
    ),
]
Ref = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^(?=.*\S)[^\x00-\x1f\x7f]*$(?!\n)",
        description="The merchant's own number of the store; no two have the same.",
    ),
]
OpeningHours = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)",
        description="OpenStreetMap's syntax, `Mo-Fr 10:00-22:00; PH off`, in the store's time zone;"
        " without them it is always open. Cats are there only while it is.",
    ),
]
State = Literal["active", "paused"]
Candidate = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)", description="Of those offered.")]


class NewStore(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A store to be. Without `timezone` it has its place's, without `catch_m` the usual reach.

    Without `lat` and `lon` its `address` is looked up: where exactly one place is found, it is
    there; else the places that were found are offered, and `candidate` names one of them.
    """

    name: Name
    lat: Latitude | None = None
    lon: Longitude | None = None
    datum: Datum = Datum.WGS84
    address: Line | None = None
    candidate: Candidate | None = None
    timezone: Timezone | UnsetType = UNSET
    opening_hours: OpeningHours | None = None
    catch_m: Reach | None = None
    state: State = "active"
    ref: Ref | None = None


class StoreChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields of a store that are to change. `lat` and `lon` come together.

    They are in the `datum` that comes with them, else in the store's; a `datum` that comes alone
    changes how the same place is told.
    """

    name: Name | UnsetType = UNSET
    lat: Latitude | UnsetType = UNSET
    lon: Longitude | UnsetType = UNSET
    datum: Datum | UnsetType = UNSET
    address: Line | UnsetType | None = UNSET
    timezone: Timezone | UnsetType = UNSET
    opening_hours: OpeningHours | UnsetType | None = UNSET
    catch_m: Reach | UnsetType = UNSET
    state: State | UnsetType = UNSET
    ref: Ref | UnsetType | None = UNSET


class Store(Struct, frozen=True, kw_only=True):
    """A store, its place told in its own datum."""

    id: str
    name: str
    lat: float
    lon: float
    datum: Datum
    address: str | None
    timezone: str
    opening_hours: str | None
    catch_m: float
    state: State
    ref: str | None
    spawn_plan: SpawnPlan | None


def place_is_whole(said: NewStore | StoreChange) -> Problem | None:
    """Half a place is none."""
    has_lat, has_lon = (part is not None and part is not UNSET for part in (said.lat, said.lon))
    if has_lat == has_lon:
        return None
    return invalid("lon" if has_lat else "lat", "is missing: lat and lon come together")


def hours_can_be_read(said: NewStore | StoreChange) -> Problem | None:
    """Hours that nobody can read would keep the cats away, or let them stay at night."""
    hours = said.opening_hours
    if hours is None or hours is UNSET or are_hours(hours):
        return None
    return invalid("opening_hours", "are not as OpenStreetMap writes them: Mo-Fr 10:00-22:00")


def place_is_said(said: NewStore) -> Problem | None:
    """A place or an address: one of them must be there."""
    if said.lat is not None or said.address:
        return None
    return invalid("lat", "is missing: give lat and lon, or an address")


NEW_RULES = (place_is_whole, place_is_said, hours_can_be_read)
CHANGE_RULES = (place_is_whole, hours_can_be_read)


async def list_stores(call: Call[None, Paging]) -> Listed[Store]:
    """The merchant's stores, the oldest first."""
    paging = call.query
    page = await call.site.ledger.merchants.list_stores(call.merchant, paging.limit, paging.cursor)
    return Listed([shown(store) for store in page.items], page.next)


def make_store(connection: Connection, call: Call[NewStore, NoQuery]) -> Store | Problem:
    """Put a store on the map. It has no cats before it has a spawn plan."""
    said = call.body
    assert said.lat is not None, "whoever gives an address only was helped by `found`"
    assert said.lon is not None
    lat, lon = TO_WGS84[said.datum](said.lat, said.lon)
    wanted = ledger_stores.NewStore(
        name=said.name,
        lat=lat,
        lon=lon,
        datum=said.datum.value,
        address=said.address,
        timezone=timezone_at(lat, lon) if said.timezone is UNSET else said.timezone,
        opening_hours=said.opening_hours,
        catch_m=call.site.rules.catch_m if said.catch_m is None else said.catch_m,
        state=said.state,
        ref=said.ref,
    )
    made = ledger_stores.create_stores(connection, call.merchant, [wanted], call.now_ms)
    return shown(made[0]) if isinstance(made, list) else _not_kept(made)


async def get_store(call: Call[None, NoQuery]) -> Store | Problem:
    """One store."""
    store = await store_of(call, call.path["store"])
    return NO_STORE if store is None else shown(store)


async def change_store(call: Call[StoreChange, NoQuery]) -> Store | Problem:
    """Change what is said, and leave the rest."""
    said = call.body
    store = await store_of(call, call.path["store"])
    if store is None:
        return NO_STORE
    lat, lon = said.lat, said.lon
    if lat is not UNSET and lon is not UNSET:
        datum = Datum(store.datum) if said.datum is UNSET else said.datum
        lat, lon = TO_WGS84[datum](lat, lon)
        if store.plan is not None and (await ground_for(call, (lat, lon), store.plan)).is_empty:
            return invalid("lat", "is away from where the store's cats may be: see its spawn plan")
    change = ledger_stores.StoreChange(
        name=said.name,
        lat=lat,
        lon=lon,
        datum=said.datum if said.datum is UNSET else said.datum.value,
        address=said.address,
        timezone=said.timezone,
        opening_hours=said.opening_hours,
        catch_m=said.catch_m,
        state=said.state,
        ref=said.ref,
    )
    changed = await call.site.ledger.merchants.update_store(call.merchant, store.id, change)
    if isinstance(changed, UnknownTimezone | RefTaken):
        return _not_kept(changed)
    return NO_STORE if changed is None else shown(changed)


async def delete_store(call: Call[None, NoQuery]) -> Problem | None:
    """Take a store off the map for good. What was caught there stays in the books."""
    store = call.path["store"]
    known = is_id(store) and await call.site.ledger.merchants.delete_store(call.merchant, store)
    return None if known else NO_STORE


def shown(store: ledger_stores.Store) -> Store:
    """A store of the ledger as merchants see it."""
    assert store.state != "deleted"
    datum = Datum(store.datum)
    lat, lon = told(store.lat, store.lon, datum)
    return Store(
        id=store.id,
        name=store.name,
        lat=lat,
        lon=lon,
        datum=datum,
        address=store.address,
        timezone=store.timezone,
        opening_hours=store.opening_hours,
        catch_m=store.catch_m,
        state=store.state,
        ref=store.ref,
        spawn_plan=None if store.plan is None else shown_plan(store.plan, datum),
    )


async def store_of(call: Call[Any, NoQuery], store: str) -> ledger_stores.Store | None:
    if not is_id(store):
        return None
    return await call.site.ledger.merchants.get_store(call.merchant, store)


def _not_kept(why: NotKept) -> Problem:
    match why:
        case UnknownTimezone(timezone):
            return invalid("timezone", f"{timezone!r} is no IANA time zone, as Asia/Shanghai is")
        case RefTaken():
            return Problem("ref_taken", f"Another store of this merchant has the ref {why.ref!r}.")
