"""Merchants' stores and their spawn plans."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from gameserver.game.datum import FROM_WGS84, TO_WGS84, Datum
from gameserver.game.hours import BadHours, check_hours
from gameserver.game.model import ActiveHours
from gameserver.game.model import SpawnPlan as GamePlan
from gameserver.http.call import Call, Listed, NoQuery, Paging
from gameserver.http.errors import Problem, invalid
from gameserver.http.texts import Id, Line, Moment, Name, epoch_ms, is_id, moment_of, moment_rule
from gameserver.ledger import stores as ledger_stores
from gameserver.ledger.stores import UnknownTimezone
from gameserver.species import Species

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
State = Literal["active", "paused"]

PLACE_DIGITS = 7
"""About a centimetre."""


class ActiveSpan(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """When cats live around the store: from, to (not included), and hours.

    `hours` are in OpenStreetMap's syntax of opening hours, in the store's time zone.
    """

    from_: Moment | None = None
    to: Moment | None = None
    hours: Line | None = None


Weight = Annotated[float, Meta(gt=0, le=1e6)]


class SpawnPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many cats of which kinds live around a store, and what they carry.

    `species` are weights against each other; without it all kinds come as often as they do by
    nature. `campaign` is one of the merchant's own, or null for cats without coupons.
    """

    cats_alive: Annotated[int, Meta(ge=0, le=200)]
    lifetime_s: Annotated[int, Meta(ge=10, le=86_400)]
    radius_m: Annotated[float, Meta(ge=0, le=1000)]
    species: Annotated[dict[str, Weight], Meta(min_length=1, max_length=100)] | None = None
    campaign: Id | None = None
    catches_per_cat: Annotated[int, Meta(ge=1, le=1000)] = 1
    active: ActiveSpan = ActiveSpan()


class NewStore(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A store to be. Without `catch_m` it has the game's own reach."""

    name: Name
    lat: Latitude
    lon: Longitude
    datum: Datum = Datum.WGS84
    address: Line | None = None
    timezone: Timezone
    opening_hours: Line | None = None
    catch_m: Reach | None = None
    state: State = "active"


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
    opening_hours: Line | UnsetType | None = UNSET
    catch_m: Reach | UnsetType = UNSET
    state: State | UnsetType = UNSET


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
    spawn_plan: SpawnPlan | None


def place_is_whole(said: StoreChange) -> Problem | None:
    """Half a place is none."""
    if (said.lat is UNSET) == (said.lon is UNSET):
        return None
    return invalid("lat" if said.lat is UNSET else "lon", "is missing: lat and lon come together")


def span_is_forward(said: SpawnPlan) -> Problem | None:
    """A span ends after it begins."""
    begins, ends = said.active.from_, said.active.to
    if begins is None or ends is None or begins < ends:
        return None
    return invalid("active.to", "must be after active.from")


PLAN_RULES = (moment_rule("active.from_"), moment_rule("active.to"), span_is_forward)

NO_STORE = Problem("not_found", "This merchant has no such store.")


async def list_stores(call: Call[None, Paging]) -> Listed[Store]:
    """The merchant's stores, the oldest first."""
    paging = call.query
    page = await call.site.ledger.merchants.list_stores(call.merchant, paging.limit, paging.cursor)
    return Listed([shown(store) for store in page.items], page.next)


def make_store(connection: Connection, call: Call[NewStore, NoQuery]) -> Store | Problem:
    """Put a store on the map. It has no cats before it has a spawn plan."""
    said = call.body
    lat, lon = TO_WGS84[said.datum](said.lat, said.lon)
    wanted = ledger_stores.NewStore(
        name=said.name,
        lat=lat,
        lon=lon,
        datum=said.datum.value,
        address=said.address,
        timezone=said.timezone,
        opening_hours=said.opening_hours,
        catch_m=call.site.rules.catch_m if said.catch_m is None else said.catch_m,
        state=said.state,
    )
    made = ledger_stores.create_stores(connection, call.merchant, [wanted], call.now_ms)
    return _no_timezone(made) if isinstance(made, UnknownTimezone) else shown(made[0])


async def get_store(call: Call[None, NoQuery]) -> Store | Problem:
    """One store."""
    store = await _store(call, call.path["store"])
    return NO_STORE if store is None else shown(store)


async def change_store(call: Call[StoreChange, NoQuery]) -> Store | Problem:
    """Change what is said, and leave the rest."""
    said = call.body
    store = await _store(call, call.path["store"])
    if store is None:
        return NO_STORE
    lat, lon = said.lat, said.lon
    if lat is not UNSET and lon is not UNSET:
        datum = Datum(store.datum) if said.datum is UNSET else said.datum
        lat, lon = TO_WGS84[datum](lat, lon)
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
    )
    changed = await call.site.ledger.merchants.update_store(call.merchant, store.id, change)
    if isinstance(changed, UnknownTimezone):
        return _no_timezone(changed)
    return NO_STORE if changed is None else shown(changed)


