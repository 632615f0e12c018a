"""Whatever is done to the books, in whatever order, they agree with a model of a few lines."""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gameserver.game.model import CouponState, IssueItem, Reservation, catch_id
from gameserver.ledger.campaigns import CampaignChange, StockTooLow
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.redeeming import (
    AlreadyRedeemed,
    AlreadyVoid,
    Expired,
    NothingToReverse,
    Redeemed,
    Reversed,
    TooLateToReverse,
    Voided,
)
from tests.ledger.shop import DAY_MS, Clock, campaign, open_shop
from tests.servers.postgres import PostgresServer

CATS = [f"cat{n}" for n in range(6)]
PLAYERS = ["ann", "bob", "cy"]
VALID_MS = 2 * DAY_MS

cats = st.sampled_from(CATS)
sides = st.sampled_from([0, 1])
catches = st.tuples(cats, st.sampled_from(PLAYERS), sides)


class ModelCampaign:
    """What the model knows of a campaign."""

    def __init__(self, stock: int, per_player: int | None, per_day: int | None) -> None:
        self.stock = stock
        self.per_player = per_player
        self.per_day = per_day
        self.active = True


class ModelCoupon:
    """What the model knows of a coupon."""

    def __init__(self, side: int, player: str, at_ms: int, code: str) -> None:
        self.side = side
        self.player = player
        self.day = at_ms // DAY_MS
        self.expires_ms = at_ms + VALID_MS
        self.code = code
        self.state = CouponState.ACTIVE
        self.redeemed_ms = 0

    def at(self, now_ms: int) -> CouponState:
        over = self.state is CouponState.ACTIVE and now_ms >= self.expires_ms
        return CouponState.EXPIRED if over else self.state


