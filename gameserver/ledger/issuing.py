"""Issuing coupons: the one place where a catch becomes worth something.

A batch is one transaction. It locks the campaigns, reads what is in the books about all its items
with a few statements, decides item by item (game/coupons.py has the rules), and writes once per
table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Integer, Text, bindparam, func, select, update

from gameserver.game.codes import new_codes
from gameserver.game.coupons import (
    CLOSED,
    Held,
    Refusal,
    counted_day,
    is_timezone,
    refusal,
    state_at,
)
from gameserver.game.model import Coupon, CouponState, IssueItem, IssueResult
from gameserver.ledger.batch import (
    AnyRow,
    Many,
    Question,
    RowsQuestion,
    Updates,
    among,
    asked_rows,
    many_inserts,
    texts,
)
from gameserver.ledger.fresh import NotFresh, gone
from gameserver.ledger.stock import CampaignStock, lock_campaigns, write_counters
from gameserver.ledger.tables import (
    campaign_codes,
    campaigns,
    code_is_left,
    coupons,
    players,
    reservations,
    stores,
)

_COUPON = select(
    coupons.c.code,
    coupons.c.campaign_id,
    campaigns.c.title,
    coupons.c.state,
    coupons.c.expires_ms,
    coupons.c.catch_id,
    coupons.c.cat_id,
    coupons.c.player_id,
    coupons.c.store_id,
    coupons.c.issued_ms,
).join_from(coupons, campaigns)
_OF_CATCHES = _COUPON.where(among(coupons.c.catch_id, "catches"))
_BEFORE = _COUPON.where(coupons.c.id.in_(bindparam("ids", expanding=True)))
_item = asked_rows(number=Integer(), catch=Text(), cat=Text(), player=Text(), campaign=Text()).c
# Subqueries rather than joins: their one plan is by the index, whatever the statistics say.
_KNOWN = RowsQuestion(
    select(
        _item.number,
        select(coupons.c.id).where(coupons.c.catch_id == _item.catch).scalar_subquery(),
        select(coupons.c.id)
        .where(coupons.c.cat_id == _item.cat, coupons.c.player_id == _item.player)
        .scalar_subquery(),
        select(reservations.c.granted - reservations.c.issued - reservations.c.released)
        .where(reservations.c.id == _item.cat, reservations.c.campaign_id == _item.campaign)
        .scalar_subquery(),
        select(players.c.gone_ms).where(players.c.id == _item.player).scalar_subquery(),
    )
)
_asked = asked_rows(player=Text(), campaign=Text(), day=Integer()).c
_in_all = (
    select(func.count())
    .where(coupons.c.player_id == _asked.player, coupons.c.campaign_id == _asked.campaign)
    .correlate_except(coupons)
)
_HELD = RowsQuestion(
    select(
        _asked.player,
        _asked.campaign,
        _asked.day,
        _in_all.scalar_subquery(),
        _in_all.where(coupons.c.day == _asked.day).scalar_subquery(),
    )
)
_ZONES = Question(select(stores.c.id, stores.c.timezone).where(among(stores.c.id, "ids")), "ids")
_CODES_LEFT = (
    select(campaign_codes.c.code)
    .where(campaign_codes.c.campaign_id == bindparam("campaign"), code_is_left)
    .order_by(campaign_codes.c.id)
    .limit(bindparam("most"))
)

_COLUMNS = (
    "code",
    "campaign_id",
    "catch_id",
    "cat_id",
    "player_id",
    "store_id",
    "day",
    "state",
    "issued_ms",
    "expires_ms",
)
_INSERT = many_inserts(coupons, *_COLUMNS)
_INSERT_NEW = many_inserts(coupons, *_COLUMNS, ignore=True)
_TAKE = Many(
    update(reservations)
    .where(among(reservations.c.id, "ids"))
    .values(issued=reservations.c.issued + bindparam("more")),
    "more",
    "ids",
)
_TAKE_LEFT = Updates(
    lambda asked: (
        update(reservations)
        .values(issued=reservations.c.issued + asked["more"])
        .where(
            reservations.c.id == asked["cat"],
            reservations.c.campaign_id == asked["campaign"],
            reservations.c.granted - reservations.c.issued - reservations.c.released
            >= asked["least"],
        )
    ),
    more=Integer(),
    cat=Text(),
    campaign=Text(),
    least=Integer(),
)
_GIVE_CODE = Many(
    update(campaign_codes)
    .where(campaign_codes.c.code == bindparam("given_code"))
    .values(given_ms=bindparam("now_ms")),
    "now_ms",
    "given_code",
)

_NOBODY = Held(0, 0)
_ACTIVE = CouponState.ACTIVE
_WRITTEN = _ACTIVE.value


def issue(connection: Connection, items: Sequence[IssueItem], now_ms: int) -> list[IssueResult]:
    """Issue a coupon for each catch that may have one; the results are in the order of the items.

    A catch that has its coupon, or whose player has one from the same cat, gets that one
    (`already`). A coupon comes out of the cat's reservation or, where that is gone, out of the
    free stock. `closed`, `limit` and `sold_out` change nothing, and may be answered otherwise
    another time.
    """
    batch = _Batch(connection, items, now_ms)
    batch.ask(items)
    results = batch.decide(items)
    batch.write()
    return results


def issue_fresh(
    connection: Connection, items: Sequence[IssueItem], now_ms: int
) -> list[IssueResult]:
    """As `issue`, where each item gets a new coupon out of its cat's reservation; else NotFresh."""
    batch = _Batch(connection, items, now_ms)
    results = batch.decide_fresh(items)
    batch.write_fresh(items)
    return results


