"""A game on paper: the server's own rules over many players, without sockets, stores or waiting.

Tracks, judgement, footprints and their effects are the server's (`gameserver.game`); what a session
does with them is written here once more, and a test holds the two against each other.
"""

from collections.abc import Callable
from random import Random

from catbot.wire import (
    Aim,
    Cat,
    Catch,
    Cats,
    Caught,
    Encounter,
    Fix,
    Refused,
    ServerMessage,
    Store,
    Welcome,
)
from catbot.wire import Rules as WireRules

from benchmarks.fairness.heap import Heap
from gameserver.game.addresses import Addresses
from gameserver.game.catching import (
    AIM_RULES,
    CATCH_RULES,
    Refusal,
    Rules,
    Ticket,
    Try,
    judge,
    sight,
)
from gameserver.game.footprints import REFUSED_EVERY_MS, copied, crowded, footprints, spot
from gameserver.game.geo import planar_m, region_of
from gameserver.game.model import Cat as LiveCat
from gameserver.game.track import Track
from gameserver.game.trust import SANCTION_MS, Trust
from gameserver.protocol import REASONS

EPOCH_MS = 1_790_000_000_000
CAT_LIVES_MS = 240_000
CATS_PER_STORE = 3


class City:
    """Stores with cats that come and go by the clock, the same for everybody."""

    def __init__(self, stores: list[tuple[float, float]], rules: Rules, seed: int) -> None:
        self.rules = rules
        self.heaps: dict[str, Heap] = {}
        self.addresses = Addresses()
        self.rng = Random(f"{seed}/city")
        self._stores = stores
        self._cats: dict[tuple[int, int, int], LiveCat] = {}

    def cats_near(self, lat: float, lon: float, now_ms: int) -> list[LiveCat]:
        """The cats in view."""
        found = []
        for number, (at_lat, at_lon) in enumerate(self._stores):
            if abs(at_lat - lat) > 0.003 or planar_m(lat, lon, at_lat, at_lon) > 300.0:
                continue
            for place in range(CATS_PER_STORE):
                turn = (now_ms + 60_000 * place) // CAT_LIVES_MS
                found.append(self._cat(number, place, turn))
        return found

    def _cat(self, number: int, place: int, turn: int) -> LiveCat:
        name = (number, place, turn)
        cat = self._cats.get(name)
        if cat is None:
            cat = self._cats[name] = self._made(*name)
        return cat

    def _made(self, number: int, place: int, turn: int) -> LiveCat:
        rng = Random(f"{number}/{place}/{turn}")
        lat, lon = self._stores[number]
        lat += rng.uniform(-4e-4, 4e-4)
        lon += rng.uniform(-4e-4, 4e-4)
        name = f"{region_of(lat, lon)}-{number}x{place}x{turn}"
        ends_ms = (turn + 1) * CAT_LIVES_MS - 60_000 * place
        return LiveCat(name, "parcel", f"s{number}", "Store", lat, lon, ends_ms, 99, 40.0)


