"""Sanctions: no coupons for a while, for whom two independent signals call a cheat.

A sanction is an event with its evidence. The evidence says what was seen and roughly where, never
where exactly.
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select, update

from gameserver.game.signals import Doubt
from gameserver.ledger.database import Database
from gameserver.ledger.ids import new_id
from gameserver.ledger.paging import Page, page_size, text_cursor
from gameserver.ledger.revisions import next_rev
from gameserver.ledger.tables import sanctions

ROUGHLY = 2
"""Decimals of a degree that the books may have of a place: about a kilometre."""


class Evidence(Struct, frozen=True):
    """One signal: how sure it is (0 to 1), when it was seen, and what of it can be shown."""

    signal: str
    score: float
    at_ms: int
    detail: str


class Sanction(Struct, frozen=True):
    """No coupons for `player` until `until_ms`, unless it was lifted; `lat` and `lon` are rough."""

    id: str
    player: str
    at_ms: int
    until_ms: int
    lat: float
    lon: float
    evidence: list[Evidence]
    lifted_ms: int | None = None
    lifted_by: str | None = None


class NewSanction(Struct, frozen=True):
    """Who is to get no coupons, until when, why, and where it was seen."""

    player: str
    at_ms: int
    until_ms: int
    place: tuple[float, float]
    doubts: Sequence[Doubt]


class Standing(Struct, frozen=True):
    """Until when a player gets no coupons; 0 where a sanction was lifted. `rev` grows."""

    player: str
    until_ms: int
    rev: int


class _Kept(Struct, frozen=True):
    lat: float
    lon: float
    evidence: list[Evidence]


_decode = msgspec.json.Decoder(_Kept).decode


class Sanctions:
    """Keeps sanctions."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def impose(self, wanted: NewSanction) -> Sanction:
        """See `impose`."""
        return await self._db.write(impose, wanted)

    async def lift(self, sanction: str, by: str) -> bool:
        """See `lift`."""
        return await self._db.write(lift, sanction, by, self._clock())

    async def listed(
        self, player: str | None, limit: int, cursor: str | None = None
    ) -> Page[Sanction]:
        """Sanctions, of one player or of all, the newest first."""
        return await self._db.read(listed, player, limit, cursor)

    async def changed_since(self, rev: int, limit: int = 1000) -> list[Standing]:
        """At most `limit` players whose sanctions changed after `rev`, in the order of change."""
        return await self._db.read(changed_since, rev, limit)


def impose(connection: Connection, wanted: NewSanction) -> Sanction:
    """Write a sanction down."""
    lat, lon = (round(deg, ROUGHLY) for deg in wanted.place)
    evidence = [
        Evidence(doubt.signal, round(doubt.score, 2), doubt.at_ms, doubt.detail)
        for doubt in wanted.doubts
    ]
    made = Sanction(
        new_id("san", wanted.at_ms),
        wanted.player,
        wanted.at_ms,
        wanted.until_ms,
        lat,
        lon,
        evidence,
    )
    connection.execute(
        insert(sanctions).values(
            id=made.id,
            player_id=made.player,
            at_ms=made.at_ms,
            until_ms=made.until_ms,
            evidence=msgspec.json.encode(_Kept(lat, lon, evidence)).decode(),
            rev=next_rev(connection),
        )
    )
    return made


def lift(connection: Connection, sanction: str, by: str, now_ms: int) -> bool:
    """Let a player have coupons again; False if there is no such sanction. Twice is fine."""
    found = connection.execute(select(sanctions).where(sanctions.c.id == sanction)).first()
    if found is None:
        return False
    if found.lifted_ms is None:
        connection.execute(
            update(sanctions)
            .where(sanctions.c.id == sanction)
            .values(lifted_ms=now_ms, lifted_by=by, rev=next_rev(connection))
        )
    return True


def listed(
    connection: Connection, player: str | None, limit: int, cursor: str | None
) -> Page[Sanction]:
    """Sanctions, of one player or of all, the newest first: ids grow with time."""
    size = page_size(limit)
    query = select(sanctions).order_by(sanctions.c.id.desc()).limit(size + 1)
    if player is not None:
        query = query.where(sanctions.c.player_id == player)
    if cursor is not None:
        query = query.where(sanctions.c.id < text_cursor(cursor))
    rows = connection.execute(query).all()
    following = rows[size - 1].id if len(rows) > size else None
    return Page([_sanction(row) for row in rows[:size]], following)


def changed_since(connection: Connection, rev: int, limit: int) -> list[Standing]:
    """Players whose sanctions changed after `rev`, with what holds for them now."""
    query = (
        select(sanctions.c.player_id, sanctions.c.rev)
        .where(sanctions.c.rev > rev)
        .order_by(sanctions.c.rev)
        .limit(page_size(limit))
    )
    changed = {row.player_id: row.rev for row in connection.execute(query)}
    held = connection.execute(
        select(sanctions.c.player_id, sanctions.c.until_ms).where(
            sanctions.c.player_id.in_(changed), sanctions.c.lifted_ms.is_(None)
        )
    )
    until_ms: dict[str, int] = {}
    for row in held:
        until_ms[row.player_id] = max(row.until_ms, until_ms.get(row.player_id, 0))
    return [Standing(player, until_ms.get(player, 0), last) for player, last in changed.items()]


def forget(connection: Connection, player: str) -> None:
    """Take a player's sanctions out of the books."""
    connection.execute(delete(sanctions).where(sanctions.c.player_id == player))


def _sanction(row: Row[tuple[object, ...]]) -> Sanction:
    kept = _decode(row.evidence)
    return Sanction(
        row.id,
        row.player_id,
        row.at_ms,
        row.until_ms,
        kept.lat,
        kept.lon,
        kept.evidence,
        row.lifted_ms,
        row.lifted_by,
    )
