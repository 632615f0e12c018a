"""One region as its keeper sees it: which cats each store has, and what is due when.

No I/O. Two heaps say what is due, so a tick costs what it has to do, however many stores there are.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from gameserver.game.model import Cat, PlannedStore
from gameserver.game.spawning import is_active, next_turn_ms
from gameserver.keeper.streets import Streets

SPAWN_MOST = 50
"""Cats per store and tick: a new plan of hundreds fills up over a few ticks."""

SWEEP_EVERY_MS = 30_000
"""At least this often Redis is asked for cats that are due, besides whenever one is known to be."""

FULL_WAIT_MS = 1_000
"""When a store is looked at again that lacks cats but has as many players as it wants."""

SOLD_OUT_WAIT_MS = 2_000
SOLD_OUT_WAIT_MAX_MS = 60_000


class RegionBook:
    """The stores and living cats of one region."""

    def __init__(self, name: str, streets: Streets | None = None) -> None:
        self.name = name
        self._streets = streets or Streets()
        self.cursor: str | None = None
        """Where to read the feed on; None until a snapshot is in."""
        self._sweep_ms = 0
        self._expiry: list[tuple[int, str]] = []
        self._stores: dict[str, PlannedStore] = {}
        self._cats: dict[str, Cat] = {}
        self._alive: dict[str, set[str]] = {}
        self._due: list[tuple[int, str]] = []
        self._due_at: dict[str, int] = {}
        self._waits: dict[str, int] = {}
        self._left_alone: set[str] = set()

    # --- what is so ---

    def start_over(self, cats: Iterable[Cat]) -> None:
        """Take a snapshot as the truth."""
        self.close()
        self._alive.clear()
        self._expiry.clear()
        for cat in cats:
            self.appeared(cat)
        self._sweep_ms = 0
        for store in self._stores.keys() | self._alive.keys():
            self._remind(store, 0)

    def close(self) -> None:
        """The region is another keeper's now: forget its cats."""
        for cat_id in self._cats:
            self._streets.crowd.remove(cat_id)
        self._cats.clear()

    @property
    def stores(self) -> Iterable[str]:
        """The stores that have a plan here, or had one."""
        return self._stores.keys()

    def knows(self, cat_id: str) -> bool:
        """Whether a cat is alive here."""
        return cat_id in self._cats

    def appeared(self, cat: Cat) -> None:
        """A cat is alive (again)."""
        self._cats[cat.id] = cat
        self._streets.crowd.add(cat)
        self._alive.setdefault(cat.store, set()).add(cat.id)
        heappush(self._expiry, (cat.expires_ms, cat.id))

    def vanished(self, cat_id: str, now_ms: int) -> None:
        """A cat was caught out, expired or withdrawn: its store may want another."""
        cat = self._cats.pop(cat_id, None)
        if cat is None:
            return
        self._streets.crowd.remove(cat_id)
        self._alive[cat.store].discard(cat_id)
        self._remind(cat.store, now_ms)

    def plan(self, store: PlannedStore, now_ms: int) -> None:
        """A store or its plan changed."""
        self._left_alone.discard(store.id)
        self._stores[store.id] = store
        self._waits.pop(store.id, None)
        self._remind(store.id, now_ms)

    def leave_alone(self, store_id: str) -> None:
        """Nobody knows yet what a store wants: its cats stay, and no others come."""
        self._stores.pop(store_id, None)
        self._left_alone.add(store_id)

    def drop(self, store_id: str, now_ms: int) -> None:
        """A store is in this region no more; its cats go at the next tick."""
        self._left_alone.discard(store_id)
        self._stores.pop(store_id, None)
        self._remind(store_id, now_ms)

    def sold_out(self, store_id: str, now_ms: int) -> None:
        """No coupons were granted: ask again later, ever more rarely until the plan changes."""
        wait_ms = min(2 * self._waits.get(store_id, SOLD_OUT_WAIT_MS // 2), SOLD_OUT_WAIT_MAX_MS)
        self._waits[store_id] = wait_ms
        self._remind(store_id, now_ms + wait_ms)

    def granted(self, store_id: str) -> None:
        """Coupons were granted."""
        self._waits.pop(store_id, None)

    # --- what is due ---

    def sweep_is_due(self, now_ms: int) -> bool:
        """Is it time to look in Redis for cats whose time is over?"""
        return now_ms >= self._sweep_ms or bool(self._expiry and self._expiry[0][0] <= now_ms)

    def swept(self, now_ms: int) -> None:
        """Everything due was taken home; caught-out cats that nobody here saw wait for the next."""
        while self._expiry and self._expiry[0][0] <= now_ms:
            heappop(self._expiry)
        self._sweep_ms = now_ms + SWEEP_EVERY_MS

    def due(self, now_ms: int) -> list[str]:
        """The stores to look at now, each once; they are due no more until something happens."""
        stores = []
        while self._due and self._due[0][0] <= now_ms:
            at_ms, store_id = heappop(self._due)
            if self._due_at.get(store_id) == at_ms:
                del self._due_at[store_id]
                stores.append(store_id)
        return stores

    def wants(self, store_id: str, now_ms: int) -> tuple[PlannedStore | None, int, list[str]]:
        """What a due store needs: itself, how many new cats, and which cats must go."""
        if store_id in self._left_alone:
            return None, 0, []
        store = self._stores.get(store_id)
        alive = self._alive.get(store_id, set())
        plan = store.plan if store is not None else None
        if store is None or plan is None:
            return store, 0, list(alive)
        turn_ms = next_turn_ms(store, now_ms)
        if turn_ms is not None:
            self._remind(store_id, turn_ms)
        if not is_active(store, now_ms):
            return store, 0, list(alive)
        stale = [cat_id for cat_id in alive if not self._fits(self._cats[cat_id], store)]
        stay = len(alive) - len(stale)
        if stay > plan.cats_alive:
            fitting = sorted(alive.difference(stale), key=lambda cat: self._cats[cat].expires_ms)
            stale += fitting[: stay - plan.cats_alive]
        missing = plan.cats_alive - (len(alive) - len(stale))
        if missing > 0 and self._streets.is_full(store):
            self._remind(store_id, now_ms + FULL_WAIT_MS)
            return store, 0, stale
        if missing > SPAWN_MOST:
            self._remind(store_id, now_ms)
        return store, max(0, min(missing, SPAWN_MOST)), stale

    def _fits(self, cat: Cat, store: PlannedStore) -> bool:
        plan = store.plan
        return plan is not None and (
            cat.campaign == plan.campaign
            and cat.title == (store.campaign_title if plan.campaign else None)
            and cat.store_name == store.name
            and cat.species in plan.species
            and self._streets.grounds.of(store).holds(cat.lat, cat.lon)
        )

    def remind(self, store_id: str, at_ms: int) -> None:
        """Look at a store again at a time."""
        self._remind(store_id, at_ms)

    def _remind(self, store_id: str, at_ms: int) -> None:
        known = self._due_at.get(store_id)
        if known is None or at_ms < known:
            self._due_at[store_id] = at_ms
            heappush(self._due, (at_ms, store_id))
