"""Merchants' campaigns: what a coupon is worth, how many there are, and for whom."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from gameserver.game.coupons import CampaignState, Pace
from gameserver.http.call import Call, Listed, NoQuery, Paging
from gameserver.http.errors import Problem, invalid
from gameserver.http.texts import Lines, Moment, Name, epoch_ms, is_id, moment_of, moment_rule
from gameserver.ledger import campaigns as ledger_campaigns
from gameserver.ledger.campaigns import (
    BudgetTooLow,
    CampaignEnded,
    EndsBeforeStart,
    PaceWithoutDates,
    StockTooLow,
)

Kind = Literal["percent", "amount", "gift"]
Value = Annotated[
    float,
    Meta(
        ge=0,
        le=1e9,
        description="Per cent (1 to 100), or units of the currency; what a gift is worth, if said.",
    ),
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="ISO 4217, `CNY`.")]
Stock = Annotated[int, Meta(ge=0, le=10_000_000, description="How many coupons there are.")]
Budget = Annotated[
    float,
    Meta(
        gt=0,
        le=1e15,
        description="Units of the currency; never more is out than it pays for. Null: no bound.",
    ),
]
Spread = Annotated[
    Pace,
    Meta(description="`even`: the stock goes out evenly between the dates. Null: as it is caught."),
]
PerPlayer = Annotated[int, Meta(ge=1, le=1_000_000, description="At most so many; null: any.")]
ValidFor = Annotated[int, Meta(ge=60, le=10 * 366 * 86_400, description="Seconds from the catch.")]
Codes = Literal["generated", "uploaded"]


class NewCampaign(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A campaign to be.

    `percent` has a `value` of 1 to 100 and no currency, `amount` has both; a `gift` needs neither,
    and both to say what it is worth. Without `starts_at` it is open at once, without `ends_at`
    until it is ended. An `amount` may have a `budget`. A `pace` needs both dates.
    """

    title: Name
    kind: Kind
    value: Value | None = None
    currency: Currency | None = None
    terms: Lines = ""
    stock: Stock
    per_player: PerPlayer | None = None
    per_player_day: PerPlayer | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    valid_for_s: ValidFor = 30 * 86_400
    state: CampaignState = "active"
    codes: Codes = "generated"
    budget: Budget | None = None
    pace: Spread | None = None


