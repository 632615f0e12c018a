"""What the sessions of one process share, and the work of theirs that leaves the process."""

import logging
from asyncio import Semaphore
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from time import perf_counter

from gameserver.awards.awards import Awards, IsIssued
from gameserver.awards.line import Line
from gameserver.awards.stages import Case
from gameserver.game.catching import Rules
from gameserver.game.geo import cat_region
from gameserver.game.model import Claim, CouponState, catch_id
from gameserver.game.tokens import player_of
from gameserver.gateway.lookback import Lookback
from gameserver.gateway.pressure import Pressure
from gameserver.gateway.roster import Answer, Roster, Seat
from gameserver.gateway.stats import Stats
from gameserver.gateway.tally import Tally
from gameserver.gateway.world import World
from gameserver.jobs import Jobs
from gameserver.ledger.sanctions import Sanctions
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import Replaced, SessionRef
from gameserver.protocol import Catch, Caught, Refused, refused
from gameserver.species import Species

log = logging.getLogger(__name__)

SESSION_TTL_MS = 90_000

LEAVING_AT_ONCE = 256
"""So many players are seen off at once. Where a whole crowd loses its line, what is to be kept of
them must not stand in Redis' queue before the catches of those who are left."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not change while the server runs."""

    rules: Rules
    species: Mapping[str, Species]
    secret: bytes
    process: str
    clock: Callable[[], int]
    sanctions: Sanctions


