"""Many players of one kind on paper, in a time of their own."""

import heapq
import math
from collections import Counter, deque
from collections.abc import Callable
from random import Random

import msgspec
from catbot.cheats import strategies
from catbot.ground import Position, somewhere_near
from catbot.player import Lips, Persona, Player
from catbot.receiver import OPEN, SKIES
from catbot.refusals import DOUBTED
from catbot.reveal import Sightings
from catbot.tally import Tally
from catbot.walker import Places, Walker
from catbot.wire import Aim, Catch, ClientMessage, Fix, ServerMessage
from msgspec import Struct

from benchmarks.fairness.honest import Honest, outing
from benchmarks.fairness.intervals import Share
from benchmarks.fairness.paper import EPOCH_MS, City, Session
from gameserver.game.catching import Rules

CENTRE = Position(1.3039, 103.8319)
STORES = 90
RADIUS_M = 1_200.0
ARRIVE_S = 60.0
STALL_EVERY_S = 900.0
STALL_S = 8.0


class Outcome(Struct, frozen=True):
    """What became of the attempts of one kind of player."""

    name: str
    refused: Share
    """Of attempts that count; with those that were let through on the other side."""
    reasons: Counter[str]
    doubts: Counter[str]
    players: int
    sanctioned: int
    granted_per_h: float
    """Catches per player and hour."""


class Seat:
    """One player, their session, and the network between the two."""

    def __init__(self, player: Player, city: City, name: str, rng: Random) -> None:
        self.player = player
        # Players of one kind share an address, as those of an office do, or of a farm of accounts.
        self.session = Session(city, name, "192.0.2.1", self._tell)
        self.now_s = 0.0
        self._rng = rng
        self._inbox: deque[ServerMessage] = deque()
        self._outbox: deque[ClientMessage] = deque()
        self._stalled_until_s = 0.0

    def begin(self, now_s: float) -> None:
        """Be welcomed."""
        self.now_s = now_s
        welcome = self.session.welcome(EPOCH_MS + int(now_s * 1000))
        self.player.welcomed(welcome, Lips(self._say, lambda _: True), now_s)
        self._settle()

    def tick(self, now_s: float) -> None:
        """A second went by."""
        self.now_s = now_s
        if now_s >= self._stalled_until_s:
            self._flush()
            if self._rng.random() < 1.0 / STALL_EVERY_S:
                self._stalled_until_s = now_s + min(60.0, self._rng.expovariate(1 / STALL_S))
        self.player.tick(now_s)
        self._settle()

    def wake(self, now_s: float) -> None:
        """Something was due."""
        self.now_s = now_s
        self.player.wake(now_s)
        self._settle()

    def _say(self, message: ClientMessage) -> bool:
        if self.now_s < self._stalled_until_s:
            self._outbox.append(message)
        else:
            self._send(message)
        return True

    def _flush(self) -> None:
        while self._outbox:
            self._send(self._outbox.popleft())

    def _send(self, message: ClientMessage) -> None:
        assert isinstance(message, Fix | Aim | Catch)
        way_ms = int(self._rng.expovariate(1 / 60.0))
        self.session.hear(message, EPOCH_MS + int(self.now_s * 1000) + min(way_ms, 900))

    def _tell(self, message: ServerMessage) -> None:
        self._inbox.append(message)

    def _settle(self) -> None:
        while self._inbox:
            self.player.hear(self._inbox.popleft(), self.now_s)


Make = Callable[[Persona, int], Player]


class Crowd(Struct, frozen=True):
    """So many players for so long."""

    players: int
    lasts_s: float
    seed: int
    stores: int = STORES


def simulate(name: str, make: Make, crowd: Crowd, *, is_cheat: bool = True) -> Outcome:
    """Let a crowd play, each player made by `make`."""
    rng = Random(f"{crowd.seed}/{name}")
    stores = tuple(somewhere_near(CENTRE, RADIUS_M, rng) for _ in range(crowd.stores))
    places = Places(CENTRE, RADIUS_M, stores)
    city = City([(store.lat, store.lon) for store in stores], Rules(), crowd.seed)
    tally, sightings = Tally(), Sightings()
    seats: list[Seat] = []
    due: list[tuple[float, int, int]] = []
    for number in range(crowd.players):
        own = Random(f"{crowd.seed}/{name}/{number}")
        walker = Walker(places.start(150.0, own), own.gauss(1.35, 0.2), places, own)
        persona = Persona(f"{name}-{number}", walker, places, own, tally, sightings)
        seats.append(Seat(make(persona, number), city, f"{name}-{number}", own))
        heapq.heappush(due, (own.uniform(0, ARRIVE_S), number, 0))
    while due and due[0][0] < crowd.lasts_s:
        now_s, number, beat = heapq.heappop(due)
        seat = seats[number]
        if beat == 0:
            seat.begin(now_s)
        else:
            _until(seat, now_s)
            seat.tick(now_s)
        heapq.heappush(due, (now_s + 1.0, number, beat + 1))
    reasons = Counter(
        {reason: n for reason, n in tally.withheld.items() if is_cheat or reason in DOUBTED}
    )
    refused = reasons.total()
    return Outcome(
        name=name,
        refused=Share(refused, refused + tally.granted),
        reasons=reasons,
        doubts=sum((Counter(seat.session.doubts) for seat in seats), Counter()),
        players=crowd.players,
        granted_per_h=tally.granted / crowd.players / crowd.lasts_s * 3600,
        sanctioned=sum(seat.session.sanctions > 0 for seat in seats),
    )


def _until(seat: Seat, now_s: float) -> None:
    """Throws that were due before now."""
    while math.isfinite(seat.player.due_s) and seat.player.due_s < now_s:
        due_s = seat.player.due_s
        seat.wake(due_s)
        if seat.player.due_s <= due_s:
            return


def simulate_cheats(name: str, crowd: Crowd) -> Outcome:
    """Cheaters of one kind."""
    make = strategies()[name]
    return simulate(name, lambda persona, _: make(persona), crowd)


def simulate_honest(sky: str, crowd: Crowd) -> Outcome:
    """Honest players under one sky."""
    under = next(one for one in SKIES if one.name == sky)
    return simulate(
        f"honest, {sky}",
        lambda persona, _: Honest(persona, outing(persona.rng, under)),
        crowd,
        is_cheat=False,
    )


def simulate_queue(crowd: Crowd) -> Outcome:
    """Honest players who are all at one store, under the sky where errors are the smallest."""
    return simulate(
        "honest, one store",
        lambda persona, _: Honest(persona, outing(persona.rng, OPEN)),
        msgspec.structs.replace(crowd, stores=1),
        is_cheat=False,
    )
