"""The invariants that SQL alone can check, each as a query for what breaks it.

Constraints and locks keep them; this looks at the rows as if neither were there.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
)

from gameserver.game.coupons import REVERSIBLE_MS
from gameserver.ledger.scores import DAY_MS
from gameserver.ledger.tables import (
    campaign_codes,
    campaigns,
    catches,
    coupon_events,
    coupons,
    reservations,
    scores,
)

SHOWN = 5
"""How many of the ids that break an invariant are named."""


class Check(Struct, frozen=True):
    """An invariant, whether it holds, and how many rows were looked at or which break it."""

    name: str
    ok: bool
    detail: str


class Invariant(Struct, frozen=True):
    """What must hold of the rows of a table; `broken` selects the ids of those that break it.

    `spans` the game's books and the coupon service's, which may be two databases.
    """

    name: str
    table: Table
    broken: Select[Any]
    spans: bool = False


def audit(connection: Connection, *, apart: bool = False) -> list[Check]:
    """Check every invariant on the connection's snapshot (`Database.read`), beside live traffic.

    `apart`: coupons are in other books than catches, and what spans both is left out.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    counts = {
        table: connection.scalar(select(func.count()).select_from(table))
        for table in dict.fromkeys(invariant.table for invariant in INVARIANTS)
    }
    checks = []
    for invariant in INVARIANTS:
        if apart and invariant.spans:
            continue
        ids = connection.scalars(invariant.broken.limit(SHOWN + 1)).all()
        shown = ", ".join(map(str, ids[:SHOWN])) + (", ..." if len(ids) > SHOWN else "")
        seen = f"{counts[invariant.table]} {invariant.table.name}"
        checks.append(Check(invariant.name, not ids, shown if ids else seen))
    return checks


def _counts(name: str, counter: ColumnElement[int], rows: Select[Any]) -> Invariant:
    """A campaign's counter is what its rows come to: `rows` has that by campaign."""
    found = rows.subquery()
    campaign, count = found.c
    return Invariant(
        name,
        campaigns,
        select(campaigns.c.id)
        .outerjoin_from(campaigns, found, campaign == campaigns.c.id)
        .where(counter != func.coalesce(count, 0)),
    )


def _by_campaign(table: Table, count: ColumnElement[Any], *where: ColumnElement[bool]) -> Any:
    return select(table.c.campaign_id, count).where(*where).group_by(table.c.campaign_id)


def _unique(name: str, table: Table, *columns: ColumnElement[Any]) -> Invariant:
    """No two rows of a table are alike in these columns."""
    return Invariant(
        name,
        table,
        select(func.min(table.c.id)).group_by(*columns).having(func.count() > 1),
    )


def _belongs(name: str, table: Table, column: ColumnElement[Any], to: Table) -> Invariant:
    """Every row of a table names a row of another that there is."""
    shown = next(iter(table.primary_key))
    return Invariant(name, table, select(shown).where(column.not_in(select(to.c.id))))


def _limit(name: str, limit: ColumnElement[Any], *per: ColumnElement[Any]) -> Invariant:
    """No coupon was issued over a limit; those from before it was changed are not held to it."""
    since = campaigns.c.limits_after_coupon
    return Invariant(
        name,
        coupons,
        select(func.max(coupons.c.id))
        .join_from(coupons, campaigns)
        .group_by(coupons.c.campaign_id, *per, limit, since)
        .having(func.count() > limit, func.max(coupons.c.id) > since),
    )


_open = reservations.c.granted - reservations.c.issued - reservations.c.released


def _beside(step: Any) -> ColumnElement[Any]:
    """What a window function says of the events of one coupon, in their order."""
    beside: ColumnElement[Any] = step.over(
        partition_by=coupon_events.c.coupon_id, order_by=coupon_events.c.id
    )
    return beside