class CampaignChange(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields of a campaign that are to change. Coupons that are out keep what they promise."""

    title: Name | UnsetType = UNSET
    value: Value | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    terms: Lines | UnsetType = UNSET
    stock: Stock | UnsetType = UNSET
    per_player: PerPlayer | UnsetType | None = UNSET
    per_player_day: PerPlayer | UnsetType | None = UNSET
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    valid_for_s: ValidFor | UnsetType = UNSET
    state: CampaignState | UnsetType = UNSET
    budget: Budget | UnsetType | None = UNSET
    pace: Spread | UnsetType | None = UNSET


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign with its counters; what is neither `reserved` nor `issued` is free.

    `reserved` coupons are carried by cats on the map. `issued` counts coupons whatever became of
    them. `uploaded` is how many codes of their own the merchant gave.
    """

    id: str
    title: str
    kind: Kind
    value: float
    currency: str | None
    terms: str
    stock: int
    per_player: int | None
    per_player_day: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    valid_for_s: int
    state: CampaignState
    codes: Codes
    budget: float | None
    pace: Pace | None
    uploaded: int
    reserved: int
    issued: int
    redeemed: int


class Worth(Struct, frozen=True):
    """What a coupon of a campaign is worth."""

    kind: str
    value: float
    currency: str | None
    budget: float | None


PACE_NEEDS_DATES = invalid("pace", "needs starts_at and ends_at")
ENDS_FIRST = invalid("ends_at", "must be after starts_at")
NO_CAMPAIGN = Problem("not_found", "This merchant has no such campaign.")


def percent_is_in_range(worth: Worth) -> Problem | None:
    """Nothing is no discount, and more than all of it is none either."""
    if worth.kind == "percent" and not 1 <= worth.value <= 100:
        return invalid("value", "must be 1 to 100 per cent")
    return None


def amount_is_something(worth: Worth) -> Problem | None:
    """An amount of nothing is no offer."""
    if worth.kind == "amount" and worth.value <= 0:
        return invalid("value", "must be more than 0")
    return None


def amount_has_a_currency(worth: Worth) -> Problem | None:
    """So has a gift that is said to be worth something."""
    if worth.currency is None and (worth.kind == "amount" or _is_priced_gift(worth)):
        return invalid("currency", "is missing: ISO 4217, as CNY is")
    return None


def percent_has_no_currency(worth: Worth) -> Problem | None:
    """Twenty per cent of what is not twenty of anything."""
    if worth.kind == "percent" and worth.currency is not None:
        return invalid("currency", "does not go with per cent")
    return None


def only_an_amount_has_a_budget(worth: Worth) -> Problem | None:
    """What a percentage or a gift will cost is not known here."""
    if worth.budget is not None and worth.kind != "amount":
        return invalid("budget", "goes with an amount only")
    return None


WORTH_RULES: tuple[Callable[[Worth], Problem | None], ...] = (
    percent_is_in_range,
    amount_is_something,
    amount_has_a_currency,
    percent_has_no_currency,
    only_an_amount_has_a_budget,
)


def is_worth_something(said: NewCampaign) -> Problem | None:
    """See WORTH_RULES."""
    return _wrong(Worth(said.kind, said.value or 0.0, said.currency, said.budget))


DATE_RULES = (moment_rule("starts_at"), moment_rule("ends_at"))


async def list_campaigns(call: Call[None, Paging]) -> Listed[Campaign]:
    """The merchant's campaigns, the oldest first."""
    paging = call.query
    page = await call.site.ledger.merchants.list_campaigns(
        call.merchant, paging.limit, paging.cursor
    )
    return Listed([shown(campaign) for campaign in page.items], page.next)


def make_campaign(connection: Connection, call: Call[NewCampaign, NoQuery]) -> Campaign | Problem:
    """Make a campaign. It gives no coupons before a store's spawn plan names it."""
    said = call.body
    wanted = ledger_campaigns.NewCampaign(
        title=said.title,
        kind=said.kind,
        value=said.value or 0.0,
        currency=said.currency,
        terms=said.terms,
        stock=said.stock,
        per_player=said.per_player,
        per_player_day=said.per_player_day,
        starts_ms=epoch_ms(said.starts_at),
        ends_ms=epoch_ms(said.ends_at),
        valid_for_s=said.valid_for_s,
        state=said.state,
        codes=said.codes,
        budget=said.budget,
        pace=said.pace,
    )
    made = ledger_campaigns.create_campaign(connection, call.merchant, wanted, call.now_ms)
    match made:
        case ledger_campaigns.Campaign():
            return shown(made)
        case BudgetTooLow():
            return invalid("budget", "must pay for one coupon or more")
        case _:
            return _stays(made)


async def get_campaign(call: Call[None, NoQuery]) -> Campaign | Problem:
    """One campaign, with its counters as they are now."""
    campaign = await _campaign(call)
    return NO_CAMPAIGN if campaign is None else shown(campaign)


async def change_campaign(call: Call[CampaignChange, NoQuery]) -> Campaign | Problem:
    """Change what is said, and leave the rest."""
    said = call.body
    before = await _campaign(call)
    if before is None:
        return NO_CAMPAIGN
    value = said.value if said.value is UNSET else said.value or 0.0
    worth = Worth(
        before.kind,
        before.value if value is UNSET else value,
        before.currency if said.currency is UNSET else said.currency,
        before.budget if said.budget is UNSET else said.budget,
    )
    wrong = _wrong(worth)
    if wrong is not None:
        return wrong
    change = ledger_campaigns.CampaignChange(
        title=said.title,
        value=value,
        currency=said.currency,
        terms=said.terms,
        stock=said.stock,
        per_player=said.per_player,
        per_player_day=said.per_player_day,
        starts_ms=said.starts_at if said.starts_at is UNSET else epoch_ms(said.starts_at),
        ends_ms=said.ends_at if said.ends_at is UNSET else epoch_ms(said.ends_at),
        valid_for_s=said.valid_for_s,
        state=said.state,
        budget=said.budget,
        pace=said.pace,
    )
    changed = await call.site.ledger.merchants.update_campaign(call.merchant, before.id, change)
    if changed is None:
        return NO_CAMPAIGN
    return shown(changed) if isinstance(changed, ledger_campaigns.Campaign) else _stays(changed)


def shown(campaign: ledger_campaigns.Campaign) -> Campaign:
    """A campaign of the ledger as merchants see it."""
    return Campaign(
        id=campaign.id,
        title=campaign.title,
        kind=campaign.kind,
        value=campaign.value,
        currency=campaign.currency,
        terms=campaign.terms,
        stock=campaign.stock,
        per_player=campaign.per_player,
        per_player_day=campaign.per_player_day,
        starts_at=moment_of(campaign.starts_ms),
        ends_at=moment_of(campaign.ends_ms),
        valid_for_s=campaign.valid_for_s,
        state=campaign.state,
        codes=campaign.codes,
        budget=campaign.budget,
        pace=campaign.pace,
        uploaded=campaign.uploaded,
        reserved=campaign.reserved,
        issued=campaign.issued,
        redeemed=campaign.redeemed,
    )


def _stays(why: ledger_campaigns.Unchanged) -> Problem:
    """Why a campaign stays as it is."""
    match why:
        case EndsBeforeStart():
            return ENDS_FIRST
        case PaceWithoutDates():
            return PACE_NEEDS_DATES
        case BudgetTooLow(reserved, issued):
            detail = f"{reserved} are reserved by cats on the map and {issued} are issued."
            return Problem("budget_too_low", detail, more={"reserved": reserved, "issued": issued})
        case CampaignEnded():
            return Problem("campaign_ended")
        case StockTooLow(reserved, issued):
            detail = f"{reserved} are reserved by cats on the map and {issued} are issued."
            return Problem("stock_too_low", detail, more={"reserved": reserved, "issued": issued})


async def _campaign(call: Call[Any, NoQuery]) -> ledger_campaigns.Campaign | None:
    campaign = call.path["campaign"]
    if not is_id(campaign):
        return None
    return await call.site.ledger.merchants.get_campaign(call.merchant, campaign)


def _wrong(worth: Worth) -> Problem | None:
    for rule in WORTH_RULES:
        problem = rule(worth)
        if problem is not None:
            return problem
    return None


def _is_priced_gift(worth: Worth) -> bool:
    return worth.kind == "gift" and worth.value > 0