class _Batch:
    """What the books say about the items of a batch, and what is to be written."""

    def __init__(self, connection: Connection, items: Sequence[IssueItem], now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms
        # The locks come first: what is read after them stays true until the end.
        self._stocks = lock_campaigns(connection, {item.campaign for item in items})
        # What is refused to a player who has no coupon yet is refused to everybody.
        self._closed = {
            id_: refusal(stock.offer, _NOBODY, now_ms) for id_, stock in self._stocks.items()
        }
        self._by_catch: dict[str, Coupon] = {}
        self._by_pair: dict[tuple[str, str], Coupon] = {}
        self._set_aside: dict[tuple[str, str], int] = {}
        self._gone: set[str] = set()
        self._zones = self._read_zones(items)
        self._in_all: Counter[tuple[str, str]] = Counter()
        self._that_day: Counter[tuple[str, str, int]] = Counter()
        self._read_held(items)
        self._codes = self._read_codes(items)
        self._fresh_codes = new_codes(len(items))
        self._taken: list[str] = []
        self._rows: list[tuple[object, ...]] = []

    def ask(self, items: Sequence[IssueItem]) -> None:
        """Ask what the books have about the items."""
        self._read_known(items)

    def decide(self, items: Iterable[IssueItem]) -> list[IssueResult]:
        """Answer the items, each as if those before it were in the books."""
        by_catch, by_pair, stocks, gone = self._by_catch, self._by_pair, self._stocks, self._gone
        results = []
        for item in items:
            pair = (item.cat, item.player)
            before = by_catch.get(item.catch) or by_pair.get(pair)
            if before is not None:
                results.append(IssueResult(item.catch, "already", before))
                continue
            stock = stocks.get(item.campaign)
            if stock is None or item.player in gone:
                results.append(_refused(item, CLOSED))
                continue
            day = self._day(item)
            no = self._refusal(item, stock, day) or self._take(item, stock)
            if no is not None:
                results.append(_refused(item, no))
                continue
            coupon = self._coupon(item, stock, day)
            by_catch[item.catch] = by_pair[pair] = coupon
            results.append(IssueResult(item.catch, "issued", coupon))
        return results

    def decide_fresh(self, items: Sequence[IssueItem]) -> list[IssueResult]:
        """A coupon for each, as if the books had their reservations and no more; or NotFresh."""
        count = len(items)
        if (
            len(self._stocks) < len({item.campaign for item in items})
            or any(closed is not None for closed in self._closed.values())
            or len({item.catch for item in items}) < count
            or len({(item.cat, item.player) for item in items}) < count
            or gone(self._connection, {item.player for item in items})
        ):
            raise NotFresh
        results = []
        for item in items:
            stock, day = self._stocks[item.campaign], self._day(item)
            if stock.is_limited and self._refusal(item, stock, day) is not None:
                raise NotFresh
            if stock.uploaded_codes and not self._codes[stock.id]:
                raise NotFresh
            stock.issue(reserved=True)
            results.append(IssueResult(item.catch, "issued", self._coupon(item, stock, day)))
        return results

    def _refusal(self, item: IssueItem, stock: CampaignStock, day: int) -> Refusal | None:
        """Why this player may have no coupon now, whatever there is of them."""
        closed = self._closed[item.campaign]
        if closed is not None or not stock.is_limited:
            return closed
        mine, that_day = (item.player, item.campaign), (item.player, item.campaign, day)
        held = Held(self._in_all[mine], self._that_day[that_day])
        return refusal(stock.offer, held, self._now_ms)

    def _take(self, item: IssueItem, stock: CampaignStock) -> Refusal | None:
        """Take one coupon's worth of stock, or say why there is none for this item."""
        key = (item.cat, item.campaign)
        left = self._set_aside.get(key, 0)
        if left > 0:
            self._set_aside[key] = left - 1
            self._taken.append(item.cat)
        else:
            no = stock.short(self._now_ms)
            if no is not None:
                return no
        stock.issue(reserved=left > 0)
        return None

    def _coupon(self, item: IssueItem, stock: CampaignStock, day: int) -> Coupon:
        campaign, title, now_ms = stock.id, stock.title, self._now_ms
        catch, cat, player, store = item.catch, item.cat, item.player, item.store
        code = self._codes[campaign].pop() if stock.uploaded_codes else self._fresh_codes.pop()
        expires_ms = now_ms + stock.valid_for_ms
        if stock.is_limited:
            self._in_all[player, campaign] += 1
            self._that_day[player, campaign, day] += 1
        self._rows.append(
            (code, campaign, catch, cat, player, store, day, _WRITTEN, now_ms, expires_ms)
        )
        return Coupon(code, campaign, title, _ACTIVE, expires_ms, catch, cat, player, store, now_ms)

    def write(self) -> None:
        """Write down what was decided."""
        write_counters(self._connection, self._stocks.values())
        by_count: dict[int, list[str]] = {}
        for id_, more in Counter(self._taken).items():
            by_count.setdefault(more, []).append(id_)
        _TAKE(self._connection, [(more, texts(ids)) for more, ids in by_count.items()])
        _INSERT(self._connection, self._rows)
        self._give_codes()

    def write_fresh(self, items: Sequence[IssueItem]) -> None:
        """Write down what was decided, if what was taken for granted is so; else NotFresh."""
        of_cats = Counter([(item.cat, item.campaign) for item in items])
        taken = [(more, *cat, more) for cat, more in sorted(of_cats.items())]
        if _TAKE_LEFT(self._connection, taken) != len(taken):
            raise NotFresh
        if _INSERT_NEW(self._connection, self._rows) != len(self._rows):
            raise NotFresh
        write_counters(self._connection, self._stocks.values())
        self._give_codes()

    def _give_codes(self) -> None:
        if self._codes:
            _GIVE_CODE(
                self._connection,
                [(self._now_ms, row[0]) for row in self._rows if row[1] in self._codes],
            )

    def _read_known(self, items: Sequence[IssueItem]) -> None:
        """Coupons from before, what is left of the cats' reservations, and who is gone."""
        asked = [
            (number, item.catch, item.cat, item.player, item.campaign)
            for number, item in enumerate(items)
        ]
        before: set[int] = set()
        for number, by_catch, by_pair, left, gone_ms in _KNOWN(self._connection, asked):
            if left is not None:
                self._set_aside[items[number].cat, items[number].campaign] = left
            if gone_ms is not None:
                self._gone.add(items[number].player)
            if by_catch is not None:
                before.add(by_catch)
            if by_pair is not None:
                before.add(by_pair)
        if before:
            self._read_before(before)

    def _read_before(self, ids: Iterable[int]) -> None:
        for row in self._connection.execute(_BEFORE, {"ids": list(ids)}):
            coupon = read_coupon(row, self._now_ms)
            self._by_catch[coupon.catch] = coupon
            self._by_pair[coupon.cat, coupon.player] = coupon

    def _read_held(self, items: Sequence[IssueItem]) -> None:
        """How many coupons the players have, in all and on the days of their catches."""
        limited = {id_ for id_, stock in self._stocks.items() if stock.is_limited}
        if not limited:
            return
        asked = {
            (item.player, item.campaign, self._day(item))
            for item in items
            if item.campaign in limited
        }
        for player, campaign, day, in_all, that_day in _HELD(self._connection, list(asked)):
            self._in_all[player, campaign] = in_all
            self._that_day[player, campaign, day] = that_day

    def _day(self, item: IssueItem) -> int:
        zone = item.timezone or self._zones.get(item.store)
        if zone is None or not is_timezone(zone):
            # Who sent the item, or wrote the store's row, may have newer tables of zones: no reason
            # to give nobody in the batch a coupon.
            zone = self._zones.get(item.store, "UTC")
            zone = zone if is_timezone(zone) else "UTC"
        return counted_day(item.at_ms, self._now_ms, zone)

    def _read_zones(self, items: Sequence[IssueItem]) -> dict[str, str]:
        """The time zones of the stores of which the items don't say them."""
        ids = {
            item.store for item in items if item.timezone is None or not is_timezone(item.timezone)
        }
        if not ids:
            return {}
        return {row.id: row.timezone for row in _ZONES(self._connection, texts(ids))}

    def _read_codes(self, items: Sequence[IssueItem]) -> dict[str, list[str]]:
        """Codes to give, the next one last, of the campaigns that have their own."""
        found = {}
        for id_, stock in self._stocks.items():
            if stock.uploaded_codes:
                most = sum(item.campaign == id_ for item in items)
                asked = {"campaign": id_, "most": most}
                found[id_] = list(self._connection.scalars(_CODES_LEFT, asked))[::-1]
        return found


def of_catches(connection: Connection, catches: Sequence[str], now_ms: int) -> list[Coupon]:
    """The coupons that were issued for these catches, in any order."""
    rows = connection.execute(_OF_CATCHES, {"catches": texts(catches)})
    return [read_coupon(row, now_ms) for row in rows]


def read_coupon(row: AnyRow, now_ms: int) -> Coupon:
    """A coupon out of a row that names its columns as the table does, and the campaign's title."""
    return Coupon(
        code=row.code,
        campaign=row.campaign_id,
        title=row.title,
        state=state_at(CouponState(row.state), row.expires_ms, now_ms),
        expires_ms=row.expires_ms,
        catch=row.catch_id,
        cat=row.cat_id,
        player=row.player_id,
        store=row.store_id,
        issued_ms=row.issued_ms,
    )


def _refused(item: IssueItem, no: Refusal) -> IssueResult:
    return IssueResult(item.catch, no.status, limit=no.limit)
