"""Whatever is done to the books, in whatever order, they agree with a model of a few lines.

Each step may meet with trouble: its transaction is undone at the last moment, its answer is lost,
whoever asked goes away, the process dies. The books are looked at as the trouble left them, and
then the step is asked for again, as clients do: with the same ids it has had its effect once.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, text

from gameserver.game.model import IssueItem, Reservation, catch_id
from gameserver.ledger import idempotency, redeeming
from gameserver.ledger.campaigns import CampaignChange
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.own_codes import CodesReport
from gameserver.ledger.redeeming import Actor
from tests.ledger.model import Catch, Coupon, Deed, Model, Terms, said
from tests.ledger.shop import DAY_MS, NOW, Clock, campaign, open_shop
from tests.ledger.trouble import Crashed, Trouble, Troubled
from tests.servers.postgres import PostgresServer

T = TypeVar("T")
E = TypeVar("E")

HOUR_MS = DAY_MS // 24
CATS = [f"cat{n}" for n in range(9)]
PLAYERS = ["ann", "bob", "cy"]
CODES = [f"BUN-{n}" for n in range(8)]

PLAIN, LIMITED, DATED, FUNDED, PACED, OWN, ENDED = SIDES = range(7)


def street() -> list[Terms]:
    """A campaign of every kind; the cat of that number mostly carries its coupons."""
    return [
        Terms(stock=6),
        Terms(per_player=2, per_player_day=1),
        Terms(starts_ms=NOW + 6 * HOUR_MS, ends_ms=NOW + 3 * DAY_MS),
        Terms(kind="amount", value=0.1, budget=0.3),
        Terms(starts_ms=NOW, ends_ms=NOW + 4 * DAY_MS, pace="even"),
        Terms(codes="uploaded"),
        Terms(),
    ]


cats = st.sampled_from(CATS)
sides = st.sampled_from(SIDES)
carried = st.one_of(sides.map(lambda side: (CATS[side], side)), st.tuples(cats, sides))
catches = st.tuples(carried, st.sampled_from(PLAYERS), st.sampled_from([0, 7, 30]))
picks = st.integers(0, 2) | st.integers(0, 40)
troubles = st.none() | st.sampled_from(Trouble)
changed = st.sampled_from([PLAIN, LIMITED, ENDED]) | sides
states = st.tuples(changed, st.just("state"), st.sampled_from(["active", "paused", "ended"]))
changes = st.one_of(
    states,
    states,
    st.tuples(st.just(ENDED), st.just("state"), st.sampled_from(["active", "paused"])),
    st.tuples(changed, st.just("stock"), st.integers(0, 12)),
    st.tuples(changed, st.just("per_player"), st.sampled_from([None, 1, 2, 3])),
    st.tuples(changed, st.just("per_player_day"), st.sampled_from([None, 1, 2])),
    st.tuples(st.just(DATED), st.just("ends_ms"), st.sampled_from([None, NOW + 2 * DAY_MS])),
    st.tuples(st.just(FUNDED), st.just("budget"), st.sampled_from([0.1, 0.6, 0.7])),
)


class Books(RuleBasedStateMachine):
    """The books, and the model beside them."""

    async def open(self) -> Ledger:
        """Open the books; after `die` those that a dead process left."""
        raise NotImplementedError

    def die(self, connection: Connection) -> None:
        """Make of a connection what the death of its process makes of it."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.life = AsyncExitStack()
        self.clock = Clock()
        self.model = Model(street())

    def teardown(self) -> None:
        self.runner.run(self.life.aclose())
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @initialize()
    def begin(self) -> None:
        async def begin() -> None:
            await self.start()
            self.shop = await open_shop(self.ledger)
            self.ids = [
                await campaign(self.ledger, self.shop, terms.stock, **terms.fields)
                for terms in self.model.sides
            ]

        self.runner.run(begin())
        self.bring_codes(CODES[:5], None)
        for side in (PLAIN, LIMITED, OWN, ENDED):
            self.reserve((CATS[side], side), 3, None)
        self.issue([((CATS[side], side), "ann", 0) for side in SIDES], None)
        self.issue([((cat, PLAIN), "ann", 0) for cat in CATS[-2:]], None)
        self.change_a_campaign((ENDED, "state", "ended"), None)

    async def start(self) -> None:
        self.db = Troubled((await self.open()).db, self.die)
        self.ledger = Ledger(self.db, self.clock)

    def ask(
        self, trouble: Trouble | None, ask: Callable[[], Awaitable[T]], model: Callable[[], E]
    ) -> tuple[T, E]:
        """What the books answer, and what the model does; after trouble, to the second question."""
        if trouble is not None:
            if self.runner.run(self.crash(trouble, ask)):
                model()
            self.look()
        return self.runner.run(_awaited(ask)), model()

    async def crash(self, trouble: Trouble, ask: Callable[[], Awaitable[object]]) -> bool:
        """Ask, get no answer, and say whether it was done nevertheless."""
        self.db.next = trouble
        try:
            await ask()
        except Crashed:
            mark = self.db.mark
        else:
            raise AssertionError("nothing was asked of the books")
        if trouble is Trouble.DIED:
            await self.life.aclose()
            await self.start()
        done = await self.db.is_in(mark)
        assert done or trouble is not Trouble.UNHEARD
        assert not done or trouble not in (Trouble.UNDONE, Trouble.DIED)
        return done

    @rule(what=carried, count=st.integers(0, 4), trouble=troubles)
    def reserve(self, what: tuple[str, int], count: int, trouble: Trouble | None) -> None:
        (cat, side), now = what, self.clock.now_ms
        wanted = [Reservation(cat, self.ids[side], count, now)]
        granted, expected = self.ask(
            trouble,
            lambda: self.ledger.coupons.reserve(wanted, now),
            lambda: self.model.reserve(cat, side, count, now),
        )
        assert granted == [expected]

    @rule(pick=picks, count=st.sampled_from([1, 2, 99]), trouble=troubles)
    def release(self, pick: int, count: int, trouble: Trouble | None) -> None:
        held = [*self.model.held, "nobody's"]
        cat = held[pick % len(held)]
        self.ask(
            trouble,
            lambda: self.ledger.coupons.release([(cat, count)], self.clock.now_ms),
            lambda: self.model.release(cat, count),
        )

    @rule(batch=st.lists(catches, min_size=1, max_size=5), trouble=troubles)
    def issue(self, batch: list[tuple[tuple[str, int], str, int]], trouble: Trouble | None) -> None:
        now = self.clock.now_ms
        made = [Catch(cat, who, side, now - hours * HOUR_MS) for (cat, side), who, hours in batch]
        items = [
            IssueItem(
                catch_id(catch.cat, catch.player, "1"),
                catch.cat,
                catch.player,
                self.ids[catch.side],
                "store",
                catch.at_ms,
            )
            for catch in made
        ]
        results, expected = self.ask(
            trouble,
            lambda: self.ledger.coupons.issue(items, now),
            lambda: self.model.issue(made, now),
        )
        for result, (status, limit, coupon) in zip(results, expected, strict=True):
            assert (result.status, result.limit) == (status, limit)
            assert (result.coupon is None) == (coupon is None)
            if result.coupon is not None and coupon is not None:
                coupon.code = coupon.code or result.coupon.code
                assert result.coupon.code == coupon.code
                assert result.coupon.state is coupon.at(now)

    @rule(deed=st.sampled_from(Deed.__args__), pick=picks, trouble=troubles)
    def at_the_till(self, deed: Deed, pick: int, trouble: Trouble | None) -> None:
        coupon = self.picked(pick)
        if coupon is None:
            return
        now = self.clock.now_ms
        done, expected = self.ask(
            trouble,
            lambda: self.db.write(self.deed(deed, coupon)),
            lambda: self.model.do(deed, coupon, now),
        )
        assert said(done) == expected

    @rule(
        deed=st.sampled_from(Deed.__args__),
        pick=picks,
        key=st.sampled_from(["k1", "k2", "k3"]),
        trouble=troubles,
    )
    def at_the_till_with_a_key(
        self, deed: Deed, pick: int, key: str, trouble: Trouble | None
    ) -> None:
        coupon = self.picked(pick)
        if coupon is None:
            return
        now, doing = self.clock.now_ms, self.deed(deed, coupon)
        request = idempotency.request("till", key, deed.encode(), str(coupon.code).encode())

        def effect(connection: Connection) -> idempotency.Answer:
            return idempotency.Answer(200, said(doing(connection)).encode())

        done, expected = self.ask(
            trouble,
            lambda: self.ledger.idempotency.once(request, effect, now),
            lambda: self.model.do_once(key, deed, coupon, now),
        )
        answer = done.body.decode() if isinstance(done, idempotency.Answer) else None
        assert answer == expected

    def picked(self, pick: int) -> Coupon | None:
        coupons = self.model.coupons
        return coupons[pick % len(coupons)] if coupons else None

    def deed(self, deed: Deed, coupon: Coupon) -> Callable[[Connection], object]:
        assert coupon.code is not None
        code, now, by = coupon.code, self.clock.now_ms, Actor(self.shop.merchant, self.shop.key)
        match deed:
            case "redeem":
                return lambda connection: redeeming.redeem(
                    connection, code, self.shop.store, by, now
                )
            case "reverse":
                return lambda connection: redeeming.reverse(connection, code, "why", by, now)
            case "void":
                return lambda connection: redeeming.void(connection, code, "why", by, now)

    @rule(trouble=troubles)
    def expire(self, trouble: Trouble | None) -> None:
        now = self.clock.now_ms
        count, expected = self.ask(
            trouble,
            lambda: self.ledger.coupons.expire(now, 100),
            lambda: self.model.expire(now),
        )
        assert count == expected

    @rule(change=changes, trouble=troubles)
    def change_a_campaign(self, change: tuple[int, str, Any], trouble: Trouble | None) -> None:
        side, name, value = change
        wanted = CampaignChange(**{name: value})
        done, expected = self.ask(
            trouble,
            lambda: self.ledger.merchants.update_campaign(
                self.shop.merchant, self.ids[side], wanted
            ),
            lambda: self.model.change(side, name, value),
        )
        assert type(done).__name__ == expected

    @rule(codes=st.lists(st.sampled_from(CODES), min_size=1, unique=True), trouble=troubles)
    def bring_codes(self, codes: list[str], trouble: Trouble | None) -> None:
        done, expected = self.ask(
            trouble,
            lambda: self.ledger.merchants.add_codes(self.shop.merchant, self.ids[OWN], codes),
            lambda: self.model.add_codes(OWN, codes),
        )
        assert isinstance(done, CodesReport)
        assert (done.added, [line.code for line in done.rejected]) == expected

    @rule(hours=st.sampled_from([1, 12, 30]))
    def wait(self, hours: int) -> None:
        self.clock.now_ms += hours * HOUR_MS

    @invariant()
    def look(self) -> None:
        """The counters and the wallets are the model's, and the books balance."""
        if hasattr(self, "ids"):
            self.runner.run(self.compare())

    async def compare(self) -> None:
        found = await self.ledger.merchants.list_campaigns(self.shop.merchant, 10)
        by_id = {campaign.id: campaign for campaign in found.items}
        for side, id_ in enumerate(self.ids):
            campaign, mine = by_id[id_], self.model.of(side)
            redeemed = sum(coupon.redeemed_ms > 0 for coupon in mine)
            assert (campaign.reserved, campaign.issued) == (self.model.reserved(side), len(mine))
            assert campaign.redeemed == redeemed
            assert campaign.uploaded == len(self.model.codes.get(side, ()))
            for name in ("stock", "state", "per_player", "per_player_day", "ends_ms", "budget"):
                assert getattr(campaign, name) == getattr(self.model.sides[side], name)
        for player in PLAYERS:
            await self.compare_wallet(player)
        assert [check for check in await self.ledger.audit() if not check.ok] == []

    async def compare_wallet(self, player: str) -> None:
        page = await self.ledger.coupons.wallet(player, 100)
        mine = {coupon.cat: coupon for coupon in self.model.coupons if coupon.player == player}
        assert {coupon.cat for coupon in page.items} == set(mine)
        assert len(page.items) == len(mine)
        for coupon in page.items:
            model = mine[coupon.cat]
            model.code = model.code or coupon.code
            assert (coupon.code, coupon.campaign) == (model.code, self.ids[model.side])
            assert coupon.state is model.at(self.clock.now_ms)
            assert (coupon.redeemed_ms or 0) == model.redeemed_ms