class Books(RuleBasedStateMachine):
    """Two campaigns, one of them with limits, and the model beside them."""

    async def open(self) -> Ledger:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.clock = Clock()
        self.campaigns = [ModelCampaign(8, None, None), ModelCampaign(8, 2, 1)]
        self.held: dict[str, tuple[int, int]] = {}  # cat -> side, coupons set aside
        self.seen: set[str] = set()  # cats that were ever reserved for
        self.coupons: dict[tuple[str, str], ModelCoupon] = {}  # cat, player -> coupon

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @initialize()
    def begin(self) -> None:
        async def begin() -> None:
            self.ledger = await self.open()
            self.shop = await open_shop(self.ledger)
            valid = {"valid_for_s": VALID_MS // 1000}
            self.ids = [
                await campaign(self.ledger, self.shop, 8, **valid),
                await campaign(self.ledger, self.shop, 8, per_player=2, per_player_day=1, **valid),
            ]

        self.runner.run(begin())

    def free(self, side: int) -> int:
        reserved = sum(count for of, count in self.held.values() if of == side)
        issued = sum(coupon.side == side for coupon in self.coupons.values())
        return self.campaigns[side].stock - reserved - issued

    @rule(cat=cats, side=sides, count=st.integers(0, 4))
    def reserve(self, cat: str, side: int, count: int) -> None:
        wanted = Reservation(cat, self.ids[side], count, self.clock.now_ms)
        (granted,) = self.runner.run(self.ledger.coupons.reserve([wanted], self.clock.now_ms))
        if cat in self.seen:
            return  # tests/ledger/test_reservations.py says what is answered
        expected = min(count, self.free(side)) if self.campaigns[side].active else 0
        assert granted == expected
        if granted:
            self.seen.add(cat)
            self.held[cat] = (side, granted)

    @rule(cat=cats)
    def release_all(self, cat: str) -> None:
        self.runner.run(self.ledger.coupons.release([(cat, 99)], self.clock.now_ms))
        self.held.pop(cat, None)

    @rule(batch=st.lists(catches, min_size=1, max_size=5))
    def issue(self, batch: list[tuple[str, str, int]]) -> None:
        now = self.clock.now_ms
        items = [
            IssueItem(catch_id(cat, player, "1"), cat, player, self.ids[side], "store", now)
            for cat, player, side in batch
        ]
        results = self.runner.run(self.ledger.coupons.issue(items, now))
        for (cat, player, side), result in zip(batch, results, strict=True):
            assert result.status == self.expected(cat, player, side)
            if result.status == "issued":
                assert result.coupon is not None
                of, count = self.held.get(cat, (side, 0))
                if of == side and count:
                    self.held[cat] = (side, count - 1)
                coupon = ModelCoupon(side, player, now, result.coupon.code)
                self.coupons[cat, player] = coupon
            elif result.status == "already":
                assert result.coupon is not None
                assert result.coupon.code == self.coupons[cat, player].code
                assert result.coupon.state == self.coupons[cat, player].at(now)

    def expected(self, cat: str, player: str, side: int) -> str:
        terms = self.campaigns[side]
        if (cat, player) in self.coupons:
            return "already"
        if not terms.active:
            return "closed"
        mine = [c for c in self.coupons.values() if (c.side, c.player) == (side, player)]
        today = sum(coupon.day == self.clock.now_ms // DAY_MS for coupon in mine)
        if terms.per_player is not None and len(mine) >= terms.per_player:
            return "limit"
        if terms.per_day is not None and today >= terms.per_day:
            return "limit"
        of, count = self.held.get(cat, (side, 0))
        return "issued" if (of == side and count) or self.free(side) > 0 else "sold_out"

    @precondition(lambda self: self.coupons)
    @rule(data=st.data())
    def redeem(self, data: st.DataObject) -> None:
        coupon = data.draw(st.sampled_from(list(self.coupons.values())))
        now, shop = self.clock.now_ms, self.shop
        done = self.runner.run(
            self.ledger.coupons.redeem(coupon.code, shop.store, shop.merchant, shop.key, now)
        )
        expected = {
            CouponState.ACTIVE: Redeemed,
            CouponState.REDEEMED: AlreadyRedeemed,
            CouponState.EXPIRED: Expired,
            CouponState.VOID: AlreadyVoid,
        }
        assert type(done) is expected[coupon.at(now)]
        if isinstance(done, Redeemed):
            coupon.state, coupon.redeemed_ms = CouponState.REDEEMED, now

    @precondition(lambda self: self.coupons)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        coupon = data.draw(st.sampled_from(list(self.coupons.values())))
        now, shop = self.clock.now_ms, self.shop
        done = self.runner.run(
            self.ledger.coupons.reverse(coupon.code, "", shop.merchant, shop.key, now)
        )
        if coupon.state is not CouponState.REDEEMED:
            assert done == NothingToReverse(coupon.at(now))
        elif now - coupon.redeemed_ms >= DAY_MS:
            assert isinstance(done, TooLateToReverse)
        else:
            assert isinstance(done, Reversed)
            coupon.state = CouponState.ACTIVE
            assert done.found.coupon.state is coupon.at(now)

    @precondition(lambda self: self.coupons)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        coupon = data.draw(st.sampled_from(list(self.coupons.values())))
        now, shop = self.clock.now_ms, self.shop
        done = self.runner.run(
            self.ledger.coupons.void(coupon.code, "", shop.merchant, shop.key, now)
        )
        expected = {
            CouponState.ACTIVE: Voided,
            CouponState.REDEEMED: AlreadyRedeemed,
            CouponState.EXPIRED: Expired,
            CouponState.VOID: Voided,
        }
        assert type(done) is expected[coupon.at(now)]
        if isinstance(done, Voided):
            assert done.repeated == (coupon.state is CouponState.VOID)
            coupon.state = CouponState.VOID

    @rule()
    def expire(self) -> None:
        now = self.clock.now_ms
        count = self.runner.run(self.ledger.coupons.expire(now, 100))
        late = [c for c in self.coupons.values() if c.state is not c.at(now)]
        assert count == len(late)
        for coupon in late:
            coupon.state = CouponState.EXPIRED

    @rule(side=sides)
    def pause_or_go_on(self, side: int) -> None:
        terms = self.campaigns[side]
        terms.active = not terms.active
        self.change(side, CampaignChange(state="active" if terms.active else "paused"))

    @rule(side=sides, stock=st.integers(0, 12))
    def change_stock(self, side: int, stock: int) -> None:
        too_low = self.free(side) + stock < self.campaigns[side].stock
        done = self.change(side, CampaignChange(stock=stock))
        assert isinstance(done, StockTooLow) == too_low
        if not too_low:
            self.campaigns[side].stock = stock

    def change(self, side: int, change: CampaignChange) -> object:
        merchants = self.ledger.merchants
        return self.runner.run(
            merchants.update_campaign(self.shop.merchant, self.ids[side], change)
        )

    @rule(hours=st.sampled_from([1, 12, 30]))
    def wait(self, hours: int) -> None:
        self.clock.now_ms += hours * 3_600_000

    @invariant()
    def the_counters_are_the_models(self) -> None:
        if not hasattr(self, "ids"):
            return
        for side in (0, 1):
            found = self.runner.run(
                self.ledger.merchants.get_campaign(self.shop.merchant, self.ids[side])
            )
            assert found is not None
            assert found.stock == self.campaigns[side].stock
            assert found.stock - found.reserved - found.issued == self.free(side)
            mine = [coupon for coupon in self.coupons.values() if coupon.side == side]
            assert found.issued == len(mine)
            redeemed = [coupon for coupon in mine if coupon.state is CouponState.REDEEMED]
            assert found.redeemed == len(redeemed)

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "ids"):
            checks = self.runner.run(self.ledger.audit())
            assert [check for check in checks if not check.ok] == []


def bounded(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_on_sqlite(migrated_file: Path):
    class SqliteBooks(Books):
        async def open(self) -> Ledger:
            folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="cat-"))
            shutil.copy(migrated_file, Path(folder) / "books.db")
            url = f"sqlite:///{folder}/books.db"
            return await self.stack.enter_async_context(open_ledger(url, clock=self.clock))

    run_state_machine_as_test(SqliteBooks, settings=bounded(12))


def test_on_postgresql(postgres: PostgresServer):
    class PostgresBooks(Books):
        async def open(self) -> Ledger:
            name = postgres.migrated_database()
            self.stack.callback(postgres.drop, name)
            url = postgres.url(name)
            return await self.stack.enter_async_context(open_ledger(url, clock=self.clock))

    run_state_machine_as_test(PostgresBooks, settings=bounded(5))
