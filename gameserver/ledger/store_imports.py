"""Many stores at once: a file of them is held against the books, and then written in one go."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, bindparam, null, select, update

from gameserver.game.geo import region_of
from gameserver.ledger.batch import Many, among, many_inserts, texts
from gameserver.ledger.ids import new_ids
from gameserver.ledger.revisions import next_rev
from gameserver.ledger.stores import NewStore, keep_region
from gameserver.ledger.tables import spawn_plans, stores

AT_ONCE = 1_000
"""Rows of one statement."""

Row = tuple[object, ...]
T = TypeVar("T")


class Kept(Struct, frozen=True):
    """A store in the books; `store` is all that a file can say of it."""

    id: str
    store: NewStore


class Known(Struct, frozen=True):
    """The stores of a merchant that a file speaks of."""

    by_id: dict[str, Kept]
    by_ref: dict[str, Kept]


class Change(Struct, frozen=True):
    """A store before and after."""

    before: Kept
    after: NewStore


class Stale(Struct, frozen=True):
    """Somebody changed one of the stores after the file was held against the books."""


_FIELDS = NewStore.__struct_fields__
_MINE = select(stores.c.id, *(stores.c[field] for field in _FIELDS)).where(
    stores.c.merchant_id == bindparam("merchant"), stores.c.state != "deleted"
)
_BY_ID = _MINE.where(among(stores.c.id, "asked"))
_BY_REF = _MINE.where(among(stores.c.ref, "asked"))
_COLUMNS = tuple(column.name for column in stores.c)
_INSERT = many_inserts(stores, *_COLUMNS)
_SET = tuple(name for name in _COLUMNS if name in {*_FIELDS, "region", "rev"})
_PLANNED = select(spawn_plans.c.store_id).where(among(spawn_plans.c.store_id, "asked"))
_IS_ONE = stores.c.id == bindparam("which")
_LET_GO = Many(update(stores).where(_IS_ONE).values(ref=null()), "which")
_UPDATE = Many(
    update(stores)
    .where(_IS_ONE)
    .ordered_values(*((stores.c[name], bindparam(name)) for name in _SET)),
    *_SET,
    "which",
)


def known_stores(
    connection: Connection, merchant: str, ids: Sequence[str], refs: Sequence[str]
) -> Known:
    """Those of the merchant's stores that have one of these ids or of the merchant's numbers."""
    found: dict[str, Kept] = {}
    for query, asked in ((_BY_ID, ids), (_BY_REF, refs)):
        for part in _parts(asked):
            values = {"merchant": merchant, "asked": texts(part)}
            for id_, *fields in connection.execute(query, values):
                found[id_] = Kept(id_, NewStore(**dict(zip(_FIELDS, fields, strict=True))))
    by_ref = {kept.store.ref: kept for kept in found.values() if kept.store.ref is not None}
    return Known(found, by_ref)


def import_stores(
    connection: Connection,
    merchant: str,
    made: Sequence[NewStore],
    changes: Sequence[Change],
    now_ms: int,
) -> list[str] | Stale:
    """Write new stores and changes of others, all or none; the ids of the new ones, in their order.

    Whoever calls has checked the fields. Stale where the books are not as they were then.
    """
    if not _is_as_before(connection, merchant, made, changes):
        return Stale()
    if not made and not changes:
        return []
    wanted = [*made, *(change.after for change in changes)]
    where = [region_of(each.lat, each.lon) for each in wanted]
    moved = [
        (change.before.id, region)
        for change, region in zip(changes, where[len(made) :], strict=True)
        if region != region_of(change.before.store.lat, change.before.store.lon)
    ]
    _keep_regions(connection, moved)
    # A number may pass from one store to another: first all let go, then all take.
    passed = [change for change in changes if change.before.store.ref != change.after.ref]
    _LET_GO(connection, [(change.before.id,) for change in passed])
    rev = next_rev(connection, len(wanted))
    ids = new_ids("sto", now_ms, len(made))
    marks = list(zip(wanted, where, range(rev, rev + len(wanted)), strict=True))
    for part in _parts(list(zip(ids, marks, strict=False))):
        _INSERT(connection, [_new_row(merchant, now_ms, id_, *mark) for id_, mark in part])
    changed = zip(changes, marks[len(made) :], strict=True)
    _UPDATE(connection, [(*_row(_SET, *mark), change.before.id) for change, mark in changed])
    return ids


def _new_row(merchant: str, now_ms: int, id_: str, *mark: Any) -> Row:
    return _row(_COLUMNS, *mark, id=id_, merchant_id=merchant, created_ms=now_ms)


def _row(columns: Sequence[str], store: NewStore, region: str, rev: int, **more: object) -> Row:
    values = {**asdict(store), "region": region, "rev": rev, **more}
    return tuple(values[name] for name in columns)


def _keep_regions(connection: Connection, moved: Sequence[tuple[str, str]]) -> None:
    """Where stores with plans go, their cats want a keeper."""
    found: set[str] = set()
    for part in _parts(moved):
        planned = set(connection.scalars(_PLANNED, {"asked": texts(id_ for id_, _ in part)}))
        found.update(region for id_, region in part if id_ in planned)
    for region in sorted(found):
        keep_region(connection, region)


def _is_as_before(
    connection: Connection, merchant: str, made: Sequence[NewStore], changes: Sequence[Change]
) -> bool:
    mine = {change.before.id: change.before for change in changes}
    wanted = [*made, *(change.after for change in changes)]
    refs = [each.ref for each in wanted if each.ref is not None]
    known = known_stores(connection, merchant, list(mine), refs)
    return all(known.by_id.get(id_) == kept for id_, kept in mine.items()) and all(
        kept.id in mine for kept in known.by_ref.values()
    )


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