class Street:
    """One process's players, their world and the way to the stores."""

    def __init__(self, ground: Ground, live: Live, awards: Awards, line: Line, jobs: Jobs) -> None:
        self.rules = ground.rules
        self.clock = ground.clock
        self.rng = Random()
        self.world = World()
        self.roster = Roster()
        self.stats = Stats()
        self.tally = Tally()
        self.pressure = Pressure()
        self.banned: dict[str, int | None] = {}
        """Banned players, until when in epoch ms; None is for good. Kept true by the app."""
        self.lookback = Lookback(live, jobs, ground.clock, ground.sanctions)
        self._leaving = Semaphore(LEAVING_AT_ONCE)
        self._ground = ground
        self._live = live
        self._awards = awards
        self._line = line
        self._jobs = jobs

    # --- what a session asks ---

    def player_of(self, token: str, now_ms: int) -> str | None:
        """The player that a token speaks for, or None."""
        return player_of(self._ground.secret, token, now_ms)

    def is_banned(self, player: str, now_ms: int) -> bool:
        """May this player not play now?"""
        if player not in self.banned:
            return False
        until_ms = self.banned[player]
        return until_ms is None or now_ms < until_ms

    def catch_rate(self, species: str) -> float:
        """The chance that a throw hits."""
        kind = self._ground.species.get(species)
        return kind.catch_rate if kind else 1.0

    def points(self, species: str) -> int:
        """What a cat of this kind is worth."""
        kind = self._ground.species.get(species)
        return kind.points if kind else 0

    # --- sessions across processes ---

    def entered(self, session: Seat) -> None:
        """A player is here: make it known to the other processes."""
        self._jobs.start(self.register(session), "register session")

    def left(self, session: Seat) -> None:
        """A player is gone."""
        assert session.player is not None
        if self.roster.leave(session.player, session, self.clock()):
            self._jobs.start(self._leave(session), "see a player off")

    async def register(self, session: Seat) -> None:
        """Make this the player's one session everywhere; tell the process that had another."""
        assert session.player is not None
        ref = self.ref(session)
        try:
            before = await self._live.open_session(session.player, ref, SESSION_TTL_MS)
            if before is not None and before.process != ref.process:
                await self._live.tell(before.process, Replaced(session.player, before.session))
        except LiveError:
            return  # the regular round of `feed` tries again
        session.registered = True

    async def _leave(self, session: Seat) -> None:
        assert session.player is not None
        async with self._leaving:
            await self.lookback.keep(session.player, session.memory)
            if not session.registered:
                return
            with suppress(LiveError):  # it expires by itself
                await self._live.close_session(session.player, self.ref(session))

    def ref(self, session: Seat) -> SessionRef:
        """How other processes know a session."""
        return SessionRef(self._ground.process, session.session)

    # --- catches ---

    def settle(self, claim: Claim) -> None:
        """Decide a judged catch, and answer the player on whatever session is live then."""
        self._settle(claim, self._caught)

    def _settle(self, claim: Claim, told: Callable[[Case], None]) -> None:
        if not self._line.put(claim, told):
            self.stats.shed["catches"] += 1
            self._decided(claim.player, refused("busy", attempt=claim.attempt, cat=claim.cat))

    def resume(self, player: str, catch: Catch, claim: Claim | None, otherwise: Refused) -> None:
        """Answer an attempt that may have been won in an earlier session, else refuse it.

        `claim` is what the attempt would claim now; None where its cat is not in view.
        """
        if not self._jobs.start(self._resume(player, catch, claim, otherwise), "resumed catch"):
            self.stats.shed["catches"] += 1
            self._decided(player, refused("busy", attempt=catch.attempt, cat=catch.cat))

    def _caught(self, case: Case) -> None:
        """How a throw ended. An attempt that is resumed was counted when it was thrown."""
        if isinstance(case.answer, Caught):
            has_coupon = case.answer.coupon is not None
            self.tally.caught(self.roster.memory(case.claim.player), has_coupon)
        self._settled(case)

    def _settled(self, case: Case) -> None:
        claim, answer = case.claim, case.answer
        assert answer is not None
        if not case.entry and isinstance(answer, Refused) and answer.reason == "busy":
            # Perhaps won, perhaps not: the same attempt again finds out.
            memory = self.roster.memory(claim.player)
            if memory is not None:
                memory.cool_until_ms = 0
        if isinstance(answer, Caught):
            self.world.footfall.caught[claim.store] += 1
        self._decided(claim.player, answer)
        self.stats.catch_times.add(perf_counter() - case.begun_s)

    async def _resume(
        self, player: str, catch: Catch, claim: Claim | None, otherwise: Refused
    ) -> None:
        found: Answer | Claim = refused("busy", attempt=catch.attempt, cat=catch.cat)
        try:
            found = await self._found(player, catch, claim) or otherwise
        except LiveError:
            pass
        finally:
            if isinstance(found, Claim):
                self._settle(found, self._settled)
            else:
                self._decided(player, found)

    async def _found(self, player: str, catch: Catch, claim: Claim | None) -> Answer | Claim | None:
        """How an attempt ended, a claim of which that is to be found out, or None: it is unknown.

        Redis is asked, and the books of what Redis knows nothing of, perhaps any more.
        """
        try:
            cat_region(catch.cat)
        except ValueError:
            return None  # not a cat of ours
        earlier = await self._live.find_claim(catch.cat, player)
        if earlier is not None and earlier.catch == catch_id(catch.cat, player, catch.attempt):
            return earlier
        kept = await self._awards.recall(player, catch)
        if not isinstance(kept, IsIssued):
            return kept
        if claim is None:
            return refused("already_caught", attempt=catch.attempt, cat=catch.cat)
        return claim  # its coupon is there: what is left is to record it

    def _decided(self, player: str, answer: Answer) -> None:
        memory = self.roster.memory(player)
        if memory is not None:
            memory.deciding = None
            if _is_final(answer):
                assert answer.attempt is not None
                memory.remember(answer.attempt, answer)
        self._tell(player, answer)
        if memory is not None and isinstance(answer, Caught):
            memory.hide(answer.cat)  # also where nobody is there to be told

    def _tell(self, player: str, answer: Answer) -> None:
        session = self.roster.sessions.get(player)
        if session is not None:
            session.answer(answer)


def _is_final(answer: Answer) -> bool:
    """Will the same attempt hear this again, whatever happens meanwhile?"""
    if isinstance(answer, Refused):
        return answer.reason != "busy"
    return answer.coupon is None or answer.coupon.state is not CouponState.PENDING
