"""Campaigns: what a coupon is worth, how many there are, and for whom."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection, func, insert, select, update

from gameserver.game.coupons import CampaignState, Pace, affordable
from gameserver.ledger.batch import AnyRow, insert_ignore
from gameserver.ledger.ids import new_id
from gameserver.ledger.paging import Page, page_size, text_cursor
from gameserver.ledger.tables import campaigns, coupons, merchants

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Terms = Annotated[str, Meta(max_length=4000)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Value = Annotated[float, Meta(ge=0, le=1e9)]
Budget = Annotated[float, Meta(gt=0, le=1e15)]
Stock = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Limit = Annotated[int, Meta(ge=1, le=1_000_000)]
Moment = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
ValidFor = Annotated[int, Meta(ge=1, le=10 * 366 * 86_400)]


class NewCampaign(Struct, frozen=True, kw_only=True):
    """What a merchant says of a campaign. No limit and no date is None."""

    title: Title
    kind: Literal["percent", "amount", "gift"]
    value: Value = 0.0
    currency: Currency | None = None
    terms: Terms = ""
    stock: Stock
    per_player: Limit | None = None
    per_player_day: Limit | None = None
    starts_ms: Moment | None = None
    ends_ms: Moment | None = None
    valid_for_s: ValidFor = 30 * 86_400
    state: CampaignState = "active"
    codes: Literal["generated", "uploaded"] = "generated"
    budget: Budget | None = None
    pace: Pace | None = None


class CampaignChange(Struct, frozen=True, kw_only=True):
    """The fields of a campaign that are to change. What was issued keeps its own expiry."""

    title: Title | UnsetType = UNSET
    value: Value | UnsetType = UNSET
    currency: Currency | UnsetType | None = UNSET
    terms: Terms | UnsetType = UNSET
    stock: Stock | UnsetType = UNSET
    per_player: Limit | UnsetType | None = UNSET
    per_player_day: Limit | UnsetType | None = UNSET
    starts_ms: Moment | UnsetType | None = UNSET
    ends_ms: Moment | UnsetType | None = UNSET
    valid_for_s: ValidFor | UnsetType = UNSET
    state: CampaignState | UnsetType = UNSET
    budget: Budget | UnsetType | None = UNSET
    pace: Pace | UnsetType | None = UNSET


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign in the books, with its counters. What is neither reserved nor issued is free."""

    id: str
    merchant: str
    title: str
    kind: Literal["percent", "amount", "gift"]
    value: float
    currency: str | None
    terms: str
    stock: int
    per_player: int | None
    per_player_day: int | None
    starts_ms: int | None
    ends_ms: int | None
    valid_for_s: int
    state: CampaignState
    codes: Literal["generated", "uploaded"]
    budget: float | None
    pace: Pace | None
    uploaded: int
    reserved: int
    issued: int
    redeemed: int


class StockTooLow(Struct, frozen=True):
    """The stock cannot be less than what is reserved or issued already."""

    reserved: int
    issued: int


class BudgetTooLow(Struct, frozen=True):
    """The budget cannot be less than one coupon, nor than what is reserved or issued already."""

    reserved: int
    issued: int


class PaceWithoutDates(Struct, frozen=True):
    """A pace needs a start and an end."""


class EndsBeforeStart(Struct, frozen=True):
    """A campaign must end after it starts."""

    starts_ms: int
    ends_ms: int


class CampaignEnded(Struct, frozen=True):
    """An ended campaign stays ended."""


NotMade = EndsBeforeStart | PaceWithoutDates | BudgetTooLow
Unchanged = NotMade | StockTooLow | CampaignEnded

_SEEN_BY_KEEPERS = {"title", "state", "starts_ms", "ends_ms"}


def create_campaign(
    connection: Connection, merchant: str, wanted: NewCampaign, now_ms: int
) -> Campaign | NotMade:
    """Make a campaign. A budget is for amounts only: ValueError for another kind's."""
    wrong = _wrong(msgspec.structs.asdict(wanted) | {"reserved": 0, "issued": 0})
    if wrong is not None:
        return wrong
    id_ = new_id("cam", now_ms)
    fields = msgspec.structs.asdict(wanted)
    # A game server with books of its own may know merchants that these books have never seen.
    known = insert_ignore(connection, merchants)
    connection.execute(known.values(id=merchant, name=merchant, created_ms=now_ms))
    connection.execute(
        insert(campaigns).values(id=id_, merchant_id=merchant, created_ms=now_ms, **fields)
    )
    return Campaign(
        id=id_, merchant=merchant, uploaded=0, reserved=0, issued=0, redeemed=0, **fields
    )


