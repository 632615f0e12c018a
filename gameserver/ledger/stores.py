"""Stores and their spawn plans, as merchants edit them and as keepers see them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection, bindparam, insert, select, update

from gameserver.game.geo import STORE_RADIUS_MAX_M, region_of
from gameserver.game.hours import are_hours
from gameserver.game.model import PlannedStore, SpawnPlan
from gameserver.game.zones import is_timezone
from gameserver.ledger.batch import AnyRow, among, insert_ignore, texts
from gameserver.ledger.ids import new_id
from gameserver.ledger.paging import Page, page_size, text_cursor
from gameserver.ledger.revisions import next_rev
from gameserver.ledger.tables import regions, spawn_plans, stores

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=500)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Reach = Annotated[float, Meta(gt=0, le=STORE_RADIUS_MAX_M)]
Datum = Literal["wgs84", "gcj02", "bd09"]
StoreState = Literal["active", "paused", "deleted"]
Ref = Annotated[str, Meta(min_length=1, max_length=64)]


class NewStore(Struct, frozen=True, kw_only=True):
    """What a merchant says of a store; `lat` and `lon` are WGS-84, `datum` is what was typed in."""

    name: Name
    lat: Latitude
    lon: Longitude
    datum: Datum = "wgs84"
    address: Text | None = None
    timezone: str = "UTC"
    opening_hours: Text | None = None
    catch_m: Reach = 50.0
    state: Literal["active", "paused"] = "active"
    ref: Ref | None = None


class StoreChange(Struct, frozen=True, kw_only=True):
    """The fields of a store that are to change."""

    name: Name | UnsetType = UNSET
    lat: Latitude | UnsetType = UNSET
    lon: Longitude | UnsetType = UNSET
    datum: Datum | UnsetType = UNSET
    address: Text | UnsetType | None = UNSET
    timezone: str | UnsetType = UNSET
    opening_hours: Text | UnsetType | None = UNSET
    catch_m: Reach | UnsetType = UNSET
    state: Literal["active", "paused"] | UnsetType = UNSET
    ref: Ref | UnsetType | None = UNSET


class Store(Struct, frozen=True, kw_only=True):
    """A store in the books."""

    id: str
    merchant: str
    name: str
    lat: float
    lon: float
    datum: Datum
    address: str | None
    timezone: str
    opening_hours: str | None
    catch_m: float
    state: StoreState
    ref: str | None
    plan: SpawnPlan | None


class UnknownTimezone(Struct, frozen=True):
    """No IANA time zone has that name."""

    timezone: str


class RefTaken(Struct, frozen=True):
    """Another store of the merchant has that number."""

    ref: str


NotKept = UnknownTimezone | RefTaken
"""Why a store cannot be as it was said."""

_STORES = select(stores, spawn_plans.c.plan).select_from(stores.outerjoin(spawn_plans))
_PLANNED = (
    _STORES.where(stores.c.rev > bindparam("since")).order_by(stores.c.rev).limit(bindparam("most"))
)


def create_stores(
    connection: Connection, merchant: str, wanted: Sequence[NewStore], now_ms: int
) -> list[Store] | NotKept:
    """Make stores, all or none."""
    for each in wanted:
        if not is_timezone(each.timezone):
            return UnknownTimezone(each.timezone)
    if not wanted:
        return []
    refs = [each.ref for each in wanted if each.ref is not None]
    taken = _taken(connection, merchant, refs)
    if taken is not None:
        return taken
    made = [(new_id("sto", now_ms), each) for each in wanted]
    first_rev = next_rev(connection, len(made))
    connection.execute(
        insert(stores),
        [
            {
                **msgspec.structs.asdict(each),
                "id": id_,
                "merchant_id": merchant,
                "region": region_of(each.lat, each.lon),
                "rev": first_rev + i,
                "created_ms": now_ms,
            }
            for i, (id_, each) in enumerate(made)
        ],
    )
    return [
        Store(id=id_, merchant=merchant, plan=None, **msgspec.structs.asdict(each))
        for id_, each in made
    ]


def get_store(connection: Connection, merchant: str, store: str) -> Store | None:
    """A store of the merchant that is not deleted."""
    row = connection.execute(_one(merchant, store)).first()
    return None if row is None else _store(row)


def list_stores(
    connection: Connection, merchant: str, limit: int, cursor: str | None
) -> Page[Store]:
    """The merchant's stores that are not deleted, the oldest first."""
    size = page_size(limit)
    query = _STORES.where(stores.c.merchant_id == merchant, stores.c.state != "deleted")
    if cursor is not None:
        query = query.where(stores.c.id > text_cursor(cursor))
    rows = connection.execute(query.order_by(stores.c.id).limit(size + 1)).all()
    following = rows[size - 1].id if len(rows) > size else None
    return Page([_store(row) for row in rows[:size]], following)


