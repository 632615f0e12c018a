"""Coupons set aside for cats before they are put on the map.

A cat on the map is a coupon in hand: `reserve` counts its coupons against the campaign's stock,
`issue` (issuing.py) takes from them, `release` gives back what nobody caught.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, tuple_, update

from gameserver.game.coupons import Held, refusal
from gameserver.game.model import Reservation
from gameserver.ledger.batch import AnyRow, Many, among, many_inserts, texts
from gameserver.ledger.paging import Page, page_size, pair_cursor
from gameserver.ledger.stock import lock_campaigns, write_counters
from gameserver.ledger.tables import reservation_is_open, reservations

LAPSE_GRACE_MS = 60_000
"""How long a reservation is left alone after its end: last catches may still be on their way."""

ABANDONED_MS = 86_400_000
"""How long after its end a reservation is left to whoever made it."""

ALL = 1_000_000_000

_READ = (
    select(
        reservations.c.id,
        reservations.c.campaign_id,
        reservations.c.granted,
        reservations.c.issued,
        reservations.c.released,
    )
    .where(among(reservations.c.id, "ids"))
    .order_by(reservations.c.id)
)
_INSERT = many_inserts(reservations, "id", "campaign_id", "granted", "expires_ms")
_RELEASE = Many(
    update(reservations)
    .where(reservations.c.id == bindparam("reservation"))
    .values(released=bindparam("released_now")),
    "released_now",
    "reservation",
)
_LAPSED = (
    select(reservations.c.id, reservations.c.expires_ms)
    .where(
        reservation_is_open,
        reservations.c.expires_ms < bindparam("before_ms"),
        tuple_(reservations.c.expires_ms, reservations.c.id)
        > tuple_(bindparam("after_ms"), bindparam("after_id")),
    )
    .order_by(reservations.c.expires_ms, reservations.c.id)
    .limit(bindparam("most"))
)

_NOBODY = Held(0, 0)


def read_reservations(connection: Connection, ids: Sequence[str]) -> dict[str, AnyRow]:
    """The reservations of `ids` that there are: campaign_id, granted, issued, released."""
    return {row.id: row for row in connection.execute(_READ, {"ids": texts(ids)}).all()}


def reserve(connection: Connection, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
    """Set coupons aside, and say for each reservation how many of it are held.

    That is all or a part of its `count`; 0 where the campaign is unknown, not open at `now_ms`,
    used up, out of money or ahead of its pace. A reservation that is there already is left as it
    is: asked again, it answers what it was granted, less what has been released since. A count
    below 1 is granted nothing.
    """
    stocks = lock_campaigns(connection, (each.campaign for each in wanted))
    there = read_reservations(connection, [each.reservation for each in wanted])
    held = {row.id: (row.campaign_id, row.granted - row.released) for row in there.values()}
    fresh = []
    for each in wanted:
        stock = stocks.get(each.campaign)
        if each.reservation in held or stock is None:
            continue
        if refusal(stock.offer, _NOBODY, now_ms) is not None:
            continue
        granted = stock.reserve(each.count, now_ms)
        if granted > 0:
            held[each.reservation] = (each.campaign, granted)
            fresh.append((each.reservation, each.campaign, granted, each.expires_ms))
    write_counters(connection, stocks.values())
    _INSERT(connection, fresh)
    return [
        granted if campaign == each.campaign else 0
        for each in wanted
        for campaign, granted in (held.get(each.reservation, (each.campaign, 0)),)
    ]


def release(connection: Connection, releases: Sequence[tuple[str, int]]) -> None:
    """Give coupons back: afterwards at least `count` of each reservation are released.

    Absolute, so that saying it again changes nothing; never more than was granted and not issued.
    A reservation that there is not is passed over.
    """
    ids = [reservation for reservation, _ in releases]
    # Which campaign a reservation is of never changes: it can be read before the locks.
    campaigns = {row.campaign_id for row in read_reservations(connection, ids).values()}
    stocks = lock_campaigns(connection, campaigns)
    there = read_reservations(connection, ids)
    released = {id_: row.released for id_, row in there.items()}
    for reservation, count in releases:
        row = there.get(reservation)
        if row is None:
            continue
        more = min(count, row.granted - row.issued) - released[reservation]
        if more > 0:
            released[reservation] += more
            stocks[row.campaign_id].release(more)
    write_counters(connection, stocks.values())
    _RELEASE(
        connection,
        [(count, id_) for id_, count in released.items() if count != there[id_].released],
    )


def lapsed(connection: Connection, now_ms: int, limit: int, cursor: str | None = None) -> Page[str]:
    """Reservations that still hold coupons long after their end, oldest first."""
    return _lapsed(connection, now_ms - LAPSE_GRACE_MS, limit, cursor)


def release_abandoned(connection: Connection, now_ms: int, limit: int) -> int:
    """Release what nobody has released for a day after its end; of how many reservations."""
    abandoned = _lapsed(connection, now_ms - ABANDONED_MS, limit, None).items
    release(connection, [(reservation, ALL) for reservation in abandoned])
    return len(abandoned)


def _lapsed(connection: Connection, before_ms: int, limit: int, cursor: str | None) -> Page[str]:
    size = page_size(limit)
    after_id, after_ms = ("", -1) if cursor is None else pair_cursor(cursor)
    asked = {"before_ms": before_ms, "after_ms": after_ms, "after_id": after_id, "most": size + 1}
    rows = connection.execute(_LAPSED, asked).all()
    last = rows[size - 1] if len(rows) > size else None
    following = None if last is None else f"{last.id}.{last.expires_ms}"
    return Page([row.id for row in rows[:size]], following)