class Session:
    """One player's session, as `gameserver.gateway.session` has it."""

    def __init__(
        self, city: City, player: str, address: str, tell: Callable[[ServerMessage], None]
    ) -> None:
        self.track = Track()
        self.trust = Trust()
        self.sanctions = 0
        self.doubts: dict[str, int] = {}
        self._city = city
        self._player = player
        self._address = address
        self._tell = tell
        self._shown: dict[str, LiveCat] = {}
        self._hidden: set[str] = set()
        self._ticket: Ticket | None = None
        self._cool_until_ms = 0
        self._no_coupons_until_ms = 0
        self._tickets = 0
        self._looked_ms = 0

    def welcome(self, now_ms: int) -> Welcome:
        """The session is open."""
        doubt = self._city.addresses.newcomer(self._address, now_ms)
        if doubt is not None:
            self.trust.note(doubt)
        rules = self._city.rules
        return Welcome(
            "s",
            self._player,
            now_ms,
            WireRules(rules.view_m, rules.catch_m, rules.fix_max_age_ms, rules.aim_min_ms),
        )

    def hear(self, message: Fix | Aim | Catch, now_ms: int) -> None:
        """One message of the player's."""
        match message:
            case Fix():
                self.see(message, now_ms)
            case Aim():
                self._aim(message, now_ms)
            case Catch():
                self._catch(message, now_ms)

    def see(self, fix: Fix, now_ms: int) -> None:
        """A position: what is near it comes into view."""
        self.track.add((fix.lat, fix.lon), fix.accuracy_m, fix.mock, fix.at_ms, now_ms)
        near = {
            cat.id: cat
            for cat in self._city.cats_near(fix.lat, fix.lon, now_ms)
            if cat.id not in self._hidden
        }
        appear = [_shown(cat) for name, cat in near.items() if name not in self._shown]
        vanish = [name for name in self._shown if name not in near]
        self._shown = near
        if appear or vanish:
            self._tell(Cats(tuple(appear), tuple(vanish)))

    def _aim(self, aim: Aim, now_ms: int) -> None:
        self.trust.look(self.track, now_ms)
        cat = self._shown.get(aim.cat)
        refusal = judge(AIM_RULES, self._try(cat, None, now_ms), self._city.rules)
        if refusal is not None:
            if self.track.last is not None and now_ms - self._looked_ms >= REFUSED_EVERY_MS:
                self._look_back(now_ms)
            self._refuse(refusal, None, aim.cat)
            return
        last = self.track.last
        assert cat is not None
        assert last is not None
        self.trust.marked((last.lat, last.lon), last.came_ms)
        self._tickets += 1
        name = f"{self._player}.{self._tickets}"
        ttl_ms = self._city.rules.ticket_ttl_ms
        self._ticket = Ticket(name, aim.cat, now_ms, now_ms + ttl_ms, True)
        self._look_back(now_ms)
        self._tell(Encounter(aim.cat, name, now_ms + ttl_ms, *sight(self.track, cat)))

    def _look_back(self, now_ms: int) -> None:
        last = self.track.last
        assert last is not None
        self._looked_ms = now_ms
        heap = self._city.heaps.setdefault(region_of(last.lat, last.lon), Heap())
        prints, here = footprints(self.track, now_ms), spot(self.track)
        found = copied(self._player, heap.leave(self._player, prints), now_ms)
        if here is not None:
            found += crowded(heap.stand(self._player, here, now_ms), now_ms)
        for doubt in found:
            self.trust.note(doubt)
            if doubt.signal == "lockstep":
                self._city.addresses.suspect(self._address, self._player, now_ms)

    def _catch(self, catch: Catch, now_ms: int) -> None:
        ticket = self._ticket
        if ticket is not None and ticket.ticket != catch.ticket:
            ticket = None
        cat = self._shown.get(catch.cat)
        refusal = judge(CATCH_RULES, self._try(cat, ticket, now_ms), self._city.rules)
        if refusal is not None:
            self._refuse(refusal, catch.attempt, catch.cat)
            return
        assert cat is not None
        self._ticket = None
        self._cool_until_ms = now_ms + self._city.rules.cool_down_ms
        self._hidden.add(cat.id)
        self._tell(Caught(catch.attempt, cat.id, cat.species, 1))
        self._shown.pop(cat.id)
        self._tell(Cats((), (cat.id,)))

    def _try(self, cat: LiveCat | None, ticket: Ticket | None, now_ms: int) -> Try:
        if self.trust.case(now_ms):
            self.sanctions += 1
            self._no_coupons_until_ms = now_ms + SANCTION_MS
        gate = self.trust.gate(now_ms)
        if gate is not None:
            self.doubts[gate.signal] = self.doubts.get(gate.signal, 0) + 1
        no_coupons_ms = self._no_coupons_until_ms
        return Try(now_ms, self.track, cat, self._cool_until_ms, ticket, gate, no_coupons_ms)

    def _refuse(self, refusal: Refusal, attempt: str | None, cat: str) -> None:
        reason = REASONS[refusal.reason]
        self._tell(
            Refused(
                reason.name,
                reason.retry,
                attempt,
                cat,
                refusal.retry_after_ms,
                refusal.distance_m,
                refusal.limit_m,
            )
        )


def _shown(cat: LiveCat) -> Cat:
    store = Store(cat.store, cat.store_name)
    return Cat(cat.id, cat.species, store, cat.lat, cat.lon, cat.expires_ms, cat.catches)
