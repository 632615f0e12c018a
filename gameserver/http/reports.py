"""What merchants take home: what became of their coupons, as numbers and line by line."""

import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import astuple

from gameserver.http.call import Call, Cursor, Listed, NoQuery, PageSize
from gameserver.http.cells import safe_cell
from gameserver.http.errors import Problem, invalid
from gameserver.http.route import JSON, Streamed, Written
from gameserver.http.spans import ROWS_MOST, TOO_MANY, HoursQuery, span_of
from gameserver.http.texts import Moment, epoch_ms
from gameserver.ledger import reports
from gameserver.ledger.paging import Page
from gameserver.ledger.reports import CouponLine, EventLine, RedeemedHour, Reports, Span

CSV = "text/csv; charset=utf-8; header=present"
JSONL = "application/jsonl"

LINES_AT_ONCE = 500
"""Coupons that are read from the books, and held in memory, at a time."""


class FunnelQuery(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Coupons issued from a moment to just before another; which part of the campaigns."""

    from_: Moment | None = None
    to: Moment | None = None
    limit: PageSize = 50
    cursor: Cursor | None = None


class EventsQuery(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What happened from a moment to just before another."""

    from_: Moment | None = None
    to: Moment | None = None


class Lately(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10


class RedeemedHours(Struct, frozen=True):
    """Hours in which coupons were redeemed, in their order."""

    hours: list[RedeemedHour]


class AtStore(Struct, frozen=True):
    """What became of a campaign's coupons that were caught at one store."""

    store: str
    issued: int
    active: int
    redeemed: int
    expired: int
    void: int


class CampaignFunnel(Struct, frozen=True):
    """What became of a campaign's coupons; `issued` is the sum of the other numbers."""

    campaign: str
    title: str
    issued: int
    active: int
    redeemed: int
    expired: int
    void: int
    stores: list[AtStore]


async def funnel(call: Call[None, FunnelQuery]) -> Listed[CampaignFunnel] | Problem:
    """What became of the coupons that were issued in a span, by campaign and store.

    A campaign that issued none then is there with zeros.
    """
    asked = call.query
    span = _span(asked)
    if isinstance(span, Problem):
        return span
    page = await call.site.ledger.reports.funnel(call.merchant, span, asked.limit, asked.cursor)
    return Listed([_shown(funnel) for funnel in page.items], page.next)


async def last_redemptions(call: Call[None, Lately]) -> Written:
    """The merchant's coupons that were redeemed last, the newest first. Made for asking often.

    Of a merchant whose redemptions are long ago, older than the last thousands of all merchants,
    there may be none: for all of them see `coupons.csv`.
    """
    limit = call.query.limit

    async def make() -> bytes:
        found = await call.site.ledger.reports.redemptions(call.merchant, limit)
        return msgspec.json.encode(Listed(found, None))

    name = f"{call.merchant} {limit}"
    return Written(200, JSON, await call.memory.redemptions.get(name, make, call.now_ms))


async def redeemed_hours(call: Call[None, HoursQuery]) -> RedeemedHours | Problem:
    """How many coupons were redeemed at each store, hour by hour."""
    span = span_of(call.query, call.now_ms)
    if isinstance(span, Problem):
        return span

    async def make() -> list[RedeemedHour]:
        return await call.site.ledger.reports.redeemed_hours(call.merchant, *span, ROWS_MOST + 1)

    name = f"{call.merchant} {call.query.from_} {call.query.to}"
    hours = await call.memory.redeemed_hours.get(name, make, call.now_ms)
    return TOO_MANY if len(hours) > ROWS_MOST else RedeemedHours(hours)


async def coupons_csv(call: Call[None, NoQuery]) -> Streamed:
    """All coupons of the merchant, one a line, as CSV (RFC 4180, UTF-8, times of ISO 8601 in UTC).

    Campaign by campaign, in the order in which they were issued, however many there are. Every cell
    is quoted. One that a spreadsheet would take for a formula begins with an apostrophe instead.
    If the books can't be read to the end, the connection breaks off without the last chunk.
    """
    # The first page is read before anything is said, while a refusal can still be a problem.
    source = call.site.ledger.reports
    first = await source.coupons(call.merchant, LINES_AT_ONCE)
    return Streamed(CSV, "coupons.csv", _csv(source, call.merchant, first))


async def coupon_events(call: Call[None, EventsQuery]) -> Streamed | Problem:
    """Everything that happened to the merchant's coupons, as JSON Lines: one object a line, UTF-8.

    `code`, `number`, `at` (ISO 8601, UTC), `change` (`issue`, `redeem`, `reverse`, `void`,
    `expire`), `state` (after it), `campaign`, `store` (caught, redeemed or reversed at), `key` (the
    id of the API key that it was done with) and `reason`; null is what there is not. `code` and
    `number` (from 0, for each coupon) name an event for good, whichever file it is in. `expire` is
    when somebody wrote it down; the coupon was expired before.

    Campaign by campaign, coupons in the order in which they were issued, each one's events in the
    order in which they happened. A coupon's events are of one moment. What happens after the
    request is in no line, however long the file takes; what was being written down at its moment
    may be missing. Whoever fetches piece by piece lets the pieces overlap by some minutes.

    The media type is what is customary; JSON Lines have registered none. If the books can't be read
    to the end, the connection breaks off without the last chunk.
    """
    span = _span(call.query)
    if isinstance(span, Problem):
        return span
    now_ms = call.now_ms + 1
    span = Span(span.from_ms, now_ms if span.to_ms is None else min(span.to_ms, now_ms))
    source = call.site.ledger.reports
    first = await source.events(call.merchant, span, LINES_AT_ONCE)
    return Streamed(JSONL, "coupon-events.jsonl", _jsonl(source, call.merchant, span, first))


_JSON_LINES = msgspec.json.Encoder()


async def _jsonl(
    source: Reports, merchant: str, span: Span, page: Page[EventLine]
) -> AsyncIterator[bytes]:
    while True:
        if page.items:
            yield _JSON_LINES.encode_lines([_event(line) for line in page.items])
        if page.next is None:
            return
        page = await source.events(merchant, span, LINES_AT_ONCE, page.next)


def _event(line: EventLine) -> dict[str, str | int | None]:
    return {
        "code": line.code,
        "number": line.number,
        "at": _iso(line.at_ms),
        "change": line.change,
        "state": line.state.value,
        "campaign": line.campaign,
        "store": line.store,
        "key": line.key,
        "reason": line.reason,
    }


def _span(asked: FunnelQuery | EventsQuery) -> Span | Problem:
    if asked.from_ is not None and asked.to is not None and asked.from_ >= asked.to:
        return invalid("to", "must be after from")
    return Span(epoch_ms(asked.from_), epoch_ms(asked.to))


_COLUMNS = (
    "code",
    "campaign",
    "title",
    "state",
    "store",
    "issued_at",
    "expires_at",
    "redeemed_at",
    "redeemed_store",
)


async def _csv(source: Reports, merchant: str, page: Page[CouponLine]) -> AsyncIterator[bytes]:
    yield _rows([_COLUMNS])
    while True:
        if page.items:
            yield _rows([_cells(line) for line in page.items])
        if page.next is None:
            return
        page = await source.coupons(merchant, LINES_AT_ONCE, page.next)


def _rows(rows: list[tuple[str, ...]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _cells(line: CouponLine) -> tuple[str, ...]:
    return (
        line.code,
        line.campaign,
        line.title,
        line.state.value,
        line.store,
        _iso(line.issued_ms),
        _iso(line.expires_ms),
        "" if line.redeemed_ms is None else _iso(line.redeemed_ms),
        line.redeemed_store or "",
    )


def _iso(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"


def _shown(funnel: reports.Funnel) -> CampaignFunnel:
    outcomes = funnel.stores.values()
    return CampaignFunnel(
        campaign=funnel.campaign,
        title=funnel.title,
        issued=sum(outcome.issued for outcome in outcomes),
        active=sum(outcome.active for outcome in outcomes),
        redeemed=sum(outcome.redeemed for outcome in outcomes),
        expired=sum(outcome.expired for outcome in outcomes),
        void=sum(outcome.void for outcome in outcomes),
        stores=[AtStore(store, *astuple(outcome)) for store, outcome in funnel.stores.items()],
    )