_steps = select(
    coupon_events.c.id,
    coupon_events.c.coupon_id,
    coupon_events.c.change,
    coupon_events.c.at_ms,
    coupon_events.c.store_id,
    _beside(func.lag(coupon_events.c.change)).label("before"),
    _beside(func.lag(coupon_events.c.at_ms)).label("before_ms"),
    _beside(func.lead(coupon_events.c.id)).is_(None).label("is_last"),
).subquery()
# A reversal follows a redemption; everything else begins, or follows a reversal.
_goes_astray = func.coalesce(_steps.c.before, "reverse") != case(
    (_steps.c.change == "reverse", "redeem"), else_="reverse"
)
_events = (
    select(
        _steps.c.coupon_id,
        func.count(case((_goes_astray, 1))).label("astray"),
        func.max(case((_steps.c.is_last, _steps.c.change))).label("change"),
        func.max(case((_steps.c.is_last, _steps.c.at_ms))).label("at_ms"),
        func.max(case((_steps.c.is_last, _steps.c.store_id))).label("store_id"),
    )
    .group_by(_steps.c.coupon_id)
    .subquery()
)


def _if_redeemed(what: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((coupons.c.state == "redeemed", what))


_leads_to = case(
    {"redeem": "redeemed", "expire": "expired", "void": "void", "reverse": "active"},
    value=_events.c.change,
)
_events_disagree = or_(
    coupons.c.state != func.coalesce(_leads_to, "active"),
    func.coalesce(_events.c.astray, 0) > 0,
    coupons.c.redeemed_ms.is_distinct_from(_if_redeemed(_events.c.at_ms)),
    coupons.c.redeemed_store_id.is_distinct_from(_if_redeemed(_events.c.store_id)),
)
# Too early for expiring, or too late for anything else; game/coupons.py has the times.
_untimely = case(
    (_steps.c.change == "expire", _steps.c.at_ms < coupons.c.expires_ms),
    (_steps.c.change == "reverse", _steps.c.at_ms - _steps.c.before_ms >= REVERSIBLE_MS),
    else_=_steps.c.at_ms >= coupons.c.expires_ms,
)

_of_cat = (
    select(coupons.c.cat_id, coupons.c.campaign_id, func.count().label("count"))
    .group_by(coupons.c.cat_id, coupons.c.campaign_id)
    .subquery()
)

_code_is_held = exists().where(
    coupons.c.code == campaign_codes.c.code,
    coupons.c.campaign_id == campaign_codes.c.campaign_id,
)
_code_is_given = exists().where(
    campaign_codes.c.code == coupons.c.code,
    campaign_codes.c.campaign_id == coupons.c.campaign_id,
    campaign_codes.c.given_ms.is_not(None),
)


_day = catches.c.at_ms // DAY_MS
_week = (catches.c.at_ms // DAY_MS + 3) // 7


def _differ(
    points: ColumnElement[int], count: ColumnElement[int], counted: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a score has other points or catches than those of its player that are counted."""
    return or_(
        points != func.coalesce(func.sum(case((counted, catches.c.points), else_=0)), 0),
        count != func.coalesce(func.sum(case((counted, 1), else_=0)), 0),
    )


INVARIANTS = (
    Invariant(
        "stock covers what is reserved and issued",
        campaigns,
        select(campaigns.c.id).where(
            or_(
                campaigns.c.stock < campaigns.c.reserved + campaigns.c.issued,
                and_(
                    campaigns.c.codes == "uploaded",
                    campaigns.c.uploaded < campaigns.c.reserved + campaigns.c.issued,
                ),
            )
        ),
    ),
    Invariant(
        "budgets cover what is reserved and issued",
        campaigns,
        select(campaigns.c.id).where(
            (campaigns.c.reserved + campaigns.c.issued) * campaigns.c.value
            > campaigns.c.budget * (1 + 1e-9)
        ),
    ),
    _counts(
        "reserved is what open reservations hold",
        campaigns.c.reserved,
        _by_campaign(reservations, func.sum(_open)),
    ),
    _counts(
        "issued is the number of coupons", campaigns.c.issued, _by_campaign(coupons, func.count())
    ),
    _counts(
        "redeemed is the number of redeemed coupons",
        campaigns.c.redeemed,
        _by_campaign(coupons, func.count(), coupons.c.state == "redeemed"),
    ),
    _counts(
        "issued is active, redeemed, expired and void together",
        campaigns.c.issued,
        _by_campaign(
            coupons,
            func.count(),
            coupons.c.state.in_(("active", "redeemed", "expired", "void")),
        ),
    ),
    _counts(
        "uploaded is the number of uploaded codes",
        campaigns.c.uploaded,
        _by_campaign(campaign_codes, func.count()),
    ),
    _unique("one coupon per catch", coupons, coupons.c.catch_id),
    _unique("one coupon per cat and player", coupons, coupons.c.cat_id, coupons.c.player_id),
    _unique("one coupon per code", coupons, coupons.c.code),
    _unique("one catch per cat and player", catches, catches.c.cat_id, catches.c.player_id),
    _limit("no player is over a limit", campaigns.c.per_player, coupons.c.player_id),
    _limit(
        "no player is over a limit on any day",
        campaigns.c.per_player_day,
        coupons.c.player_id,
        coupons.c.day,
    ),
    Invariant(
        "every coupon is what its events say",
        coupons,
        select(coupons.c.id)
        .outerjoin_from(coupons, _events, _events.c.coupon_id == coupons.c.id)
        .where(_events_disagree),
    ),
    Invariant(
        "every change of a coupon came in time",
        coupon_events,
        select(_steps.c.id)
        .join_from(_steps, coupons, coupons.c.id == _steps.c.coupon_id)
        .where(_untimely),
    ),
    _belongs("every event is of a coupon", coupon_events, coupon_events.c.coupon_id, coupons),
    _belongs("every coupon is of a campaign", coupons, coupons.c.campaign_id, campaigns),
    _belongs(
        "every reservation is of a campaign", reservations, reservations.c.campaign_id, campaigns
    ),
    _belongs(
        "every uploaded code is of a campaign",
        campaign_codes,
        campaign_codes.c.campaign_id,
        campaigns,
    ),
    Invariant(
        "every catch of a cat with a campaign has its coupon, is owed it, or has a reason",
        catches,
        select(catches.c.id)
        .outerjoin_from(catches, coupons, coupons.c.catch_id == catches.c.id)
        .where(
            catches.c.campaign_id.is_not(None),
            catches.c.no_coupon.is_(None),
            ~catches.c.owed,
            coupons.c.id.is_(None),
        ),
        spans=True,
    ),
    Invariant(
        "every coupon is its catcher's",
        catches,
        select(catches.c.id)
        .join_from(catches, coupons, coupons.c.catch_id == catches.c.id)
        .where(
            or_(
                catches.c.player_id != coupons.c.player_id,
                catches.c.cat_id != coupons.c.cat_id,
                catches.c.campaign_id.is_distinct_from(coupons.c.campaign_id),
            )
        ),
        spans=True,
    ),
    Invariant(
        "no reservation gave more than it was granted",
        reservations,
        select(reservations.c.id).where(
            or_(_open < 0, reservations.c.issued < 0, reservations.c.released < 0)
        ),
    ),
    Invariant(
        "every coupon taken from a reservation is there",
        reservations,
        select(reservations.c.id)
        .outerjoin_from(
            reservations,
            _of_cat,
            and_(
                _of_cat.c.cat_id == reservations.c.id,
                _of_cat.c.campaign_id == reservations.c.campaign_id,
            ),
        )
        .where(reservations.c.issued > func.coalesce(_of_cat.c.count, 0)),
    ),
    Invariant(
        "every given code has a coupon",
        campaign_codes,
        select(campaign_codes.c.code).where(
            campaign_codes.c.given_ms.is_not(None) != _code_is_held
        ),
    ),
    Invariant(
        "every coupon of a campaign with its own codes has one of them",
        coupons,
        select(coupons.c.code)
        .join_from(coupons, campaigns)
        .where(campaigns.c.codes == "uploaded", ~_code_is_given),
    ),
    Invariant(
        "every score is the sum of its catches",
        scores,
        select(scores.c.player_id)
        .outerjoin_from(scores, catches, catches.c.player_id == scores.c.player_id)
        .group_by(*scores.c)
        .having(
            or_(
                _differ(scores.c.points, scores.c.catches, catches.c.id.is_not(None)),
                _differ(scores.c.week_points, scores.c.week_catches, _week == scores.c.week),
                _differ(scores.c.day_points, scores.c.day_catches, _day == scores.c.day),
                scores.c.week != func.max(_week),
                scores.c.day != func.max(_day),
            )
        ),
    ),
)
"""Of what `catcat audit` checks, the part that is in the books."""