def get_campaign(connection: Connection, merchant: str, campaign: str) -> Campaign | None:
    """A campaign of the merchant."""
    row = connection.execute(_one(merchant, campaign)).first()
    return None if row is None else _campaign(row)


def list_campaigns(
    connection: Connection, merchant: str, limit: int, cursor: str | None
) -> Page[Campaign]:
    """The merchant's campaigns, the oldest first."""
    size = page_size(limit)
    query = select(campaigns).where(campaigns.c.merchant_id == merchant)
    if cursor is not None:
        query = query.where(campaigns.c.id > text_cursor(cursor))
    rows = connection.execute(query.order_by(campaigns.c.id).limit(size + 1)).all()
    following = rows[size - 1].id if len(rows) > size else None
    return Page([_campaign(row) for row in rows[:size]], following)


def update_campaign(
    connection: Connection, merchant: str, campaign: str, change: CampaignChange
) -> Campaign | Unchanged | None:
    """Change a campaign, or say why not; None if the merchant has none of that id."""
    row = connection.execute(_one(merchant, campaign).with_for_update(key_share=True)).first()
    if row is None:
        return None
    values = {
        field: value
        for field, value in msgspec.structs.asdict(change).items()
        if value is not UNSET and value != getattr(row, field)
    }
    if row.state == "ended" and "state" in values:
        return CampaignEnded()
    if values.get("stock", row.stock) < row.reserved + row.issued:
        return StockTooLow(row.reserved, row.issued)
    wrong = _wrong({**row._mapping, **values})
    if wrong is not None:
        return wrong
    if {"per_player", "per_player_day"} & values.keys():
        values["limits_after_coupon"] = connection.scalar(_last_coupon(campaign)) or 0
    if values:
        connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(values))
    return get_campaign(connection, merchant, campaign)


def _one(merchant: str, campaign: str) -> Any:
    return select(campaigns).where(campaigns.c.id == campaign, campaigns.c.merchant_id == merchant)


def _last_coupon(campaign: str) -> Any:
    return select(func.max(coupons.c.id)).where(coupons.c.campaign_id == campaign)


def _wrong(fields: Mapping[str, Any]) -> NotMade | None:
    """What is wrong with a campaign that has these fields, or None."""
    starts_ms, ends_ms = fields["starts_ms"], fields["ends_ms"]
    if starts_ms is None or ends_ms is None:
        if fields["pace"] is not None:
            return PaceWithoutDates()
    elif starts_ms >= ends_ms:
        return EndsBeforeStart(starts_ms, ends_ms)
    if fields["budget"] is not None:
        return _over_budget(fields)
    return None


def _over_budget(fields: Mapping[str, Any]) -> BudgetTooLow | None:
    if fields["kind"] != "amount" or fields["value"] <= 0:
        raise ValueError("only amounts have a budget")
    reserved, issued = fields["reserved"], fields["issued"]
    if affordable(fields["budget"], fields["value"]) < max(1, reserved + issued):
        return BudgetTooLow(reserved, issued)
    return None


def _campaign(row: AnyRow) -> Campaign:
    return Campaign(
        id=row.id,
        merchant=row.merchant_id,
        title=row.title,
        kind=row.kind,
        value=row.value,
        currency=row.currency,
        terms=row.terms,
        stock=row.stock,
        per_player=row.per_player,
        per_player_day=row.per_player_day,
        starts_ms=row.starts_ms,
        ends_ms=row.ends_ms,
        valid_for_s=row.valid_for_s,
        state=row.state,
        codes=row.codes,
        budget=row.budget,
        pace=row.pace,
        uploaded=row.uploaded,
        reserved=row.reserved,
        issued=row.issued,
        redeemed=row.redeemed,
    )