async def delete_store(call: Call[None, NoQuery]) -> Problem | None:
    """Take a store off the map for good. What was caught there stays in the books."""
    store = call.path["store"]
    known = is_id(store) and await call.site.ledger.merchants.delete_store(call.merchant, store)
    return None if known else NO_STORE


async def put_plan(call: Call[SpawnPlan, NoQuery]) -> SpawnPlan | Problem:
    """Give a store its spawn plan, in place of any other."""
    store = call.path["store"]
    if not is_id(store):
        return NO_STORE
    plan = _game_plan(call.body, call.site.species)
    if isinstance(plan, Problem):
        return plan
    if plan.campaign is not None and not await _is_campaign_of(call, plan.campaign):
        return invalid("campaign", "this merchant has no such campaign")
    changed = await call.site.ledger.merchants.put_plan(call.merchant, store, plan)
    if changed is None:
        return NO_STORE
    assert changed.plan is not None
    return _shown_plan(changed.plan)


async def _is_campaign_of(call: Call[SpawnPlan, NoQuery], campaign: str) -> bool:
    """Whether the coupon service has the campaign, as one of the caller's merchant."""
    found = await call.site.coupons.offerings([campaign])
    return any(offering.merchant == call.merchant for offering in found)


def shown(store: ledger_stores.Store) -> Store:
    """A store of the ledger as merchants see it."""
    assert store.state != "deleted"
    datum = Datum(store.datum)
    lat, lon = FROM_WGS84[datum](store.lat, store.lon)
    return Store(
        id=store.id,
        name=store.name,
        lat=round(lat, PLACE_DIGITS),
        lon=round(lon, PLACE_DIGITS),
        datum=datum,
        address=store.address,
        timezone=store.timezone,
        opening_hours=store.opening_hours,
        catch_m=store.catch_m,
        state=store.state,
        spawn_plan=None if store.plan is None else _shown_plan(store.plan),
    )


async def _store(call: Call[Any, NoQuery], store: str) -> ledger_stores.Store | None:
    if not is_id(store):
        return None
    return await call.site.ledger.merchants.get_store(call.merchant, store)


def _no_timezone(unknown: UnknownTimezone) -> Problem:
    return invalid("timezone", f"{unknown.timezone!r} is no IANA time zone, as Asia/Shanghai is")


def _game_plan(said: SpawnPlan, kinds: Mapping[str, Species]) -> GamePlan | Problem:
    """The plan as the game knows it."""
    weights = said.species
    if weights is None:
        weights = {kind: species.weight for kind, species in kinds.items()}
    for kind in weights:
        if kind not in kinds:
            return invalid(f"species.{kind}", "is no species; see /v1/species")
    active = said.active
    if active.hours is not None:
        try:
            check_hours(active.hours)
        except BadHours as error:
            return invalid("active.hours", f"{error}, as in Mo-Fr 10:00-22:00")
    return GamePlan(
        cats_alive=said.cats_alive,
        lifetime_s=said.lifetime_s,
        radius_m=said.radius_m,
        species=weights,
        campaign=said.campaign,
        catches_per_cat=said.catches_per_cat,
        active=ActiveHours(epoch_ms(active.from_), epoch_ms(active.to), active.hours),
    )


def _shown_plan(plan: GamePlan) -> SpawnPlan:
    active = plan.active
    return SpawnPlan(
        cats_alive=plan.cats_alive,
        lifetime_s=plan.lifetime_s,
        radius_m=plan.radius_m,
        species=plan.species,
        campaign=plan.campaign,
        catches_per_cat=plan.catches_per_cat,
        active=ActiveSpan(moment_of(active.from_ms), moment_of(active.to_ms), active.hours),
    )