def update_store(
    connection: Connection, merchant: str, store: str, change: StoreChange
) -> Store | NotKept | None:
    """Change a store; None if the merchant has none of that id."""
    row = connection.execute(_one(merchant, store).with_for_update(of=stores)).first()
    if row is None:
        return None
    values = {
        field: value
        for field, value in msgspec.structs.asdict(change).items()
        if value is not UNSET
    }
    if "timezone" in values and not is_timezone(values["timezone"]):
        return UnknownTimezone(values["timezone"])
    if values.get("ref") is not None and values["ref"] != row.ref:
        taken = _taken(connection, merchant, [values["ref"]])
        if taken is not None:
            return taken
    if "lat" in values or "lon" in values:
        region = region_of(values.get("lat", row.lat), values.get("lon", row.lon))
        values["region"] = region
        if row.plan is not None:
            keep_region(connection, region)
    _touch(connection, store, values)
    return get_store(connection, merchant, store)


def delete_store(connection: Connection, merchant: str, store: str) -> bool:
    """Take a store off the map for good; its past stays. False if there is none of that id."""
    if connection.execute(_one(merchant, store).with_for_update(of=stores)).first() is None:
        return False
    _touch(connection, store, {"state": "deleted"})
    return True


def put_plan(connection: Connection, merchant: str, store: str, plan: SpawnPlan) -> Store | None:
    """Give a store its spawn plan in place of any other; None if there is no such store.

    Whether the plan's campaign is one of the merchant's is the coupon service's to say.
    """
    row = connection.execute(_one(merchant, store).with_for_update(of=stores)).first()
    if row is None:
        return None
    keep_region(connection, row.region)
    values = {"plan": msgspec.json.encode(plan).decode(), "campaign_id": plan.campaign}
    connection.execute(insert_ignore(connection, spawn_plans).values(store_id=store, **values))
    connection.execute(update(spawn_plans).where(spawn_plans.c.store_id == store).values(values))
    _touch(connection, store, {})
    return get_store(connection, merchant, store)


def planned_stores(connection: Connection, since_rev: int, limit: int) -> list[PlannedStore]:
    """At most `limit` stores that changed after `since_rev`, in the order of their last change.

    Deleted stores too: `plan` is None where a store wants no cats, because it is paused or
    deleted. What the plan's campaign has to say is not looked at.
    """
    rows = connection.execute(_PLANNED, {"since": since_rev, "most": page_size(limit)})
    return [_planned(row) for row in rows]


def all_regions(connection: Connection) -> list[str]:
    """Every region in which a store with a plan has ever been."""
    return list(connection.scalars(select(regions.c.region).order_by(regions.c.region)))


def store_regions(connection: Connection, merchant: str) -> list[tuple[str, str]]:
    """The stores of a merchant with the regions that they are in, the oldest first."""
    query = (
        select(stores.c.id, stores.c.region)
        .where(stores.c.merchant_id == merchant, stores.c.state != "deleted")
        .order_by(stores.c.id)
    )
    return [(row.id, row.region) for row in connection.execute(query)]


def keep_region(connection: Connection, region: str) -> None:
    """Let keepers look after a region: there may be cats from now on."""
    connection.execute(insert_ignore(connection, regions).values(region=region))


def timezones(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The time zones of stores, by id, of those that there ever were."""
    query = select(stores.c.id, stores.c.timezone).where(among(stores.c.id, "ids"))
    return {row.id: row.timezone for row in connection.execute(query, {"ids": texts(ids)})}


def _taken(connection: Connection, merchant: str, refs: list[str]) -> RefTaken | None:
    """The first of these numbers that cannot be given: one that is there, or is asked for twice."""
    if not refs:
        return None
    there = select(stores.c.ref).where(
        stores.c.merchant_id == merchant,
        stores.c.state != "deleted",
        among(stores.c.ref, "refs"),
    )
    seen = set(connection.scalars(there, {"refs": texts(refs)}))
    for ref in refs:
        if ref in seen:
            return RefTaken(ref)
        seen.add(ref)
    return None


def _one(merchant: str, store: str) -> Any:
    return _STORES.where(
        stores.c.id == store, stores.c.merchant_id == merchant, stores.c.state != "deleted"
    )


def _touch(connection: Connection, store: str, values: dict[str, Any]) -> None:
    changed = values | {"rev": next_rev(connection)}
    connection.execute(update(stores).where(stores.c.id == store).values(changed))


def _store(row: AnyRow) -> Store:
    return Store(
        id=row.id,
        merchant=row.merchant_id,
        name=row.name,
        lat=row.lat,
        lon=row.lon,
        datum=row.datum,
        address=row.address,
        timezone=row.timezone,
        opening_hours=row.opening_hours,
        catch_m=row.catch_m,
        state=row.state,
        ref=row.ref,
        plan=_plan(row),
    )


def _plan(row: AnyRow) -> SpawnPlan | None:
    return None if row.plan is None else msgspec.json.decode(row.plan, type=SpawnPlan)


def _planned(row: AnyRow) -> PlannedStore:
    return PlannedStore(
        id=row.id,
        name=row.name,
        region=row.region,
        lat=row.lat,
        lon=row.lon,
        timezone=row.timezone,
        catch_m=row.catch_m,
        plan=_plan(row) if row.state == "active" else None,
        rev=row.rev,
        opening_hours=_readable(row.opening_hours),
    )


def _readable(hours: str | None) -> str | None:
    """Hours that can be read: once any text was taken for them, and decided nothing."""
    return hours if hours is not None and are_hours(hours) else None