async def _awaited(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


def bounded(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_on_sqlite(migrated_file: Path):
    class SqliteBooks(Books):
        """A process that dies leaves its files as they are at that moment."""

        file: Path | None = None

        async def open(self) -> Ledger:
            if self.file is None:
                self.file = self.folder() / "books.db"
                shutil.copy(migrated_file, self.file)
            return await self.life.enter_async_context(
                open_ledger(f"sqlite:///{self.file}", clock=self.clock)
            )

        def folder(self) -> Path:
            return Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="cat-")))

        def die(self, connection: Connection) -> None:
            assert self.file is not None
            left = self.folder()
            for path in (self.file, self.file.with_name("books.db-wal")):
                shutil.copy(path, left)
            self.file = left / "books.db"
            raise Crashed

    run_state_machine_as_test(SqliteBooks, settings=bounded(12))


def test_on_postgresql(postgres: PostgresServer):
    class PostgresBooks(Books):
        """The server ends the transaction of a process that died."""

        name: str | None = None

        async def open(self) -> Ledger:
            if self.name is None:
                self.name = postgres.migrated_database()
                self.stack.callback(postgres.drop, self.name)
            return await self.life.enter_async_context(
                open_ledger(postgres.url(self.name), clock=self.clock)
            )

        def die(self, connection: Connection) -> None:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    run_state_machine_as_test(PostgresBooks, settings=bounded(5))
